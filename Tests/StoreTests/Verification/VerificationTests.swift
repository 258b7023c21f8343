import Foundation
import GRDB
import Recipe
import Store
import Support
import SystemPackage
import Testing

@Suite struct `Verification` {
    let fixture: StoreFixture
    var store: Store { fixture.store }
    init() throws { fixture = try StoreFixture() }

    private let name = "checkpoints/model.safetensors"
    private func path(_ seed: UInt64) -> String {
        store.path.string + "/blobs/sha256/\(SmallModel.digest(seed: seed).hex)"
    }

    private func spoil(_ seed: UInt64) throws {
        try #require(chmod(path(seed), 0o600) == 0)
        let file = try #require(FileHandle(forWritingAtPath: path(seed)))
        try file.seek(toOffset: 100)
        try file.write(contentsOf: Data([0xFF, 0x00, 0xFF]))
        try file.close()
    }

    /// Reads everything that is due.
    private func verify(before: Timestamp = .now()) throws -> [Damage] {
        var found = try store.verifyCatalogue() + store.verifyDamaged { _ in }
        while true {
            let due = try store.blobsToVerify(before: before, limit: 10)
            guard !due.isEmpty else { break }
            for blob in due { if let damage = try store.verify(blob, pace: { _ in }) { found.append(damage) } }
        }
        return try found + store.verifyDocuments {} + store.verifyFiles(grace: .now())
    }

    @Test func `finds nothing in a store that is whole`() throws {
        try fixture.add(name, seed: 1)
        _ = try store.snapshot(try fixture.image(SmallImage.graph()))
        #expect(try verify().isEmpty)
        #expect(try store.verificationState().unchecked == 0)
    }

    /// What an image wants has a kind, as files have, and another one.
    @Test func `finds nothing where an image's models are missing`() throws {
        _ = try store.snapshot(try fixture.image(SmallImage.graph(checkpoint: "absent.safetensors")))
        #expect(try verify().map(\.detail) == [])
    }

    /// > A blob whose bytes do not have its hash is moved into quarantine when it is found: it is kept and never served, and every version,
    /// > snapshot, image and pin that depends on it is named.
    @Test func `names what a changed byte touches, and keeps it from being served`() throws {
        try fixture.add(name, seed: 1)
        let snapshot = try store.snapshot(try fixture.image(SmallImage.graph()))
        let blob = try fixture.blob(seed: 1)
        try spoil(1)
        let damages = try verify()
        try #require(damages.count == 1)
        #expect(damages[0].kind == .damaged && damages[0].digest == blob.digest)
        #expect(damages[0].affected.models == ["\(name)@v1"])
        #expect(damages[0].affected.snapshots == [String(snapshot.id.hex.prefix(12))])
        #expect(damages[0].affected.images == ["output/test_00001_.png"])
        #expect(!FileManager.default.fileExists(atPath: path(1)))
        #expect(FileManager.default.fileExists(atPath: store.path.string + "/quarantine/\(blob.digest.hex)"))
        #expect(throws: StoreError.self) { try store.contents(of: blob) }
        #expect(try fixture.recipe(snapshot.id)["grade"]?["grade"] == "partial")
        // It stays known, and is told again.
        #expect(try verify().map(\.kind) == [.missing])
    }

    enum Intruder: CaseIterable { case link, directory, pipe }

    /// Somebody short of room moves a blob elsewhere and leaves a link.
    @Test(arguments: Intruder.allCases)
    func `names what is no file in a blob's place, puts it away, and finds what else is wrong`(_ intruder: Intruder)
        throws
    {
        try fixture.add(name, seed: 1)
        try fixture.add("loras/other.safetensors", seed: 2)
        let moved = fixture.directory.appending("moved.safetensors").string
        try FileManager.default.moveItem(atPath: path(1), toPath: moved)
        switch intruder {
        case .link: try #require(symlink(moved, path(1)) == 0)
        case .directory: try #require(mkdir(path(1), 0o700) == 0)
        case .pipe: try #require(mkfifo(path(1), 0o600) == 0)
        }
        try spoil(2)
        // A reader may have met it before.
        if intruder == .link { _ = try? store.contents(of: try fixture.blob(seed: 1)) }
        let damages = try verify()
        #expect(damages.count == 2 && damages.allSatisfy { $0.kind == .damaged })
        #expect(Set(damages.flatMap(\.affected.models)) == ["\(name)@v1", "loras/other.safetensors@v1"])
        // Both come back as they came in at first.
        try fixture.addModels()
        #expect(try verify().isEmpty)
        let kind = try FileManager.default.attributesOfItem(atPath: path(1))[.type] as? FileAttributeType
        #expect(kind == .typeRegular)
    }

    @Test func `a size that the catalogue has wrong puts no file away`() throws {
        try fixture.add(name, seed: 1)
        let queue = try DatabaseQueue(path: store.path.string + "/catalogue.sqlite")
        try queue.write { try $0.execute(sql: "UPDATE blob SET size = size + 1 WHERE changed IS NOT NULL") }
        try queue.close()
        let blob = try #require(try store.blobsToVerify(before: .now(), limit: 1).first)
        let damage = try #require(try store.verify(blob) { _ in })
        #expect(damage.kind == .catalogue && damage.affected.models == ["\(name)@v1"])
        #expect(FileManager.default.fileExists(atPath: path(1)))
    }

    @Test func `brings bytes back from where they still are`() throws {
        try fixture.add(name, seed: 1)
        let snapshot = try store.snapshot(try fixture.image(SmallImage.graph()))
        let grade = snapshot.grade
        let blob = try fixture.blob(seed: 1)
        try spoil(1)
        _ = try verify()
        let other = try fixture.directory.write(SmallModel.bytes(seed: 1), to: "elsewhere/deep/renamed.bin")
        try fixture.directory.write(SmallModel.bytes(seed: 2), to: "elsewhere/deep/other.bin")
        let report = try store.repair(from: [fixture.directory.appending("elsewhere")], isIndexBroken: false) { _ in }
        #expect(report.restored.map(\.source) == [other])
        #expect(try store.bytes(of: blob) == SmallModel.bytes(seed: 1))
        #expect(try verify().isEmpty)
        #expect(try fixture.recipe(snapshot.id)["grade"]?["grade"]?.string == "\(grade)")
        #expect(FileManager.default.fileExists(atPath: other.string))
    }

    @Test func `serves a file again that came back by itself`() throws {
        try fixture.add(name, seed: 1)
        let aside = store.path.string + "/aside"
        try FileManager.default.moveItem(atPath: path(1), toPath: aside)
        #expect(try verify().map(\.kind) == [.missing])
        try FileManager.default.moveItem(atPath: aside, toPath: path(1))
        #expect(try verify().isEmpty)
        #expect(try store.bytes(of: try fixture.blob(seed: 1)) == SmallModel.bytes(seed: 1))
    }

    @Test func `goes on where it was cut off, with what was read longest ago`() throws {
        for seed in 1...4 { try fixture.add("checkpoints/\(seed).safetensors", seed: UInt64(seed)) }
        let began = try store.beginVerification(anew: false)
        let first = try #require(try store.blobsToVerify(before: began, limit: 1).first)
        _ = try store.verify(first) { _ in }
        let second = try #require(try store.blobsToVerify(before: began, limit: 1).first)
        #expect(throws: StoreError.self) { try store.verify(second) { _ throws(StoreError) in throw .interrupted } }
        #expect(try Store.open(store.path).beginVerification(anew: false) == began)
        let rest = try store.blobsToVerify(before: began, limit: 10)
        #expect(rest.count == 3 && !rest.contains(first) && rest.first == second)
        for blob in rest { _ = try store.verify(blob) { _ in } }
        #expect(try store.blobsToVerify(before: began, limit: 10).isEmpty)
        try store.finishVerification()
        StoreFixture.waitForTick()
        #expect(try store.beginVerification(anew: false) > began)
        #expect(try store.blobsToVerify(before: .now(), limit: 10).map(\.id) == [first.id] + rest.map(\.id))
    }

    @Test func `tells files that nothing names from things that are not blobs`() throws {
        try fixture.add(name, seed: 1)
        try fixture.directory.write([1], to: "store/blobs/sha256/\(String(repeating: "ab", count: 32))")
        try fixture.directory.write([1], to: "store/blobs/sha256/notes.txt")
        StoreFixture.waitForTick()
        let found = try verify()
        #expect(Set(found.map(\.kind)) == [.stray, .foreign])
        #expect(found.allSatisfy { !$0.isLoss })
        let early = Timestamp(nanoseconds: Timestamp.now().nanoseconds - 3_600_000_000_000)
        #expect(try store.verifyFiles(grace: early).map(\.kind) == [.foreign])
    }

    @Test func `finds documents that the catalogue has otherwise`() throws {
        try fixture.add(name, seed: 1)
        let snapshot = try store.snapshot(try fixture.image(SmallImage.graph()))
        let raw = try DatabaseQueue(path: store.path.appending("catalogue.sqlite").string)
        try raw.write { db in
            try db.execute(
                sql: """
                    UPDATE document SET zstd = (SELECT zstd FROM document WHERE blob = (SELECT prompt FROM snapshot))
                    WHERE blob = (SELECT document FROM snapshot)
                    """)
        }
        let found = try verify()
        #expect(found.map(\.kind) == [.document])
        #expect(found.first?.affected.snapshots == [String(snapshot.id.hex.prefix(12))])
    }

    @Test func `finds rows that name what is not there`() throws {
        try fixture.add(name, seed: 1)
        let raw = try DatabaseQueue(path: store.path.appending("catalogue.sqlite").string)
        try raw.writeWithoutTransaction { db in
            try db.execute(sql: "PRAGMA foreign_keys = OFF")
            try db.execute(sql: "DELETE FROM version")
        }
        #expect(try verify().contains { $0.kind == .catalogue })
    }
}
