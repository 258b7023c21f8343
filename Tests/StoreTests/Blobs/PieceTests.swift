import Foundation
import GRDB
import Recipe
import Store
import Support
import Synchronization
import SystemPackage
import Testing

private let caller = Caller(user: getuid(), group: getgid(), opener: nil)

@Suite struct `Pieces of blobs` {
    let fixture: StoreFixture
    var store: Store { fixture.store }
    init() throws { fixture = try StoreFixture() }

    private let name = "checkpoints/large.bin"
    private static let size = 5 * PieceList.pieceSize + 12_345
    private let bytes = (0...UInt64(size / 8)).map { ($0 &+ 7) &* 0x9E37_79B9_7F4A_7C15 }
        .withUnsafeBytes { Array($0.prefix(size)) }

    private func add() throws -> Blob {
        _ = try fixture.directory.write(bytes, to: "models/" + name)
        _ = try fixture.addModels()
        return try blob()
    }

    private func blob() throws -> Blob { try blob(of: bytes) }

    private func blob(of bytes: [UInt8]) throws -> Blob {
        let prefix = try #require(DigestPrefix(hex: SHA256.digest(of: bytes).hex))
        return try #require(try store.blob(prefix))
    }

    private func change(_ place: Int) throws {
        let path = store.path.string + "/blobs/sha256/\(SHA256.digest(of: bytes).hex)"
        try #require(chmod(path, 0o600) == 0)
        let file = try #require(FileHandle(forUpdatingAtPath: path))
        try file.seek(toOffset: UInt64(place))
        try file.write(contentsOf: Data([bytes[place] ^ 0x40]))
        try file.close()
    }

    /// As many threads as there are shares.
    private func threads(_ share: Int) -> Sharing {
        { count, body throws(StoreError) in
            let failure = Mutex<StoreError?>(nil)
            DispatchQueue.concurrentPerform(iterations: (count + share - 1) / share) { index in
                do throws(StoreError) { try body(index * share..<min(count, (index + 1) * share)) } catch {
                    failure.withLock { $0 = error }
                }
            }
            if let failure = failure.withLock({ $0 }) { throw failure }
        }
    }

    private func sql(_ sql: String, _ arguments: StatementArguments = []) throws {
        var configuration = Configuration()
        configuration.foreignKeysEnabled = false
        let queue = try DatabaseQueue(path: store.path.string + "/catalogue.sqlite", configuration: configuration)
        try queue.write { try $0.execute(sql: sql, arguments: arguments) }
        try queue.close()
    }

    @Test func `a model that is added has the list of its pieces`() throws {
        let list = try #require(try store.pieces(of: try add()))
        #expect(list.count == 6)
        for piece in 0..<list.count { bytes[list.range(of: piece)].withUnsafeBytes { #expect(list.holds(piece, $0)) } }
    }

    @Test func `a model that is moved in has it, and one that is written into the live view`() throws {
        _ = try fixture.directory.write(bytes, to: "models/" + name)
        let (items, _) = try store.adoptable(fixture.directory.appending("models"))
        for item in items where item.kind == .file { _ = try store.adopt(item) }
        #expect(try store.pieces(of: try blob()) != nil)

        let view = LiveView(store)
        let other = Array(bytes.reversed())
        let folder = try view.makeDirectory("vae", in: LiveRow.root, mode: 0o755, by: caller).id
        let draft = try view.create("other.bin", in: folder, mode: 0o644, by: caller).draft
        try other.withUnsafeBytes { bytes throws in try draft.write(bytes, at: 0) }
        try view.close(draft)
        _ = try view.publishSmall()
        #expect(try store.pieces(of: try blob(of: other)) != nil)
    }

    @Test func `a store of an older version gets its lists as it is verified, or as the same bytes are added again`()
        throws
    {
        let blob = try add()
        try sql("DELETE FROM pieceList")
        #expect(try store.pieces(of: blob) == nil)
        #expect(try store.verify(blob) { _ in } == nil)
        #expect(try store.pieces(of: blob) != nil)
        try sql("DELETE FROM pieceList")
        _ = try fixture.directory.write(bytes, to: "models/checkpoints/second.bin")
        _ = try fixture.addModels()
        #expect(try store.pieces(of: blob) != nil)
    }

    /// > A blob of more than one MiB is verified by all processors, each of which reads a MiB at a time: the SHA-256 state after each MiB
    /// > is compared with the one that was stored when the file was hashed, and all of them together prove the SHA-256 of the whole. The
    /// > first MiB that is wrong is named.
    @Test(arguments: [1, 2, 6]) func `verifying by pieces reads every byte once and finds a wrong one`(share: Int)
        throws
    {
        let blob = try add()
        let count = Atomic(0)
        #expect(try store.verify(blob, by: threads(share)) { count.add($0, ordering: .relaxed) } == nil)
        #expect(count.load(ordering: .relaxed) == Self.size)
        try change(3 * PieceList.pieceSize + 5)
        let damage = try #require(try store.verify(blob, by: threads(share)) { _ in })
        #expect(damage.kind == .damaged && damage.detail.hasSuffix("; the first wrong ones are in MiB 3"))
    }

    @Test func `a list that is wrong is made anew, and the file is not called damaged for it`() throws {
        let blob = try add()
        let right = try #require(try store.pieces(of: blob))
        var wrong = right.bytes
        wrong[64 + 32 * 2] ^= 1
        try sql("UPDATE pieceList SET list = ?", [Data(wrong)])
        #expect(try store.verify(blob, by: threads(2)) { _ in } == nil)
        #expect(try store.pieces(of: blob) == right)
        try sql("UPDATE pieceList SET list = 5")
        #expect(try store.verify(blob, by: threads(2)) { _ in } == nil)
        #expect(try store.pieces(of: blob) == right)
        try sql("UPDATE pieceList SET list = ?", [Data([1, 2, 3])])
        #expect(try store.pieces(of: blob) == nil)
        #expect(try store.verify(blob, by: threads(2)) { _ in } == nil)
        #expect(try store.pieces(of: blob) == right)
    }

    @Test func `who verifies can stop in the middle`() throws {
        let blob = try add()
        #expect(throws: StoreError.self) {
            try store.verify(blob, by: threads(1)) { _ throws(StoreError) in throw .interrupted }
        }
        #expect(try store.verify(blob) { _ in } == nil)
    }

    @Test func `a list goes with the last of its blob`() throws {
        _ = try add()
        try sql(
            "DELETE FROM live WHERE blob IS NOT NULL; DELETE FROM event; DELETE FROM owed; DELETE FROM version; DELETE FROM model"
        )
        let now = Timestamp.now()
        _ = try store.collect(
            CollectionPolicy(supersededBefore: now, forgetBefore: now, graceBefore: now), isDryRun: false)
        let queue = try DatabaseQueue(path: store.path.string + "/catalogue.sqlite")
        #expect(try queue.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM pieceList") } == 0)
        try queue.close()
    }
}
