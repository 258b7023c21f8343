import Foundation
import GRDB
import Recipe
import Store
import Support
import SystemPackage
import Testing

@Suite(.timeLimit(.minutes(20))) struct `A pin's name` {
    let fixture: StoreFixture
    let snapshot: SnapshotRow
    var store: Store { fixture.store }

    init() throws {
        fixture = try StoreFixture()
        try fixture.add("checkpoints/model.safetensors", seed: 1)
        snapshot = try fixture.row(try fixture.store.snapshot(try fixture.image(SmallImage.graph())).id)
    }

    private func file(_ path: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(fileURLWithPath: store.path.string + "/" + path)))
    }
    private func index() throws -> [JSON] { try JSONParser.parse(try file("index.json"))["manifests"]?.array ?? [] }
    private func blob(_ descriptor: JSON?) throws -> [UInt8] {
        let digest = try #require(descriptor?["digest"]?.string?.dropFirst("sha256:".count))
        return try file("blobs/sha256/" + digest)
    }

    @Test func `makes the snapshot a manifest of the OCI layout, with every file under its path`() throws {
        let report = try store.pin(snapshot, as: "cover-v1")
        #expect(report.isNew && report.lost.isEmpty)
        let entry = try #require(try index().first)
        #expect(entry["annotations"]?["org.opencontainers.image.ref.name"] == "cover-v1")
        #expect(entry["annotations"]?["reprofs.snapshot"] == .string(snapshot.digest.hex))
        #expect(try entry["annotations"]?["reprofs.image"] == .string(orNull: store.image(of: snapshot)?.hex))
        let manifest = try JSONParser.parse(try blob(entry))
        #expect(manifest["artifactType"] == "application/vnd.cncf.model.manifest.v1+json")
        var files: [String: [UInt8]] = [:]
        for layer in manifest["layers"]?.array ?? [] {
            let path = try #require(layer["annotations"]?["org.cncf.model.filepath"]?.string)
            files[path] = try blob(layer)
            #expect(layer["size"]?.number?.int == files[path]?.count)
            #expect(
                SHA256.digest(of: try blob(layer))
                    == layer["digest"]?.string.flatMap { Digest(hex: String($0.dropFirst(7))) })
        }
        #expect(Set(files.keys) == ["models/checkpoints/model.safetensors", "prompt.json", "snapshot.json"])
        #expect(files["models/checkpoints/model.safetensors"] == SmallModel.bytes(seed: 1))
        #expect(files["snapshot.json"].map(SHA256.digest(of:)) == snapshot.digest)
        let config = try JSONParser.parse(try blob(manifest["config"]))
        #expect(config["modelfs"]?["diffIds"]?.array?.count == 3)
    }

    @Test func `is as good in an index that an older version wrote`() throws {
        _ = try store.pin(snapshot, as: "cover")
        let index = try #require(LayoutIndex(try file("index.json")))
        #expect(index.tags.count == 3)
        let bare = index.entries.map { LayoutIndex.Entry(name: $0.name, manifest: $0.manifest, size: $0.size) }
        try fixture.directory.write(LayoutIndex(bare).bytes, to: "store/index.json")
        #expect(try store.verifyPins().isEmpty)
        #expect(LayoutIndex(bare).tags.count == 1)
        _ = try store.pin(snapshot, as: "other")
        #expect(LayoutIndex(try file("index.json"))?.tags.count == 4)
    }

    @Test(arguments: [true, false]) func `is in index.json when the store is opened next, if its process ended`(
        isMade: Bool
    ) throws {
        _ = try store.pin(snapshot, as: "cover")
        let before = try file("index.json")
        if isMade { _ = try store.pin(snapshot, as: "other") } else { _ = try store.unpin("cover") }
        let after = try file("index.json")
        try #require(before != after)
        // As it was left by a process that ended in between.
        try fixture.directory.write(before, to: "store/index.json")
        let raw = try DatabaseQueue(path: store.path.appending("catalogue.sqlite").string)
        try raw.write { try $0.execute(sql: "INSERT OR REPLACE INTO meta VALUES ('indexDue', 1)") }
        try raw.close()
        _ = try Store.open(store.path)
        #expect(try file("index.json") == after)
        #expect(try store.verifyPins().isEmpty)
        // It is due no more: whatever is written there now is for verify to find.
        try fixture.directory.write(before, to: "store/index.json")
        _ = try Store.open(store.path)
        #expect(try file("index.json") == before)
    }

    @Test func `stands for one snapshot until it is taken away`() throws {
        let other = try fixture.row(
            try store.snapshot(try fixture.image("other.png", SmallImage.graph(seed: 77))).id)
        _ = try store.pin(snapshot, as: "cover")
        #expect(try store.pin(snapshot, as: "cover").isNew == false)
        #expect(throws: StoreError.self) { try store.pin(other, as: "cover") }
        #expect(try store.unpin("cover") == snapshot.short)
        #expect(try index().isEmpty)
        #expect(throws: StoreError.self) { try store.unpin("cover") }
        #expect(try store.pin(other, as: "cover").isNew)
        #expect(try store.pins(after: 0, limit: 9).map(\.snapshot) == [other.short])
    }

    @Test(arguments: [
        "", ".hidden", "a/b", "-x", "a b", "é", "deadbeef", "DEADBEEF", "live", "Live", "latest", "all", "v3",
        String(repeating: "0", count: 64),
        String(repeating: "x", count: 129),
    ])
    func `is refused where it is none`(name: String) throws {
        #expect(throws: StoreError.self) { try store.pin(snapshot, as: name) }
        #expect(try index().isEmpty)
    }

    @Test func `leaves out what is lost, says so, and has it when it is there again`() throws {
        let path = store.path.string + "/blobs/sha256/" + SmallModel.digest(seed: 1).hex
        try FileManager.default.removeItem(atPath: path)
        let report = try store.pin(snapshot, as: "cover")
        #expect(report.lost == ["models/checkpoints/model.safetensors"])
        _ = try store.repair(from: [fixture.directory.appending("models")], isIndexBroken: false) { _ in }
        let again = try store.pin(snapshot, as: "cover")
        #expect(again.isNew && again.lost.isEmpty && again.files == report.files + 1)
    }

    @Test func `keeps the snapshot from being forgotten, and its files from collection`() throws {
        _ = try store.pin(snapshot, as: "cover")
        try fixture.add("checkpoints/model.safetensors", seed: 2)
        func collect() throws -> CollectionReport {
            StoreFixture.waitForTick()
            let now = Timestamp.now()
            return try store.collect(
                CollectionPolicy(supersededBefore: now, forgetBefore: now, graceBefore: now), isDryRun: false)
        }
        #expect(try collect().snapshots.isEmpty)
        #expect(try blob(try index().first).isEmpty == false)
        #expect(try file("blobs/sha256/" + SmallModel.digest(seed: 1).hex) == SmallModel.bytes(seed: 1))
        _ = try store.unpin("cover")
        #expect(try collect().snapshots.map(\.id) == [snapshot.digest])
        #expect(try FileManager.default.contentsOfDirectory(atPath: store.path.string + "/blobs/sha256").count == 1)
    }
}
