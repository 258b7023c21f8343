import Recipe
import Support
import Testing

@Suite struct `A manifest of parts` {
    private static func content(_ seed: UInt64, _ size: Int = 2 << 20) -> PinManifest.Content {
        .init(SmallModel.digest(seed: seed), size: size)
    }

    private static let whole = PartedManifest(
        parts: [content(1).digest: [content(2), content(3), content(2, 4)], content(4).digest: [content(5)]],
        snapshot: content(6), others: [content(7), content(8, 0)])

    /// A file that is larger than `--max-blob` has parts there.
    @Test func `is read as it was written, and names all that it keeps`() throws {
        for manifest in [Self.whole, PartedManifest(parts: [Self.content(1).digest: [Self.content(2)]])] {
            #expect(PartedManifest(manifest.bytes) == manifest)
            let json = try JSONParser.parse(manifest.bytes)
            let named = [json["config"]].compactMap { $0 } + (json["layers"]?.array ?? [])
            #expect(
                Set(named.compactMap { $0["digest"]?.string })
                    == Set(manifest.contents.map { "sha256:\($0.digest.hex)" }))
            #expect(named.count == manifest.contents.count)
        }
        #expect(PinManifest(Self.whole.bytes) == nil && !PinManifest.isMeant(by: Self.whole.bytes))
    }

    /// The whole with one part changed.
    private func changed(_ change: (inout JSON.Object) -> Void) throws -> PartedManifest? {
        var manifest = try #require(try JSONParser.parse(Self.whole.bytes).object)
        var layers = try #require(manifest["layers"]?.array)
        // One of several of its blob.
        let digest = "sha256:\(Self.content(3).digest.hex)"
        let index = try #require(layers.firstIndex { $0["digest"]?.string == digest })
        var layer = try #require(layers[index].object)
        change(&layer)
        layers[index] = .object(layer)
        manifest["layers"] = .array(layers)
        return PartedManifest(Array(JSON.object(manifest).canonical().utf8))
    }

    @Test(arguments: ["0", "-1", "1048575", "1.5", "9223372036854775807", "9223372036854775808", "\"10\"", "null"])
    func `is none with a part of a size that no part has`(size: String) throws {
        let value = try JSONParser.parse(Array(size.utf8))
        #expect(try changed { $0["size"] = value } == nil)
    }

    @Test(arguments: ["", "sha256:", "sha256:00", "sha512:\(String(repeating: "0", count: 64))"])
    func `is none with a part of nothing, or without a digest`(text: String) throws {
        #expect(try changed { $0["annotations"] = ["reprofs.part.of": .string(text)] } == nil)
        #expect(try changed { $0["annotations"] = nil } == nil)
        #expect(try changed { $0["digest"] = .string(text) } == nil)
    }

    @Test func `is none with two snapshots, or with more layers than are read`() throws {
        let type = JSON.string("application/vnd.reprofs.manifest.v1+json")
        #expect(try changed { $0["mediaType"] = type } == nil)
        let many = Array(repeating: Self.content(2, 1 << 20), count: PinManifest.mostLayers)
        let blob = Self.content(1).digest
        #expect(PartedManifest(PartedManifest(parts: [blob: many]).bytes)?.parts[blob]?.count == many.count)
        #expect(PartedManifest(PartedManifest(parts: [blob: many], snapshot: Self.content(6)).bytes) == nil)
    }
}
