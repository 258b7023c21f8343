import Foundation
import Recipe
import Store
import Support
import SystemPackage
import Testing

@Suite struct `The other hashes of a model` {
    let fixture: StoreFixture
    init() throws { fixture = try StoreFixture() }

    /// A safetensors file with this header text around the tensors of `seed`.
    private static func file(header: String, seed: UInt64, size: Int) -> [UInt8] {
        var random = SplitMix64(seed: seed)
        return withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Array($0) } + Array(header.utf8)
            + (0..<size).map { _ in UInt8(truncatingIfNeeded: random.next()) }
    }

    private func identity(_ name: String, _ bytes: [UInt8]) throws -> Identity {
        try fixture.directory.write(bytes, to: "models/" + name)
        try fixture.addModels()
        try fixture.store.readOtherHashes()
        let prefix = try #require(DigestPrefix(hex: SHA256.digest(of: bytes).hex))
        let blob = try #require(try fixture.store.blob(prefix))
        return try #require(try fixture.store.identity(of: blob))
    }

    @Test func `hash the tensors without the header`() throws {
        let tensors = Array(Self.file(header: "{}", seed: 1, size: 5000).dropFirst(10))
        let plain = try identity("loras/a.safetensors", Self.file(header: "{}", seed: 1, size: 5000))
        let edited = try identity(
            "loras/b.safetensors", Self.file(header: #"{"__metadata__":{"x":"y"}}"#, seed: 1, size: 5000))
        #expect(plain.tensors == SHA256.digest(of: tensors))
        #expect(edited.tensors == plain.tensors)
    }

    @Test func `hash the slice that early A1111 hashed`() throws {
        let bytes = Self.file(header: "{}", seed: 2, size: 0x11_0000 + 50)
        let slice = Array(bytes[0x10_0000..<0x11_0000])
        #expect(try identity("checkpoints/a.ckpt", bytes).autoV1 == String(SHA256.digest(of: slice).hex.prefix(8)))
    }

    @Test func `hash as much of the slice as a file has`() throws {
        let bytes = Self.file(header: "{}", seed: 3, size: 0x10_0000 + 10)
        let slice = Array(bytes[0x10_0000...])
        #expect(try identity("checkpoints/a.ckpt", bytes).autoV1 == String(SHA256.digest(of: slice).hex.prefix(8)))
    }

    @Test func `are none for a small file of another kind`() throws {
        let identity = try identity("checkpoints/a.ckpt", [1, 2, 3])
        #expect(identity.autoV1 == nil && identity.tensors == nil)
    }

    @Test func `keep the header, its claims and its table`() throws {
        let header =
            #"{"__metadata__":{"modelspec.title":"ink","ss_long":"\#(String(repeating: "x", count: 2000))"},"a":{"dtype":"U8"}}"#
        let identity = try identity("loras/a.safetensors", Self.file(header: header, seed: 1, size: 10))
        #expect(identity.header == Array(header.utf8))
        #expect(identity.claims == ["modelspec.title": "ink"])
        let same = try self.identity(
            "loras/b.safetensors", Self.file(header: #"{"a":{"dtype":"U8"}}"#, seed: 1, size: 10))
        #expect(identity.layout == same.layout && identity.layout != nil)
    }

    @Test(arguments: [[UInt8](repeating: 0xFF, count: 100), [0, 0, 0, 0, 0, 0, 0, 0, 0x5B]])
    func `are none for what only looks like safetensors`(bytes: [UInt8]) throws {
        #expect(try identity("loras/a.pt", bytes).tensors == nil)
    }

    @Test func `have the BLAKE3 that b3sum gives`() throws {
        guard Store.hasBLAKE3 else { try Test.cancel("skipped: b3sum is not installed") }
        // The input of one byte in BLAKE3's test vectors.
        let one = "2d3adedff11b61f14c886e35afa036736dcd87a74d27b5c1510225d0f592e213"
        #expect(try identity("loras/a.pt", [0]).blake3?.hex == one)
    }

    @Test func `have the same BLAKE3 whether they are read alone or together`() throws {
        guard Store.hasBLAKE3 else { try Test.cancel("skipped: b3sum is not installed") }
        let files = (1...5).map {
            (name: "loras/\($0).safetensors", bytes: Self.file(header: "{}", seed: $0, size: 900))
        }
        for file in files { try fixture.directory.write(file.bytes, to: "models/" + file.name) }
        let together = try identity("loras/last.pt", [0])
        #expect(together.blake3 != nil)
        for file in files {
            let alone = try StoreFixture()
            try alone.directory.write(file.bytes, to: "models/" + file.name)
            try alone.addModels()
            try alone.store.readOtherHashes()
            let prefix = try #require(DigestPrefix(hex: SHA256.digest(of: file.bytes).hex))
            func known(_ store: Store) throws -> Digest? {
                try store.blob(prefix).flatMap { try store.identity(of: $0)?.blake3 }
            }
            #expect(try known(alone.store) != nil)
            #expect(try known(alone.store) == known(fixture.store))
        }
    }

    @Test func `are read once for each blob`() throws {
        _ = try identity("loras/a.safetensors", SmallModel.bytes(seed: 1))
        #expect(try fixture.store.unidentified().isEmpty)
        try fixture.add("loras/copy.safetensors", seed: 1)
        #expect(try fixture.store.unidentified().isEmpty)
    }

    @Test func `find the LoRA that an image recorded by its tensors`() throws {
        let original = Self.file(header: "{}", seed: 7, size: 500)
        _ = try identity("loras/ink.safetensors", Self.file(header: #"{"a":1}"#, seed: 7, size: 500))
        let digits = SHA256.digest(of: Array(original.dropFirst(10))).hex.prefix(12)
        let text = "a cube <lora:gone:1>\nSteps: 1, Seed: 1, CFG scale: 7, RNG: CPU, Lora hashes: \"gone: \(digits)\""
        let image = try fixture.directory.write(SmallImage.infotext(text), to: "output/a.png")
        let models = try fixture.recipe(try fixture.store.snapshot(image).id)["models"]?.array
        #expect(models?.first?["evidence"] == "recorded")
        #expect(models?.first?["name"] == "ink.safetensors")
    }

    @Test func `meet the vectors of other tools`() throws {
        let shared = FilePath.tests.pushing("../../shared/corpus/dialects")
            .lexicallyNormalized()
        guard let text = FileManager.default.contents(atPath: shared.appending("hash_vectors.json").string) else {
            try Test.cancel("skipped: the vectors of other tools are not beside the project")
        }
        let vectors = try JSONParser.parse(Array(text))
        for name in ["m1.safetensors", "m2_header_edited.safetensors"] {
            let bytes = try #require(FileManager.default.contents(atPath: shared.appending(name).string))
            let identity = try identity("loras/" + name, Array(bytes))
            #expect(identity.autoV1 == vectors[name]?["autov1"]?.string)
            #expect(identity.tensors?.hex == vectors[name]?["tensor_sha256"]?.string)
            #expect(identity.crc32 == vectors[name]?["crc32"]?.string)
            if Store.hasBLAKE3 { #expect(identity.blake3?.hex == vectors[name]?["blake3"]?.string) }
            #expect(SHA256.digest(of: Array(bytes)).autoV2 == vectors[name]?["autov2"]?.string)
        }
    }
}
