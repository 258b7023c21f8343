import Foundation
import Reach
import Recipe
import Remote
import Store
import Support
import SystemPackage
import Testing

@Suite struct `A registry` {
    let fixture: ReachFixture
    init() throws { fixture = try ReachFixture() }

    private var partial: String { fixture.there.store.path.string + "/partial" }
    private func left() -> [String] { (try? FileManager.default.contentsOfDirectory(atPath: partial)) ?? [] }

    /// > Only bytes that match their hash come in, whatever the remote says. Each MiB of a large file is compared before it is kept, and a
    /// > wrong one is fetched again alone. A file for which the manifest names no list of pieces comes in one stream and is compared as a
    /// > whole before it is used. An interrupted pull keeps what came, and the next one goes on from there.
    @Test func `that sends a wrong byte once is asked for that piece again, and no other`() async throws {
        try await fixture.push()
        fixture.registry.change { $0.rot[fixture.digest] = (3 << 20, 1) }
        try await fixture.pull()
        #expect(try fixture.bytes(in: fixture.there) == ReachFixture.bytes)
        let (all, read) = fixture.registry.get { ($0.blobs.values.reduce(0) { $0 + $1.count }, $0.read) }
        // The list is read twice: to fetch by, and for the layout.
        #expect(read <= all + PieceList.pieceSize + (64 << 10))
    }

    @Test func `whose bytes rot is named, its bytes are not taken, and the rest of the file is kept for another try`()
        async throws
    {
        try await fixture.push()
        fixture.registry.change { $0.rot[fixture.digest] = (3 << 20, .max) }
        let error = await #expect(throws: ReachError.self) { try await fixture.pull() }
        #expect(error?.description.contains("sha256:\(fixture.digest.hex)") == true)
        #expect(try fixture.there.store.blob(fixture.digest) == nil)
        #expect(try fixture.there.store.snapshots(after: 0, limit: 9).isEmpty)
        #expect(left().contains(fixture.digest.hex))
        let before = fixture.registry.get(\.read)
        fixture.registry.change { $0.rot = [:] }
        try await fixture.pull()
        #expect(fixture.registry.get(\.read) - before <= PieceList.pieceSize + (64 << 10))
        #expect(try fixture.recipe(fixture.there) == fixture.recipe(fixture.here))
        #expect(left().isEmpty)
    }

    @Test(arguments: [true, false])
    func `that breaks off in the middle of a pull loses nothing of what came`(hasList: Bool) async throws {
        let pushed = try await fixture.push()
        var name = "cover"
        if !hasList {
            let old = try fixture.manifest(pushed.manifest).without { $0.isList }
            fixture.registry.change { $0.putAside(old, as: "old") }
            name = "old"
        }
        var random = SplitMix64(seed: 7)
        var tries = 0
        fixture.registry.change { $0.cut = 0 }
        // Each time a bit further, until everything is there.
        while tries < 60 {
            tries += 1
            let more = Int.random(in: 200_000..<2_000_000, using: &random)
            fixture.registry.change { $0.cut = $0.read + more }
            do {
                try await fixture.pull(name, as: name)
                break
            } catch is RemoteError {}
        }
        #expect(tries > 2 && tries < 60)
        #expect(try fixture.recipe(fixture.there) == fixture.recipe(fixture.here))
        #expect(try fixture.bytes(in: fixture.there) == ReachFixture.bytes)
        // Of four pieces that were under way each time the begun parts came for nothing, and the small files.
        let (all, read) = fixture.registry.get { ($0.blobs.values.reduce(0) { $0 + $1.count }, $0.read) }
        #expect(read <= all + tries * (hasList ? PieceList.pieceSize : 200_000) + (1 << 20))
        #expect(left().isEmpty)
    }

    /// > What the remote has with the right length is not sent again. An interrupted push goes on after the last part that the registry
    /// > confirmed. No tag stands for a snapshot before all of its bytes are there.
    @Test func `that breaks off in the middle of a push gets the rest, and not again what it confirmed`() async throws {
        var random = SplitMix64(seed: 8)
        var tries = 0
        while tries < 60 {
            tries += 1
            let more = Int.random(in: 1_000_000..<3_000_000, using: &random)
            fixture.registry.change { $0.cut = $0.received + more }
            do {
                try await fixture.push()
                break
            } catch is RemoteError {}
        }
        #expect(tries > 1 && tries < 60)
        let (all, received) = fixture.registry.get { ($0.blobs.values.reduce(0) { $0 + $1.count }, $0.received) }
        #expect(received <= all + tries * FakeRepository.chunk)
        let notes = try FileManager.default.contentsOfDirectory(atPath: fixture.here.store.path.string + "/partial")
        #expect(notes == [])
        try await fixture.pull()
        #expect(try fixture.recipe(fixture.there) == fixture.recipe(fixture.here))
    }

    @Test func `that collected its garbage before the manifest came gets the blobs again`() async throws {
        fixture.registry.change { state in
            state.beforePut = { state in
                state.blobs[ReachFixture.digest] = nil
                state.beforePut = nil
            }
        }
        try await fixture.push()
        #expect(
            fixture.registry.get { $0.uploaded.count { $0 == ReachFixture.digest } }
                == 2)
        try await fixture.pull()
        #expect(try fixture.recipe(fixture.there) == fixture.recipe(fixture.here))
        // One that collects each time is not asked for ever.
        fixture.registry.change { state in
            state.tags = [:]
            state.beforePut = { $0.blobs = [:] }
        }
        await #expect(throws: RemoteError.self) { try await fixture.push() }
        #expect(
            fixture.registry.get { $0.uploaded.count { $0 == ReachFixture.digest } }
                == 4)
    }

    @Test func `that is full is named, and no name stands for what did not come`() async throws {
        fixture.registry.change { $0.isFull = true }
        await #expect(throws: RemoteError.full(fixture.registry.name)) { try await fixture.push() }
        #expect(fixture.registry.get { $0.tags.isEmpty })
        fixture.registry.change { $0.isFull = false }
        try await fixture.push()
    }

    @Test func `that has a blob with another length is told of and gets it again`() async throws {
        fixture.registry.change { $0.blobs[fixture.digest] = [1, 2, 3] }
        let report = try await fixture.push()
        #expect(report.wrong == [fixture.digest])
        try await fixture.pull()
    }

    @Test func `takes over what another of its repositories has`() async throws {
        try fixture.here.store.addRemote("other", url: "oci://registry.test/other", facts: "{}")
        let other = try #require(try fixture.here.store.remote(named: "other"))
        try fixture.here.store.notePresence(of: [fixture.digest], at: other)
        let sibling = FakeRepository(.init(blobs: [fixture.digest: ReachFixture.bytes]))
        fixture.registry.change { $0.siblings["other"] = sibling }
        let reaching = try fixture.reaching(fixture.here.store, neighbours: ["other": "other"])
        let report = try await reaching.push(fixture.snapshot, pin: nil, replaces: false)
        #expect(report.mounted == 1)
        #expect(!fixture.registry.get { $0.uploaded.contains(fixture.digest) })
    }

    @Test func `is not given a lesser manifest for a snapshot than another store gave it`() async throws {
        let pushed = try await fixture.push()
        try await fixture.pull()
        let path = fixture.there.store.path.string + "/blobs/sha256/" + fixture.digest.hex
        try FileManager.default.removeItem(atPath: path)
        let row = try fixture.there.row(fixture.snapshot.digest)
        let report = try await fixture.reaching(fixture.there.store).push(row, pin: nil, replaces: false)
        #expect(report.lost.isEmpty)
        let tag = RemoteTag.snapshot(fixture.snapshot.digest)
        #expect(fixture.registry.get { $0.tags[tag] } == pushed.manifest)
    }

    @Test func `that lost what a pin's manifest names gets no manifest from a store that lost it too`() async throws {
        try await fixture.push()
        fixture.registry.change { $0.blobs[fixture.digest] = nil }
        let path = fixture.here.store.path.string + "/blobs/sha256/" + fixture.digest.hex
        try FileManager.default.removeItem(atPath: path)
        let pin = try #require(try fixture.here.store.pin(named: "cover"))
        let reaching = try fixture.reaching(fixture.here.store)
        let error = await #expect(throws: ReachError.self) {
            try await reaching.push(fixture.snapshot, pin: pin, replaces: false)
        }
        #expect(error?.description.contains("models/" + ReachFixture.model) == true)
    }
}
