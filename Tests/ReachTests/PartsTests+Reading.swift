import Reach
import Recipe
import Remote
import Store
import Support
import SystemPackage
import Testing

/// How its bytes come from there, and whose do not.
extension `A model that is there in parts` {
    @Test func `is read in a mount MiB by MiB, wherever its parts begin`() async throws {
        try await fixture.push()
        #expect(try await fixture.pull(isLazy: true).left.bytes == ReachFixture.size)
        var random = SplitMix64(seed: 3)
        try fixture.mount { tree throws in
            let before = registry.get(\.read)
            let file = try fixture.file(tree)
            defer { try? file.close() }
            // Half of this piece is in another part.
            #expect(try fixture.read(file, 1 << 20, 4096).get() == Array(ReachFixture.bytes[1 << 20..<1 << 20 + 4096]))
            #expect(registry.get(\.read) - before <= 2 * PieceList.pieceSize + 200_000)
            for _ in 0..<60 {
                let start = Int.random(in: 0..<ReachFixture.size, using: &random)
                let end = min(ReachFixture.size, start + Int.random(in: 1..<400_000, using: &random))
                let came = try fixture.read(file, start, end - start).get()
                #expect(came == Array(ReachFixture.bytes[start..<end]), "\(start)..<\(end)")
            }
        }
    }

    @Test func `lacks only what was in a part that is gone, and is lost there when it is opened anew`() async throws {
        try await fixture.push()
        try await fixture.pull(isLazy: true)
        let gone = digests[2]
        let part = try #require(registry.get { $0.blobs[gone] })
        try fixture.mount { tree throws in
            let file = try fixture.file(tree)
            defer { try? file.close() }
            _ = try fixture.read(file, 0, 1).get()
            registry.change { $0.blobs[gone] = nil }
            let offset = 4 << 20
            #expect(fixture.read(file, offset, 4096) == .failure(.ioError))
            #expect(try fixture.read(file, 0, 4096).get() == Array(ReachFixture.bytes[..<4096]))
            registry.change { $0.blobs[gone] = part }
            try eventually { (try? fixture.read(file, offset, 4096).get()) != nil }
            #expect(try fixture.read(file, offset, 9).get() == Array(ReachFixture.bytes[offset..<offset + 9]))
        }
        registry.change { $0.blobs[gone] = nil }
        try fixture.mount { tree throws in #expect(throws: Errno.ioError) { try fixture.file(tree).close() } }
        #expect(try fixture.there.store.remotes(having: fixture.digest).isEmpty)
    }

    /// What somebody who may write to the registry says of the parts.
    enum Tale: CaseIterable, Sendable { case short, long, swapped, others, huge, looped, snapshot, noise }

    @Test(arguments: Tale.allCases) func `is never taken for what it is not`(tale: Tale) async throws {
        let pushed = try await fixture.push()
        var parts = fixture.parts.map { PinManifest.Content(SHA256.digest(of: $0), size: $0.count) }
        let bytes = Array(ReachFixture.bytes(seed: 77, size: Self.limit).prefix(Self.limit))
        let other = PinManifest.Content(SHA256.digest(of: bytes), size: bytes.count)
        let manifest = try fixture.manifest(pushed.manifest).bytes
        registry.change { state in
            state.blobs[other.digest] = bytes
            switch tale {
            case .short: parts.removeLast()
            case .long: parts.append(other)
            case .swapped: parts.swapAt(0, 1)
            case .others: parts[1] = other
            case .huge: parts[3] = .init(parts[3].digest, size: 1 << 62)
            case .looped: parts = Array(repeating: parts[3], count: 9000)
            case .snapshot, .noise: break
            }
            let told =
                switch tale {
                case .snapshot: manifest
                case .noise: Array("{\"artifactType\":\"\(PartedManifest.artifactType)\"}".utf8)
                default: PartedManifest(parts: [fixture.digest: parts]).bytes
                }
            state.putAside(told, as: tag)
        }
        await #expect(throws: (any Error).self) { try await fetch(fixture.there.store) }
        #expect(try fixture.there.store.blob(fixture.digest) == nil)
        #expect(try fixture.there.store.isThere(fixture.digest) == false)
    }

    @Test func `whose tag somebody gave to something else gets it again`() async throws {
        try await fixture.push()
        registry.change { $0.putAside(Array("{}".utf8), as: tag) }
        let received = registry.get(\.received)
        try await fixture.push()
        #expect(registry.get(\.received) == received)
        #expect(try await fetch(fixture.there.store).bytes == ReachFixture.size)
        #expect(try fixture.bytes(in: fixture.there) == ReachFixture.bytes)
    }
}
