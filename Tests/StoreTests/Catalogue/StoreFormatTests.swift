import Foundation
import GRDB
import Glibc
import Recipe
import Store
import Support
import Synchronization
import SystemPackage
import Testing

@Suite struct `A store on disk` {
    let fixture: StoreFixture
    init() throws { fixture = try StoreFixture() }

    private func contents(_ name: String) throws -> JSON {
        let bytes = try #require(FileManager.default.contents(atPath: fixture.store.path.appending(name).string))
        return try JSONParser.parse(Array(bytes))
    }

    @Test func `is an OCI image layout`() throws {
        #expect(try contents("oci-layout")["imageLayoutVersion"] == "1.0.0")
        #expect(try contents("index.json")["schemaVersion"] == 2)
        #expect(try contents("index.json")["manifests"] == [])
    }

    @Test(arguments: ["", "blobs", "blobs/sha256", "incoming", "backup"])
    func `lets only its owner in`(directory: String) throws {
        let path = fixture.store.path.string + "/" + directory
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o700)
    }

    @Test func `is not made where other files are`() throws {
        let place = try fixture.directory.write([1], to: "full/file").removingLastComponent()
        #expect(throws: StoreError.self) { try Store.create(place) }
        #expect(FileManager.default.contents(atPath: place.string + "/file") == Data([1]))
    }

    @Test func `is not opened where there is none`() throws {
        #expect(throws: StoreError.self) { try Store.open(fixture.directory.appending("nothing")) }
    }

    @Test func `puts what it acknowledges on disk after the commit, while nobody waits for that`() throws {
        let thread = UInt(pthread_self())
        let steps = Mutex([String]())
        FaultPoint.visitors.withLock {
            $0[thread] = { operation, path in
                guard path.contains("/catalogue.sqlite") else { return }
                #expect(operation != "cannot sync" || !Activity.isInTransaction)
                steps.withLock { $0.append("\(operation) \(path.split(separator: "/").last ?? "")") }
            }
        }
        defer { FaultPoint.visitors.withLock { $0[thread] = nil } }
        try fixture.model("checkpoints/one.safetensors", seed: 1)
        try fixture.addModels()
        let seen = steps.withLock { $0 }
        let written = try #require(seen.lastIndex(of: "cannot write catalogue.sqlite"))
        #expect(seen[(written + 1)...].contains("cannot sync catalogue.sqlite-wal"))
    }

    @Test func `is refused when a newer version wrote it, with the version it needs`() throws {
        let path = fixture.store.path
        let raw = try DatabaseQueue(path: path.appending("catalogue.sqlite").string)
        try raw.write { db in
            try db.execute(sql: "INSERT INTO grdb_migrations VALUES ('999')")
            try db.execute(sql: "UPDATE meta SET value = '9.9.9' WHERE key = 'needs'")
        }
        let error = #expect(throws: StoreError.self) { try Store.open(path) }
        #expect(error?.description.contains("9.9.9") == true)
    }

    @Test func `sweeps what dead processes left in incoming`() throws {
        try fixture.directory.write([1, 2, 3], to: "store/incoming/4711-leftover")
        _ = try Store.open(fixture.store.path)
        #expect(try FileManager.default.contentsOfDirectory(atPath: fixture.store.path.string + "/incoming").isEmpty)
    }

    @Test func `keeps what a living process has in incoming`() throws {
        let file = try fixture.directory.write([1, 2, 3], to: "store/incoming/4711-living")
        let held = open(file.string, O_RDWR)
        defer { close(held) }
        try #require(flock(held, LOCK_EX | LOCK_NB) == 0)
        _ = try Store.open(fixture.store.path)
        #expect(FileManager.default.fileExists(atPath: file.string))
    }
}
