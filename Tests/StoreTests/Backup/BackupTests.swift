import Foundation
import GRDB
import Recipe
import Store
import Support
import SystemPackage
import Testing

@Suite(.timeLimit(.minutes(20))) struct `Backup and rebuild` {
    let fixture: StoreFixture
    let snapshot: Digest
    var store: Store { fixture.store }
    private let name = "checkpoints/model.safetensors"

    /// A model in three versions of which the first two have an image, and a LoRA.
    init() throws {
        fixture = try StoreFixture()
        try fixture.add(name, seed: 1)
        _ = try fixture.store.snapshot(try fixture.image("a.png", SmallImage.graph()))
        try fixture.add(name, seed: 2)
        StoreFixture.waitForTick()
        snapshot = try fixture.store.snapshot(try fixture.image("b.png", SmallImage.graph(seed: 7))).id
        try fixture.add(name, seed: 3)
    }

    /// The store as it lies on the disk now, somewhere else: this process has the other one open.
    private func copy() throws -> FilePath {
        let target = fixture.directory.appending("copy-\(UInt64.random(in: .min ... .max))")
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/cp")
        process.arguments = ["-a", store.path.string, target.string]
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
        return target
    }

    private func remove(_ path: FilePath, _ names: String...) throws {
        for name in names { try FileManager.default.removeItem(atPath: path.string + "/" + name) }
    }
    private func removeCatalogue(_ path: FilePath) throws {
        for suffix in ["", "-wal", "-shm"] { unlink(path.string + "/catalogue.sqlite" + suffix) }
    }
    private func names(_ path: FilePath) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: path.string).sorted()
    }

    /// Everything that people see of a store.
    private func listing(_ store: Store) throws -> [String] {
        var lines: [String] = []
        try store.forEachVersion(of: nil) {
            lines.append("\($0.folder)/\($0.name) v\($0.number) \($0.sha256) \($0.isLive)")
        }
        lines += try store.snapshots(after: 0, limit: 100).map { "snapshot \($0.digest) \($0.imageName)" }
        lines += try store.pins(after: 0, limit: 100).map { "pin \($0.name) \($0.snapshot)" }
        return lines
    }

    @Test func `gives back everything that the newest backup has`() throws {
        _ = try store.backUp()
        let path = try copy()
        try removeCatalogue(path)
        #expect(throws: StoreError.self) { try Store.open(path) }
        let report = try Store.rebuild(path)
        #expect(report.backup != nil && report.blobs.isEmpty && report.damaged.isEmpty && report.missing == 0)
        let rebuilt = try Store.open(path)
        #expect(try listing(rebuilt) == listing(store))
        let pinned = try rebuilt.pinnedFiles(
            in: try #require(try rebuilt.snapshot(named: fixture.row(snapshot).short)).models)
        #expect(try pinned.map { try rebuilt.bytes(of: $0.blob) } == [SmallModel.bytes(seed: 2)])
    }

    @Test func `finds what is newer than the backup by its bytes, and says what it cannot name`() throws {
        _ = try store.backUp()
        try fixture.add(name, seed: 4)
        _ = try store.pin(try fixture.row(snapshot), as: "cover")
        let path = try copy()
        try removeCatalogue(path)
        let report = try Store.rebuild(path)
        #expect(report.blobs.contains(SmallModel.digest(seed: 4)))
        #expect(report.pins.names == ["cover"] && report.pins.snapshots == 0)
        let rebuilt = try Store.open(path)
        #expect(try rebuilt.pin(named: "cover")?.snapshotID == snapshot)
        #expect(
            try rebuilt.collect(
                CollectionPolicy(supersededBefore: nil, forgetBefore: nil, graceBefore: .now()), isDryRun: true
            ).blobs == 1)
    }

    @Test func `makes names, versions and snapshots again from pins alone`() throws {
        let first = try #require(try store.snapshots(after: 0, limit: 1).first)
        for (row, name) in [(first, "first"), (try fixture.row(snapshot), "second")] {
            _ = try store.pin(row, as: name)
        }
        let unnamed = try copy()
        try removeCatalogue(unnamed)
        try remove(unnamed, "index.json")
        #expect(
            try Store.rebuild(unnamed).pins.names.sorted()
                == [first, try fixture.row(snapshot)].map { "recovered-\($0.short)" }.sorted())
        let path = try copy()
        try removeCatalogue(path)
        let report = try Store.rebuild(path)
        #expect(report.backup == nil && report.pins.names == ["first", "second"] && report.pins.snapshots == 2)
        let rebuilt = try Store.open(path)
        var versions: [String] = []
        try rebuilt.forEachVersion(of: nil) {
            versions.append("\($0.folder)/\($0.name) v\($0.number) \($0.sha256) \($0.isLive)")
        }
        #expect(
            versions.sorted() == [
                "\(name) v1 \(SmallModel.digest(seed: 1)) false", "\(name) v2 \(SmallModel.digest(seed: 2)) true",
            ])
        let row = try #require(try rebuilt.snapshot(named: first.short))
        #expect(row.digest == first.digest && row.imageName == "a.png" && row.recorded == first.recorded)
        let prompt = try #require(row.prompt)
        #expect(try rebuilt.bytes(of: prompt) == Array(SmallImage.graph().utf8))
        let pinned = try #require(try rebuilt.pinnedFiles(in: row.models).first)
        #expect(pinned.path.description == name)
        #expect(try rebuilt.bytes(of: pinned.blob) == SmallModel.bytes(seed: 1))
        // The pins can be carried on from here.
        #expect(try rebuilt.pin(row, as: "first").isNew == false)
        #expect(try rebuilt.verifyPins().isEmpty && rebuilt.verifyCatalogue().isEmpty)
    }

    @Test func `begins with an older backup where the newest is damaged, and keeps what was there`() throws {
        let good = try store.backUp()
        StoreFixture.waitForTick()
        let bad = try store.backUp()
        let path = try copy()
        try fixture.directory.write(Array("no database".utf8), to: path.lastComponent!.string + "/catalogue.sqlite")
        for suffix in ["-wal", "-shm"] { unlink(path.string + "/catalogue.sqlite" + suffix) }
        let damaged = path.string + "/backup/" + (bad.path.lastComponent?.string ?? "")
        let handle = try #require(FileHandle(forUpdatingAtPath: damaged))
        try handle.truncate(atOffset: 5000)
        try handle.close()
        let report = try Store.rebuild(path)
        #expect(report.backup?.path.lastComponent == good.path.lastComponent)
        #expect(report.unreadable.map(\.path.lastComponent) == [bad.path.lastComponent])
        let kept = try #require(report.replaced)
        #expect(try String(contentsOfFile: kept.string, encoding: .utf8) == "no database")
        #expect(try listing(Store.open(path)) == listing(store))
    }

    @Test func `refuses while somebody uses the store, and while its catalogue is sound`() throws {
        let path = try copy()
        #expect(throws: StoreError.self) { try Store.rebuild(path) }
        let open = try Store.open(path)
        #expect(throws: StoreError.self) { try Store.rebuild(path, isForced: true) }
        withExtendedLifetime(open) {}
        #expect(throws: StoreError.self) { try Store.rebuild(fixture.directory.path) }
    }

    @Test func `is said to be in use where somebody else does not end a change`() throws {
        let impatient = try Store.open(store.path, patience: 0.1)
        let other = try DatabaseQueue(path: store.path.appending("catalogue.sqlite").string)
        try other.writeWithoutTransaction { db throws in
            try db.execute(sql: "BEGIN IMMEDIATE")
            #expect(throws: StoreError.self) { try impatient.pin(try fixture.row(snapshot), as: "cover") }
            do { _ = try impatient.pin(try fixture.row(snapshot), as: "cover") } catch let error as StoreError {
                #expect(error.description.contains("in use by"), "\(error)")
            }
            try db.execute(sql: "ROLLBACK")
        }
        #expect(try impatient.pin(try fixture.row(snapshot), as: "cover").isNew)
    }

    private func number(of lora: EntryName, _ store: Store) throws -> Int64 {
        let folder = try #require(try store.live(named: "loras", in: 1))
        return try #require(try store.live(named: lora, in: folder.id)).id
    }

    @Test func `never gives a row's number twice`() throws {
        _ = try store.backUp()
        try fixture.add("loras/new.safetensors", seed: 9)
        let before = try number(of: "new.safetensors", store)
        let path = try copy()
        let report = try Store.rebuild(path, isForced: true)
        #expect(report.replaced != nil)
        let rebuilt = try Store.open(path)
        let plan = try rebuilt.plan(adding: [fixture.directory.appending("models")], folder: nil)
        for item in plan.items { _ = try rebuilt.add(item) }
        #expect(try number(of: "new.safetensors", rebuilt) > before + 1 << 20)
    }

    @Test func `puts damaged blobs and files of unknown names away`() throws {
        let path = try copy()
        try removeCatalogue(path)
        let directory = path.lastComponent!.string
        let digest = SmallModel.digest(seed: 1)
        unlink(path.string + "/blobs/sha256/" + digest.hex)
        try fixture.directory.write([1], to: directory + "/blobs/sha256/" + digest.hex)
        try fixture.directory.write([2], to: directory + "/live/77")
        let report = try Store.rebuild(path)
        #expect(report.damaged == [digest] && report.drafts.count == 1)
        #expect(try names(path.appending("quarantine")).count == 2)
        #expect(try names(path.appending("live")).isEmpty)
    }

    @Test func `keeps so many backups as are asked for`() throws {
        var made: [String] = []
        for _ in 0..<4 {
            made.append(try store.backUp(keeping: 2).path.lastComponent?.string ?? "")
            StoreFixture.waitForTick()
        }
        // One that was cut off by a kill.
        try fixture.directory.write([1], to: "store/backup/.unfinished-2147483647-1")
        _ = try store.backUp(keeping: 3)
        let kept = try names(store.path.appending("backup"))
        #expect(kept.count == 3 && kept.first == made[2])
        #expect(try store.backups().count == 3)
    }

    @Test func `verify notices an index that has other pins, and repair makes both agree`() throws {
        _ = try store.pin(try fixture.row(snapshot), as: "cover")
        let index = try Data(contentsOf: URL(fileURLWithPath: store.path.string + "/index.json"))
        try fixture.directory.write(Array("{}".utf8), to: "store/index.json")
        #expect(try store.verifyPins().map(\.kind) == [.pins])
        _ = try store.repair(from: [], isIndexBroken: false) { _ in }
        #expect(try Data(contentsOf: URL(fileURLWithPath: store.path.string + "/index.json")) == index)
        _ = try store.unpin("cover")
        try fixture.directory.write(Array(index), to: "store/index.json")
        #expect(try store.verifyPins().count == 1)
        #expect(try store.repair(from: [], isIndexBroken: false) { _ in }.pins.names == ["cover"])
        #expect(try store.pin(named: "cover")?.snapshotID == snapshot)
    }

    @Test func `repair makes a pin's documents and manifest again`() throws {
        let row = try fixture.row(snapshot)
        let pin = try store.pin(row, as: "cover")
        for digest in [snapshot, pin.manifest] { unlink(store.path.string + "/blobs/sha256/" + digest.hex) }
        for blob in try store.blobsToVerify(before: .now(), limit: 100) { _ = try store.verify(blob) { _ in } }
        _ = try store.repair(from: [], isIndexBroken: false) { _ in }
        for digest in [snapshot, pin.manifest] {
            let bytes = try Data(contentsOf: URL(fileURLWithPath: store.path.string + "/blobs/sha256/" + digest.hex))
            #expect(SHA256.digest(of: Array(bytes)) == digest)
        }
        #expect(try store.verifyDamaged { _ in }.isEmpty)
    }

    /// An index and manifests that somebody brought: whatever they say, nothing but a hash is believed, and nothing traps.
    @Test func `takes a hostile index and hostile manifests for what they are`() throws {
        _ = try store.pin(try fixture.row(snapshot), as: "cover")
        let index = Array(try Data(contentsOf: URL(fileURLWithPath: store.path.string + "/index.json")))
        var chance = SplitMix64(seed: 7)
        for _ in 0..<300 {
            var bytes = index
            for _ in 0..<3 {
                bytes[Int.random(in: 0..<bytes.count, using: &chance)] = .random(in: 0...255, using: &chance)
            }
            try fixture.directory.write(bytes, to: "store/index.json")
            _ = try store.verifyPins()
        }
        let type = "application/vnd.cncf.model.manifest.v1+json"
        let zeros = String(repeating: "0", count: 64)
        let notes = #"{"reprofs.snapshot":"\#(zeros)","org.opencontainers.image.created":"2026-01-01T00:00:00Z"}"#
        let manifests = [
            "{}", "[]", "{", #"{"artifactType":"\#(type)"}"#, #"{"artifactType":"\#(type)","annotations":\#(notes)}"#,
            #"{"artifactType":"\#(type)","annotations":\#(notes),"layers":[{"digest":"sha256:x","size":-1}]}"#,
            #"{"artifactType":"\#(type)","annotations":{"reprofs.snapshot":"\#(snapshot.hex)"},"layers":{}}"#,
        ]
        for (number, text) in manifests.enumerated() {
            let bytes = Array(text.utf8)
            let digest = SHA256.digest(of: bytes)
            try fixture.directory.write(bytes, to: "store/blobs/sha256/" + digest.hex)
            for name in ["hostile\(number)", "../../escape", "deadbeefdeadbeef"] {
                let entry =
                    #"{"digest":"sha256:\#(digest.hex)","size":\#(bytes.count),"annotations":{"org.opencontainers.image.ref.name":"\#(name)"}}"#
                try fixture.directory.write(Array(#"{"manifests":[\#(entry)]}"#.utf8), to: "store/index.json")
                let report = try store.repair(from: [], isIndexBroken: false) { _ in }
                #expect(report.pins.names.isEmpty && report.pins.problems.map(\.name) == [name], "\(text)")
            }
        }
        #expect(try store.pins(after: 0, limit: 9).map(\.name) == ["cover"])
        #expect(try store.verifyPins().isEmpty)
    }
}
