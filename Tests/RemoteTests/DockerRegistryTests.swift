import Foundation
import NIOCore
import Recipe
import Remote
import Support
import Synchronization
import SystemPackage
import Testing

/// Against Debian's docker-registry.
@Suite(.timeLimit(.minutes(20))) struct `A real registry` {
    private let directory: TemporaryDirectory
    private let registry: DockerRegistry

    init() async throws {
        directory = try TemporaryDirectory()
        registry = try await DockerRegistry(in: directory.path)
    }

    private func remote(path: String = "team/models", chunk: Int = 64 << 20) throws -> OCIRegistry {
        try OCIRegistry(port: registry.port, path: path) { $0.chunk = chunk }
    }

    @Test func `keeps blobs, manifests and tags, byte by byte`() async throws {
        let remote = try remote()
        let (config, layer) = (noise(100, seed: 1), noise(300_000, seed: 2))
        let digest = SHA256.digest(of: layer)
        #expect(try await remote.size(of: digest) == nil)
        #expect(try await remote.manifest(.tag("a")) == nil)
        #expect(try await remote.tags().isEmpty)
        for blob in [config, layer, []] { try await remote.upload(blob) }
        #expect(try await remote.size(of: digest) == layer.count)

        let manifest = manifest([config, layer])
        try await remote.put(manifest, tag: nil)
        #expect(try await remote.tags().isEmpty)
        #expect(try await remote.manifest(.digest(manifest.digest)) == manifest)
        for tag in ["a", "b"] { try await remote.put(manifest, tag: tag) }
        #expect(try await remote.manifest(.tag("a")) == manifest)
        #expect(try await Set(remote.tags()) == ["a", "b"])
    }

    @Test(arguments: [0..<300_000, 0..<1, 299_999..<300_000, 1234..<200_000, 5..<5]) func `gives any range of a blob`(
        range: Range<Int>
    ) async throws {
        let remote = try remote()
        let layer = noise(300_000, seed: 3)
        try await remote.upload(layer)
        #expect(try await remote.bytes(SHA256.digest(of: layer), size: layer.count, range) == Array(layer[range]))
    }

    @Test func `takes a blob over from another of its repositories, once it has it`() async throws {
        let (one, other) = (try remote(), try remote(path: "other"))
        let layer = noise(1000, seed: 4)
        let digest = SHA256.digest(of: layer)
        #expect(try await other.mount(digest, from: "team/models") == false)
        try await one.upload(layer)
        #expect(try await other.mount(digest, from: "team/models"))
        #expect(try await other.size(of: digest) == layer.count)
    }

    @Test func `names the blobs that a manifest lacks`() async throws {
        let remote = try remote()
        let (config, layer) = (noise(10, seed: 5), noise(11, seed: 6))
        try await remote.upload(config)
        await #expect(throws: RemoteError.blobUnknown([SHA256.digest(of: layer)])) {
            try await remote.put(manifest([config, layer]), tag: "a")
        }
    }

    @Test func `takes a large blob in parts, and another process goes on where one ended`() async throws {
        let layer = noise(1_000_000, seed: 7)
        let digest = SHA256.digest(of: layer)
        let last = Mutex<UploadSession?>(nil)
        struct Killed: Error {}
        await #expect(throws: Killed.self) {
            try await remote(chunk: 100_000).upload(
                digest, size: layer.count, session: nil, bytes: { ByteBuffer(bytes: layer[$0]) },
                note: { session in
                    last.withLock { $0 = session }
                    if session.offset == 400_000 { throw Killed() }
                })
        }
        let session = try #require(last.withLock { $0 })
        #expect(session.offset == 400_000)
        // The registry's process is another one too.
        try await registry.restart()
        let moved = UploadSession(
            location: session.location.replacing(/127\.0\.0\.1:\d+/, with: "127.0.0.1:\(registry.port)"),
            offset: session.offset)
        let first = Mutex(Int.max)
        try await remote(chunk: 100_000).upload(
            digest, size: layer.count, session: moved,
            bytes: { range in
                first.withLock { $0 = min($0, range.lowerBound) }
                return ByteBuffer(bytes: layer[range])
            }, note: { _ in })
        #expect(first.withLock { $0 } == 400_000)
        #expect(try await remote().bytes(digest, size: layer.count, 0..<layer.count) == layer)
    }

    @Test func `begins a blob again whose upload it forgot`() async throws {
        let layer = noise(50_000, seed: 8)
        let digest = SHA256.digest(of: layer)
        let session = UploadSession(
            location:
                "http://127.0.0.1:\(registry.port)/v2/team/models/blobs/uploads/7e6d4a8e-0000-4000-8000-000000000000?_state=x",
            offset: 10_000)
        try await remote(chunk: 10_000).upload(
            digest, size: layer.count, session: session, bytes: { ByteBuffer(bytes: layer[$0]) }, note: { _ in })
        #expect(try await remote().size(of: digest) == layer.count)
    }

    @Test func `refuses bytes of another digest, and then they are not there`() async throws {
        let digest = SHA256.digest(of: [1])
        await #expect(throws: RemoteError.self) {
            try await remote().upload(
                digest, size: 3, session: nil, bytes: { ByteBuffer(bytes: [1, 2, 3][$0]) }, note: { _ in })
        }
        #expect(try await remote().size(of: digest) == nil)
    }

    @Test func `whose disk rots is not believed`() async throws {
        let remote = try remote()
        let (config, layer) = (noise(10, seed: 9), noise(5000, seed: 10))
        for blob in [config, layer] { try await remote.upload(blob) }
        let manifest = manifest([config, layer])
        try await remote.put(manifest, tag: "a")
        func rot(_ digest: Digest, _ change: (inout Data) -> Void) throws {
            let file = URL(
                fileURLWithPath: registry.data.appending("blobs/sha256/\(digest.hex.prefix(2))/\(digest.hex)/data")
                    .string)
            var bytes = try Data(contentsOf: file)
            change(&bytes)
            try bytes.write(to: file)
        }
        try rot(manifest.digest) { $0[$0.count - 3] ^= 1 }
        for reference in [ManifestReference.tag("a"), .digest(manifest.digest)] {
            await #expect(throws: RemoteError.self) { try await remote.manifest(reference) }
        }
        // Shorter than it was: it says so, and past its end is nothing.
        try rot(SHA256.digest(of: layer)) { $0 = $0.prefix(1000) }
        #expect(try await remote.size(of: SHA256.digest(of: layer)) == 1000)
        // It says that it took the right bytes, and keeps the others.
        await #expect {
            try await remote.upload(layer)
        } throws: {
            "\($0)".contains("says that it took") && "\($0)".contains("has 1000 bytes of it, not 5000")
        }
        for range in [0..<5000, 500..<600, 2000..<3000] {
            await #expect(throws: RemoteError.self) {
                try await remote.bytes(SHA256.digest(of: layer), size: 5000, range)
            }
        }
    }
}
