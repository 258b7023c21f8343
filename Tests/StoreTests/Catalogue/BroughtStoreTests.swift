import Foundation
import GRDB
import Recipe
import Store
import Support
import SystemPackage
import Testing

/// A store, a backup or a pin that somebody brings may say anything; what it names stays where it belongs, and the rest can be used.
@Suite(.timeLimit(.minutes(20))) struct `Brought stores` {
    let fixture: StoreFixture
    let good: SnapshotRow
    var store: Store { fixture.store }

    init() throws {
        fixture = try StoreFixture()
        try fixture.add("checkpoints/model.safetensors", seed: 1)
        good = try fixture.row(try fixture.store.snapshot(try fixture.image("a.png", SmallImage.graph())).id)
    }

    /// Changes the catalogue by SQL, as whoever has the file can.
    private func tamper(_ path: FilePath, _ sql: String) throws {
        try DatabaseQueue(path: path.string).writeWithoutTransaction { db in
            try db.execute(sql: "PRAGMA foreign_keys = OFF; PRAGMA writable_schema = ON")
            try db.execute(sql: sql)
        }
    }
    private func tamper(_ sql: String) throws { try tamper(store.path.appending("catalogue.sqlite"), sql) }

    /// A second snapshot whose document names the folder, or something else, otherwise.
    private func forge(_ text: String, _ other: String) throws -> SnapshotRow {
        try fixture.add("loras/x.safetensors", seed: 2)
        let row = try fixture.row(try store.snapshot(try fixture.image("b.png", SmallImage.graph(seed: 7))).id)
        let bytes = try store.bytes(of: row.document)
        let forged = String(decoding: bytes, as: UTF8.self).replacing(text, with: other)
        try #require(forged != String(decoding: bytes, as: UTF8.self))
        try tamper(
            """
            UPDATE document SET zstd = x'\(hexadecimal(Self.compressed(Array(forged.utf8))))' WHERE blob = \(row.document.id);
            UPDATE blob SET sha256 = x'\(SHA256.digest(of: Array(forged.utf8)).hex)', size = \(forged.utf8.count)
            WHERE id = \(row.document.id);
            UPDATE snapshot SET sha256 = x'\(SHA256.digest(of: Array(forged.utf8)).hex)',
            short = '\(SHA256.digest(of: Array(forged.utf8)).hex.prefix(12))' WHERE id = \(row.id);
            UPDATE rendering SET fresh = 0;
            """)
        return try #require(try store.snapshot(row.id))
    }

    /// A zstd frame of raw blocks.
    private static func compressed(_ bytes: [UInt8]) -> [UInt8] {
        func little(_ value: Int, _ count: Int) -> [UInt8] {
            (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
        }
        var frame: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD, 0xA0] + little(bytes.count, 4)
        var rest = bytes[...]
        repeat {
            let block = rest.prefix(65536)
            rest = rest.dropFirst(block.count)
            frame += little(block.count << 3 | (rest.isEmpty ? 1 : 0), 3) + block
        } while !rest.isEmpty
        return frame
    }

    @Test(arguments: [
        "UPDATE directory SET name = '../pwn' WHERE parent = 1", "UPDATE directory SET name = '..' WHERE parent = 1",
        "UPDATE directory SET name = '' WHERE parent = 1", "UPDATE directory SET name = '/' WHERE parent = 1",
        "UPDATE directory SET name = x'ff', parent = 1 WHERE parent = 1",
        "UPDATE model SET name = '../../pwn'", "UPDATE live SET name = '/etc/passwd' WHERE kind = 1",
        "UPDATE live SET name = '..' WHERE name = 'checkpoints'", "UPDATE imageName SET name = '.'",
        "UPDATE pin SET name = '../x'",
    ])
    func `a row whose name is none is shown nowhere, spoils no listing, and is named by verify`(_ sql: String) throws {
        try fixture.add("vae/other.safetensors", seed: 3)
        try tamper(sql.replacing("WHERE parent = 1", with: "WHERE parent = 1 AND name = 'checkpoints'"))
        var seen: [String] = []
        try store.forEachModel { seen.append("\($0.folder)/\($0.name)") }
        try store.forEachVersion(of: nil) { _ in }
        try store.forEachImage { _ in }
        try store.forEachSnapshot { _ in }
        _ = try store.collect(
            CollectionPolicy(supersededBefore: nil, forgetBefore: nil, graceBefore: .now()), isDryRun: true)
        let plan = try store.releasePlan()
        for item in plan.items { seen.append(item.path.description) }
        for directory in try store.directories(in: 1, after: 0, limit: 100) {
            seen += try store.models(in: directory.id, after: 0, limit: 100).map(\.name.text)
        }
        seen += try store.pins(under: 0, in: good.models, after: 0, limit: 100).map(\.name.text)
        for name in seen { #expect(!name.slashed.contains("..") && name.utf8.first != UInt8(ascii: "/")) }
        #expect(plan.items.contains { $0.path.description == "vae/other.safetensors" } || sql.contains("live"))
        #expect(try store.verifyCatalogue().contains { $0.kind == .catalogue && $0.detail.contains("bad name") })
        #expect(throws: Never.self) { try fixture.add("loras/new.safetensors", seed: 4) }
    }

    /// > A snapshot whose document cannot be read stays where it is, and its recipe says what is wrong. Entries of a foreign store whose
    /// > names no directory can have are not shown; `verify` names both.
    @Test(arguments: [
        (#""folder":"checkpoints""#, #""folder":"../pwn""#),
        (#""name":"model.safetensors""#, #""name":"../../pwn.pt""#),
        (#""version":1"#, #""version":9223372036854775807"#), (#""size":"#, #""size":-"#),
    ])
    func `a snapshot that says what none can say is named, and everything else is listed`(
        _ text: String, _ other: String
    ) throws {
        let row = try forge(text, other)
        var listed: [String] = []
        try store.forEachSnapshot { listed.append($0.short) }
        #expect(listed == [good.short.text, row.short.text])
        let card = try store.rendering(.card, of: row.id, named: "b.png")
        #expect(String(decoding: card.bytes, as: UTF8.self).contains("the snapshot \(row.short) cannot be read"))
        let check = try SchemaCheck()
        try check.add(try store.rendering(.json, of: row.id, named: "b.png").bytes, from: "b.png.json")
        let verdict = try check.verdict()
        #expect(verdict.problems == [] && verdict.names == [DocumentSchema.unreadable.rawValue])
        #expect(throws: StoreError.self) { try store.recipeDocument(of: row.id, named: "b.png") }
        let damages = try store.verifyDocuments {}
        #expect(damages.contains { $0.detail.contains("the snapshot \(row.short) cannot be read") })
        #expect(!damages.contains { $0.detail.contains("\(good.short)") })
        // The image can be read anew.
        #expect(try store.snapshot(fixture.directory.appending("output/b.png")).isNew)
    }

    @Test(arguments: ["incoming", "live", "backup", "blobs/sha256", "blobs", "quarantine"])
    func `a link in the place of a directory leads nobody out`(_ name: String) throws {
        let precious = try fixture.directory.write([1], to: "victim/precious")
        let place = store.path.appending(name)
        try? FileManager.default.moveItem(atPath: place.string, toPath: fixture.directory.appending("moved").string)
        try #require(symlink(precious.removingLastComponent().string, place.string) == 0)
        #expect(throws: StoreError.self) { _ = try Store.open(store.path) }
        #expect(throws: StoreError.self) { _ = try Store.rebuild(store.path, isForced: true) }
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: precious.removingLastComponent().string) == ["precious"]
        )
    }

    @Test(arguments: ["", "-wal", "-shm", "-journal"])
    func `a link in the place of the catalogue leads nobody into another program's database`(ending: String) throws {
        let other = fixture.directory.appending("other.sqlite").string
        try DatabaseQueue(path: other).write { try $0.execute(sql: "CREATE TABLE mine (a)") }
        try #require(chmod(other, 0o644) == 0)
        let before = try Data(contentsOf: URL(fileURLWithPath: other))
        let path = fixture.directory.appending("second")
        _ = try Store.create(path)
        let catalogue = path.appending("catalogue.sqlite").string
        for name in [catalogue + ending] + (ending.isEmpty ? [catalogue + "-wal", catalogue + "-shm"] : []) {
            try? FileManager.default.removeItem(atPath: name)
        }
        try #require(symlink(other, catalogue + ending) == 0)
        #expect(throws: StoreError.self) { try Store.open(path) }
        #expect(throws: StoreError.self) { try Store.glance(at: path) }
        #expect(try Data(contentsOf: URL(fileURLWithPath: other)) == before)
        let mode = try FileManager.default.attributesOfItem(atPath: other)[.posixPermissions] as? Int
        #expect(mode == 0o644)
    }

    @Test func `another program's database in the place of the catalogue gets no tables`() throws {
        let path = fixture.directory.appending("third")
        _ = try Store.create(path)
        let catalogue = path.appending("catalogue.sqlite").string
        for ending in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: catalogue + ending) }
        try DatabaseQueue(path: catalogue).write { try $0.execute(sql: "CREATE TABLE mine (a)") }
        #expect(throws: StoreError.self) { try Store.open(path) }
        let tables = try DatabaseQueue(path: catalogue).read {
            try String.fetchAll($0, sql: "SELECT name FROM sqlite_master")
        }
        #expect(tables == ["mine"])
    }

    @Test func `a pipe in the place of a blob keeps nobody waiting`() throws {
        try fixture.add("loras/piped.safetensors", seed: 77)
        let blob = try fixture.blob(seed: 77)
        let path = store.path.string + "/blobs/sha256/\(blob.digest.hex)"
        try #require(unlink(path) == 0 && mkfifo(path, 0o600) == 0)
        #expect(throws: StoreError.self) { _ = try store.contents(of: blob) }
        #expect(try store.copy(to: fixture.directory.appending("copy")) { _ in }.damaged.isEmpty)
    }

    @Test func `a link that leads out of the view is not told`() throws {
        let view = LiveView(store)
        try tamper(
            """
            INSERT INTO live (parent, name, kind, mode, accessed, modified, changed, target)
            VALUES (1, 'a', 2, 511, 0, 0, 0, '/etc/passwd'), (1, 'b', 2, 511, 0, 0, 0, '../x'), (1, 'c', 2, 511, 0, 0, 0, 'vae')
            """)
        let links = try store.live(in: 1, after: 0, limit: 100).filter { $0.kind == .link }
        #expect(links.map { (try? view.target(of: $0)) ?? "refused" } == ["refused", "refused", "vae"])
    }

    /// Every command and every view reads what there is, and ends.
    private func readAll() throws -> [String] {
        var seen: [String] = []
        func attempt(_ body: () throws(StoreError) -> Void) { do { try body() } catch { seen.append("\(error)") } }
        attempt { () throws(StoreError) in try store.forEachModel { seen.append("\($0.folder)/\($0.name)") } }
        attempt { () throws(StoreError) in try store.forEachVersion(of: nil) { _ in } }
        attempt { () throws(StoreError) in try store.forEachImage { _ in } }
        attempt { () throws(StoreError) in try store.forEachSnapshot { _ in } }
        attempt { () throws(StoreError) in try store.forEachEvent(of: nil) { _ in } }
        attempt { () throws(StoreError) in _ = try store.usage() }
        attempt { () throws(StoreError) in _ = try store.usageByModel() }
        attempt { () throws(StoreError) in _ = try store.usageByVersion() }
        attempt { () throws(StoreError) in _ = try store.usageBySnapshot() }
        attempt { () throws(StoreError) in
            _ = try store.collect(
                CollectionPolicy(supersededBefore: nil, forgetBefore: nil, graceBefore: .now()), isDryRun: true)
        }
        attempt { () throws(StoreError) in seen += try store.releasePlan().items.map(\.path.description) }
        attempt { () throws(StoreError) in _ = try store.verifyDocuments {} }
        attempt { () throws(StoreError) in _ = try store.pinnedFiles(in: good.models) }
        attempt { () throws(StoreError) in _ = try store.rendering(.json, of: good.id, named: "a.png") }
        attempt { () throws(StoreError) in _ = try store.lineage(ofSnapshot: good.id) }
        attempt { () throws(StoreError) in _ = try store.path(ofModel: 1) }
        attempt { () throws(StoreError) in _ = try store.live(in: 1, after: 0, limit: 100) }
        attempt { () throws(StoreError) in _ = try store.directories(in: 1, after: 0, limit: 100) }
        attempt { () throws(StoreError) in _ = try store.models(in: 5, after: 0, limit: 100) }
        attempt { () throws(StoreError) in _ = try store.blobs(after: 0, limit: 100) }
        attempt { () throws(StoreError) in _ = try store.active() }
        return seen
    }

    @Test(arguments: [
        "UPDATE directory SET parent = id WHERE name = 'checkpoints'", "UPDATE directory SET parent = 1 WHERE id = 1",
        "UPDATE directory SET parent = (SELECT max(id) FROM directory WHERE name = 'checkpoints') WHERE id = 1",
        "UPDATE live SET parent = id WHERE name = 'checkpoints'", "UPDATE live SET parent = 1 WHERE id = 1",
        "UPDATE live SET parent = 2 WHERE id = 1", "UPDATE pin SET parent = position",
        "UPDATE pin SET position = 0, parent = 0 WHERE position = 1", "UPDATE snapshot SET parent = id",
    ])
    func `rows in a circle end every search, and are named by verify`(_ sql: String) throws {
        try tamper(sql)
        _ = try readAll()
        #expect(try store.verifyCatalogue().contains { $0.detail.contains("is its own ancestor") })
    }

    @Test(arguments: [
        "UPDATE live SET user = 4294967296 WHERE kind = 1", "UPDATE live SET team = -1 WHERE kind = 1",
        "UPDATE live SET mode = -1 WHERE kind = 1", "UPDATE live SET mode = 65535 WHERE kind = 1",
        "UPDATE live SET modified = 9223372036854775807", "UPDATE live SET modified = -9223372036854775807 - 1",
        "UPDATE live SET kind = 'file'", "UPDATE live SET closed = 1e300",
        "UPDATE blob SET size = -5", "UPDATE blob SET size = 9223372036854775807", "UPDATE blob SET size = 'many'",
        "UPDATE blob SET sha256 = x'00' WHERE id = 1", "UPDATE blob SET changed = 9223372036854775807",
        "UPDATE version SET number = 9223372036854775807", "UPDATE version SET recorded = 9223372036854775807",
        "UPDATE model SET versions = 'many'", "UPDATE model SET changed = 9223372036854775807",
        "UPDATE directory SET changed = 9223372036854775807, named = -9223372036854775807 - 1",
        "UPDATE event SET since = 9223372036854775807", "UPDATE event SET cause = 5, since = 'x'",
        "UPDATE snapshot SET recorded = 9223372036854775807", "UPDATE snapshot SET models = 'x'",
        "UPDATE imageName SET time = 9223372036854775807, newest = 9223372036854775807",
        "UPDATE rendering SET size = 9223372036854775807", "UPDATE rendering SET size = -1, rendered = 1e300",
        "UPDATE active SET generation = 9223372036854775807", "UPDATE image SET pixels = x'00'",
    ])
    func `a row whose numbers are none ends nothing, and is named by verify`(_ sql: String) throws {
        try fixture.add("vae/other.safetensors", seed: 3)
        try tamper(sql)
        _ = try readAll()
        let isOfShape = ["sha256", "pixels", "newest"].contains { sql.contains($0) }
        #expect(try isOfShape || store.verifyCatalogue().contains { $0.detail.contains("cannot have") })
        // What is made now is made as before, or refused in words.
        do { try fixture.add("loras/new.safetensors", seed: 4) } catch is StoreError {}
    }

    @Test(arguments: [
        (
            "CREATE TRIGGER t AFTER INSERT ON model BEGIN DELETE FROM event; END",
            "its tables are not those of a catalogue"
        ),
        ("CREATE VIEW v AS SELECT 1", "its tables are not those of a catalogue"),
        ("UPDATE model SET versions = 'many'", "a row of 'model' has a value that its column 'versions' cannot have"),
        ("UPDATE live SET mode = x'00'", "a row of 'live' has a value that its column 'mode' cannot have"),
    ])
    func `a backup that is not as ReproFS makes one is passed over and named`(_ sql: String, _ why: String) throws {
        let older = try store.backUp()
        try fixture.add("vae/newer.safetensors", seed: 5)
        let backup = try store.backUp()
        try tamper(backup.path, sql)
        let target = fixture.directory.appending("brought")
        try FileManager.default.copyItem(atPath: store.path.string, toPath: target.string)
        for suffix in ["", "-wal", "-shm"] { unlink(target.string + "/catalogue.sqlite" + suffix) }
        let report = try Store.rebuild(target)
        #expect(report.unreadable.map(\.why) == [why])
        #expect(report.backup?.path.lastComponent == older.path.lastComponent)
    }

    @Test func `a pin whose snapshot leads out of its folder is not taken, and the others are`() throws {
        let evil = try forge(#""folder":"checkpoints""#, #""folder":"../pwn""#)
        _ = try store.pin(good, as: "good")
        _ = try store.pin(try #require(try store.snapshot(evil.id)), as: "evil")
        let target = fixture.directory.appending("brought")
        try FileManager.default.copyItem(atPath: store.path.string, toPath: target.string)
        for suffix in ["", "-wal", "-shm"] { unlink(target.string + "/catalogue.sqlite" + suffix) }
        let report = try Store.rebuild(target)
        #expect(report.pins.names == ["good"])
        #expect(report.pins.problems.map(\.name) == ["evil"])
        #expect(report.pins.problems.first?.why.contains("'../pwn' holds a slash") == true)
        let rebuilt = try Store.open(target)
        #expect(
            try rebuilt.releasePlan().items.map(\.path.description).sorted() == [
                "checkpoints", "checkpoints/model.safetensors",
            ])
    }
}
