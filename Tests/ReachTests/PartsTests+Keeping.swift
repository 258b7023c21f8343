import Reach
import Recipe
import Remote
import Store
import Support
import SystemPackage
import Testing

/// What keeps its bytes, there and here.
extension `A model that is there in parts` {
    @Test(arguments: [false, true])
    func `is left by the registry's garbage collection, also without its own tag`(isTagLost: Bool) async throws {
        try await fixture.push()
        if isTagLost {
            registry.change { $0.tags[tag] = nil }
        } else {
            // Any one of its tags keeps it.
            registry.change { $0.tags = $0.tags.filter { $0.key == tag || $0.key == "cover" } }
        }
        registry.collectGarbage()
        #expect(try await fixture.pull(isLazy: true).left.count == 1)
        try fixture.mount { tree throws in #expect(try tree.read(fixture.path) == ReachFixture.bytes) }
        let received = registry.get(\.received)
        try await fixture.push()
        #expect(registry.get(\.received) == received && registry.get { $0.tags[tag] != nil })
        #expect(try await check(.all).losses.isEmpty)
        let third = try StoreFixture()
        try third.store.addRemote("team", url: registry.name, facts: "{}")
        #expect(try await fetch(third.store).bytes == ReachFixture.size)
    }

    @Test func `that was evicted is read back at the registry before, and comes back from there`() async throws {
        try await fixture.push(as: nil)
        let before = registry.get(\.read)
        guard case .freed = try await evict() else { throw Errno.ioError }
        #expect(registry.get(\.read) - before == ReachFixture.size)
        // A manifest that others need keeps it, though no bytes are here.
        let report = try await fixture.push(as: nil)
        #expect(report.lost.isEmpty && report.sent == 0)
        registry.collectGarbage()
        #expect(try await fetch(fixture.here.store).bytes == ReachFixture.size)
        #expect(try fixture.bytes(in: fixture.here) == ReachFixture.bytes)
    }

    enum Wrong: CaseIterable, Sendable { case rotten, gone, truncated, swapped, untagged, unnamed }

    @Test(arguments: Wrong.allCases) func `stays here where the registry is wrong`(wrong: Wrong) async throws {
        try await fixture.push(as: nil)
        if wrong == .rotten { fixture.rot(at: 5 << 20) }
        registry.change { state in
            switch wrong {
            case .rotten: break
            case .gone: state.blobs[digests[3]] = nil
            case .truncated: state.blobs[digests[1]]?.removeLast()
            case .swapped:
                let parts = fixture.parts.map { PinManifest.Content(SHA256.digest(of: $0), size: $0.count) }
                let other = PartedManifest(parts: [fixture.digest: [parts[1], parts[0], parts[2], parts[3]]])
                state.putAside(other.bytes, as: tag)
            case .untagged: state.tags = [:]
            case .unnamed:
                // The next garbage collection takes what is read.
                state.blobs[fixture.digest] = ReachFixture.bytes
            }
        }
        guard case .stays(let why) = try await evict() else { throw Errno.ioError }
        let words =
            switch wrong {
            case .gone, .truncated, .untagged: "does not have it any more"
            case .unnamed: "no manifest at team keeps it"
            case .rotten, .swapped: "has other bytes under its name"
            }
        #expect(why.contains(words), "\(why)")
        #expect(try fixture.bytes(in: fixture.here) == ReachFixture.bytes)
    }
}
