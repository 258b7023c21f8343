import Reach
import Recipe
import Remote
import Store
import Support
import Testing

// What is wrong in the registry is mended by the next push.
extension `A model that is there in parts` {
    private var parts: [PinManifest.Content] {
        fixture.parts.map { PinManifest.Content(SHA256.digest(of: $0), size: $0.count) }
    }

    /// Pushes to a registry with no limit, or with this one.
    private func push(maxBlob: Int?) async throws -> PushReport {
        registry.change { $0.largest = maxBlob ?? .max }
        let store = fixture.here.store
        let remote = try #require(try store.remote(named: "team"))
        return try await Reaching(store, remote, registry, maxBlob: maxBlob, neighbours: [:])
            .push(fixture.snapshot, pin: nil, replaces: false)
    }

    @Test func `and in other parts than its own is right after the next push`() async throws {
        try await fixture.push(as: nil)
        registry.change { state in
            let other = PartedManifest(parts: [fixture.digest: [parts[1], parts[0], parts[2], parts[3]]])
            state.putAside(other.bytes, as: tag)
        }
        #expect(try await check(.all).losses.count == 1)
        let received = registry.get(\.received)
        #expect(try await fixture.push(as: nil).damaged.isEmpty)
        #expect(registry.get(\.received) - received < 100_000)
        #expect(try await check(.all).losses.isEmpty)
    }

    @Test func `of which one is sent again is still known to have been wrong`() async throws {
        try await fixture.push(as: nil)
        fixture.rot(at: 100)
        #expect(try await check(.all).losses.count == 1)
        registry.change { $0.blobs[digests[2]] = nil }
        let report = try await fixture.push(as: nil)
        #expect(report.bytes == parts[2].size)
        #expect(report.damaged == [fixture.digest])
    }

    @Test func `that are too few comes whole where no limit is known, and stays`() async throws {
        try await fixture.push(as: nil)
        registry.change { state in
            let other = PartedManifest(parts: [fixture.digest: Array(parts.prefix(2))])
            state.putAside(other.bytes, as: tag)
        }
        #expect(try await push(maxBlob: nil).bytes == ReachFixture.size)
        registry.collectGarbage()
        #expect(try await check(.all).losses.isEmpty)
        #expect(try await fetch(fixture.there.store).bytes == ReachFixture.size)
    }

    @Test func `after it was there whole is named by the tags of its snapshot`() async throws {
        _ = try await push(maxBlob: nil)
        registry.change { $0.blobs[fixture.digest] = nil }
        _ = try await push(maxBlob: Self.limit)
        registry.change { $0.tags[tag] = nil }
        registry.collectGarbage()
        #expect(try await check(.all).losses.isEmpty)
    }
}
