import Foundation
import GRDB
import Recipe
import Store
import Support
import SystemPackage
import Testing

@Suite struct `A store of an older version` {
    /// The store that the released schema `number` left, in `directory`.
    private func store(ofSchema number: Int, in directory: TemporaryDirectory) throws -> FilePath {
        let path = try Store.create(directory.appending("store")).path
        for name in ["catalogue.sqlite", "catalogue.sqlite-wal", "catalogue.sqlite-shm"] {
            try? FileManager.default.removeItem(atPath: path.appending(name).string)
        }
        let dump = FilePath.tests.appending("Fixtures/Stores/\(number)/catalogue.sql")
        let sql = try String(contentsOfFile: dump.string, encoding: .utf8)
        try DatabaseQueue(path: path.appending("catalogue.sqlite").string).writeWithoutTransaction { db in
            try db.execute(sql: "PRAGMA foreign_keys = OFF")
            try db.execute(sql: sql)
        }
        return path
    }

    @Test(arguments: [1]) func `is brought up to date with everything in it`(schema: Int) throws {
        let directory = try TemporaryDirectory()
        let store = try Store.open(try store(ofSchema: schema, in: directory))
        #expect(try store.counts().versions == 2)
        var snapshots: [String] = []
        try store.forEachSnapshot { snapshots.append("\($0.short) \($0.image)") }
        #expect(snapshots == ["5b4e0e5ca843 txt2img_lora_00001_.png"])
        // What was shown to everybody is.
        #expect(try store.blobs(after: 0, limit: 1000).contains { $0.isPrivate } == false)
        // The bytes are not there, and that is said.
        let row = try #require(try store.snapshot(named: "5b4e0e5ca843"))
        #expect(SHA256.digest(of: try store.bytes(of: row.document)) == row.digest)
        let now = Timestamp.now()
        #expect(try store.collect(CollectionPolicy(graceBefore: now), isDryRun: false).blobs == 0)
    }

    @Test(arguments: [1]) func `is backed up before it is brought up to date, as the old version can read it`(
        schema: Int
    ) throws {
        let directory = try TemporaryDirectory()
        let store = try Store.open(try store(ofSchema: schema, in: directory))
        let backup = try #require(try store.backups().first)
        #expect(try store.backups().count == 1)
        let done = try DatabaseQueue(path: backup.path.string).read { db in
            try String.fetchAll(db, sql: "SELECT identifier FROM grdb_migrations")
        }
        #expect(done == (1...schema).map(String.init))
    }

    @Test(arguments: [1]) func `has the tables that a new one has`(schema: Int) throws {
        let directory = try TemporaryDirectory()
        let other = try TemporaryDirectory()
        func tables(_ path: FilePath) throws -> [String] {
            try DatabaseQueue(path: path.appending("catalogue.sqlite").string).read { db in
                try String.fetchAll(db, sql: "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name, sql")
            }
        }
        let old = try store(ofSchema: schema, in: directory)
        _ = try Store.open(old)
        let new = try Store.create(other.appending("store")).path
        #expect(try tables(old) == tables(new))
    }

    @Test(arguments: [1]) func `is left as it is by who only glances at it`(schema: Int) throws {
        let directory = try TemporaryDirectory()
        let old = try store(ofSchema: schema, in: directory)
        func done() throws -> [String] {
            try DatabaseQueue(path: old.appending("catalogue.sqlite").string).read { db in
                try String.fetchAll(db, sql: "SELECT identifier FROM grdb_migrations")
            }
        }
        let before = try done()
        #expect(throws: StoreError.self) { try Store.glance(at: old) }
        #expect(try done() == before)
        #expect(try FileManager.default.contentsOfDirectory(atPath: old.appending("backup").string).isEmpty)
        _ = try Store.open(old)
        #expect(try Store.glance(at: old).counts().versions == 2)
    }
}
