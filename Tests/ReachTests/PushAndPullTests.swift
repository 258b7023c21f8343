import Foundation
import Reach
import Recipe
import Remote
import Store
import Support
import SystemPackage
import Testing

@Suite struct `A snapshot that was pushed and pulled` {
    /// > `push NAME` uploads snapshots with all of their files to a repository of an OCI registry, as manifests that other tools read. A
    /// > pin gets its name as a tag, and `i-` with the beginning of its image's SHA-256; every snapshot gets `s-` with the beginning of
    /// > its id. `pull NAME` brings them into another store: the same snapshot with its recipe and grade, and its models under their
    /// > names. A name that holds something else keeps it, and what came becomes its next version.
    @Test func `is the same in another store, with its bytes, its recipe and its grade`() async throws {
        let fixture = try ReachFixture()
        try fixture.there.add(ReachFixture.model, seed: 9)
        let pushed = try await fixture.push()
        let image = try fixture.imageTag
        #expect(Set(pushed.tags) == ["cover", "s-\(fixture.snapshot.digest.hex.prefix(32))", image])
        let pulled = try await fixture.pull()
        #expect(pulled.snapshot == fixture.snapshot.digest && pulled.manifest == pushed.manifest)
        #expect(pulled.lost == [] && pulled.problems == [] && pulled.isNew)
        #expect(try fixture.bytes(in: fixture.there) == ReachFixture.bytes)
        #expect(try fixture.recipe(fixture.there) == fixture.recipe(fixture.here))
        #expect(try fixture.there.store.pin(named: "cover")?.manifest == pushed.manifest)
        var versions: [String] = []
        try fixture.there.store.forEachVersion(of: ReachFixture.model) {
            versions.append("v\($0.number) \($0.sha256 == fixture.digest) \($0.isLive)")
        }
        #expect(versions == ["v1 false true", "v2 true false"])
        #expect(try fixture.there.store.verifyPins().isEmpty)
        #expect(try fixture.there.store.verifyCatalogue().isEmpty)
    }

    @Test func `without a pin has a snapshot, and no manifest in the layout`() async throws {
        let fixture = try ReachFixture()
        try await fixture.push(as: nil)
        for text in [fixture.snapshot.digest.hex, String(fixture.snapshot.digest.hex.prefix(12))] {
            let pulled = try await fixture.pull(text, as: nil)
            #expect(pulled.snapshot == fixture.snapshot.digest && pulled.pin == nil)
        }
        #expect(try fixture.recipe(fixture.there) == fixture.recipe(fixture.here))
        #expect(try fixture.there.store.pins(after: 0, limit: 9).isEmpty)
        // What came is kept by the snapshot alone.
        StoreFixture.waitForTick()
        let now = Timestamp.now()
        _ = try fixture.there.store.collect(CollectionPolicy(supersededBefore: now, graceBefore: now), isDryRun: false)
        #expect(try fixture.bytes(in: fixture.there) == ReachFixture.bytes)
    }

    @Test func `is not sent and not fetched again`() async throws {
        let fixture = try ReachFixture()
        let first = try await fixture.push()
        #expect(first.sent == Set(fixture.registry.get(\.uploaded)).count && first.kept == 0)
        let (received, puts) = fixture.registry.get { ($0.received, $0.puts) }
        let second = try await fixture.push()
        #expect(second.sent == 0 && second.bytes == 0 && second.kept == first.sent)
        #expect(fixture.registry.get { ($0.received, $0.puts) } == (received, puts))
        #expect(try await fixture.pull().fetched == first.sent)
        let reads = fixture.registry.get(\.reads)
        let again = try await fixture.pull()
        #expect(again.fetched == 0 && !again.isNew && fixture.registry.get(\.reads) == reads)
    }

    @Test func `has the list of the pieces of each large file beside it, and other tools see a layer more`()
        async throws
    {
        let fixture = try ReachFixture()
        let pushed = try await fixture.push()
        let bytes = try #require(fixture.registry.get { $0.manifests[pushed.manifest]?.bytes })
        let layers = try #require(try JSONParser.parse(bytes)["layers"]?.array)
        let weight = try #require(layers.first { $0["annotations"]?["reprofs.pieces"] != nil })
        #expect(weight["mediaType"] == "application/vnd.cncf.model.weight.v1.raw")
        let list = try #require(layers.first { $0["mediaType"] == "application/vnd.reprofs.pieces.v1" })
        #expect(list["digest"] == weight["annotations"]?["reprofs.pieces"])
        #expect(
            list["annotations"]?["org.cncf.model.filepath"]?.string == ".reprofs/pieces/\(fixture.digest.hex)")
        let digest = try #require(list["digest"]?.string.flatMap { Digest(hex: $0.dropFirst(7)) })
        let stored = try #require(fixture.registry.get { $0.blobs[digest] })
        #expect(PieceList(bytes: stored, of: fixture.digest, size: ReachFixture.size) != nil)
    }

    @Test func `comes from a manifest without lists too, as pins had them before`() async throws {
        let fixture = try ReachFixture()
        let pushed = try await fixture.push()
        let old = try fixture.manifest(pushed.manifest).without { $0.isList }
        fixture.registry.change { $0.putAside(old, as: "old") }
        let pulled = try await fixture.pull("old", as: "old")
        #expect(pulled.lost == [])
        #expect(try fixture.bytes(in: fixture.there) == ReachFixture.bytes)
        // Hashing made the list.
        #expect(try fixture.there.store.pieces(of: fixture.digest, size: ReachFixture.size) != nil)
    }

    /// > Pulled files are shown only to the user who mounts, until the same bytes come in from a file that everybody can read.
    @Test func `is read by nobody but who mounts, for nobody knows who else may`() async throws {
        let fixture = try ReachFixture()
        try await fixture.push()
        try await fixture.pull()
        #expect(try #require(try fixture.there.store.blob(fixture.digest)).isPrivate)
        try fixture.there.directory.write(ReachFixture.bytes, to: "models/" + ReachFixture.model)
        try fixture.there.addModels()
        #expect(try #require(try fixture.there.store.blob(fixture.digest)).isPrivate == false)
    }

    @Test func `is shared by stores that race for its name, of which one gets it`() async throws {
        let fixture = try ReachFixture()
        try await fixture.push()
        let other = try fixture.here.row(
            try fixture.here.store.snapshot(try fixture.here.image("b.png", SmallImage.graph(seed: 77))).id)
        _ = try fixture.there.store.pins(after: 0, limit: 1)
        _ = try fixture.here.store.unpin("cover")
        _ = try fixture.here.store.pin(other, as: "cover")
        let pin = try #require(try fixture.here.store.pin(named: "cover"))
        let reaching = try fixture.reaching(fixture.here.store)
        /// > A pin's name that the remote has for another snapshot stays with that snapshot unless `--replace` is given; both keep their
        /// > `s-` tags. `pull` says when a tag stands for another manifest than the last time.
        let error = await #expect(throws: ReachError.self) { try await reaching.push(other, pin: pin, replaces: false) }
        #expect(error?.description.contains("snapshot \(fixture.snapshot.digest.hex.prefix(12))") == true)
        _ = try await fixture.pull()
        let report = try await reaching.push(other, pin: pin, replaces: true)
        #expect(report.replaced == fixture.snapshot.digest)
        // Here the name stays with what was pulled; under another one the new snapshot comes, and that it moved is told.
        await #expect(throws: StoreError.self) { try await fixture.pull() }
        let moved = try await fixture.pull("cover", as: "cover-2")
        #expect(moved.snapshot == other.digest)
        for snapshot in [fixture.snapshot, other] {
            #expect(try await fixture.pull(snapshot.digest.hex, as: nil).snapshot == snapshot.digest)
        }
    }

    @Test func `does not take files from a pin of the same name that has more`() async throws {
        let fixture = try ReachFixture()
        let pushed = try await fixture.push()
        try await fixture.pull()
        let lesser = try fixture.manifest(pushed.manifest).without { $0.path == "prompt.json" }
        fixture.registry.change { $0.putAside(lesser, as: "cover") }
        let pulled = try await fixture.pull()
        #expect(pulled.before?.manifest == pushed.manifest)
        #expect(try fixture.there.store.pin(named: "cover")?.manifest == pushed.manifest)
    }

    @Test func `under a tag that moved is told of by the pull that succeeds, not by one that failed before`()
        async throws
    {
        let fixture = try ReachFixture()
        let pushed = try await fixture.push()
        try await fixture.pull()
        let lesser = try fixture.manifest(pushed.manifest).without { $0.path == "prompt.json" }
        fixture.registry.change { $0.putAside(lesser, as: "cover") }
        let path = fixture.there.store.path.string + "/blobs/sha256/" + fixture.digest.hex
        try FileManager.default.removeItem(atPath: path)
        fixture.registry.change { $0.cut = $0.read }
        await #expect(throws: RemoteError.self) { try await fixture.pull() }
        fixture.registry.change { $0.cut = nil }
        #expect(try await fixture.pull().before?.manifest == pushed.manifest)
        #expect(try await fixture.pull().before == nil)
    }
}
