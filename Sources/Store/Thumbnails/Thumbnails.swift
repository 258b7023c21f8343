import Foundation
import GRDB
import Glibc
import Recipe
import SystemPackage

/// Small pictures of images by the SHA-256 of their files, in a database of their own beside the catalogue. Lost pictures are made again,
/// so the database is in no backup, its writes do not wait for the disk, and errors in it are ignored.
final class Thumbnails: Sendable {
    private let path: FilePath
    private let isReadOnly: Bool
    private let queue = Lock(.thumbnails, DatabaseQueue?.none)

    init(ofStore store: FilePath, isReadOnly: Bool) {
        path = store.appending("thumbnails.sqlite")
        self.isReadOnly = isReadOnly
    }

    /// The picture of an image; empty if none can be made, nil if it is not known.
    func picture(of image: Digest) -> [UInt8]? {
        use { queue in
            try queue.read { db in
                try Data.fetchOne(
                    db.cachedStatement(sql: "SELECT webp FROM thumbnail WHERE image = ? AND length(webp) <= ?"),
                    arguments: [image.data, Self.limit])
            }.map { Array($0) }
        }.flatMap { $0 }.flatMap { Self.isPicture($0) ? $0 : nil }
    }

    /// No picture of this size is larger. Bytes.
    private static let limit = 1 << 20

    private static func isPicture(_ bytes: [UInt8]) -> Bool {
        bytes.isEmpty || bytes.starts(with: Array("RIFF".utf8)) && bytes.dropFirst(8).starts(with: Array("WEBP".utf8))
    }

    /// Keeps pictures; an empty one means that none can be made.
    func keep(_ pictures: [(image: Digest, webp: [UInt8])]) {
        guard !pictures.isEmpty else { return }
        _ = use { queue in
            try queue.write { db in
                for (image, webp) in pictures {
                    try db.execute(
                        db.cachedStatement(sql: "INSERT OR REPLACE INTO thumbnail VALUES (?, ?)"),
                        [image.data, Data(webp)])
                }
            }
        }
    }

    /// Removes the pictures of images that no longer exist. `areThere` is called for groups of images.
    func sweep(_ areThere: ([Digest]) throws -> Set<Digest>) {
        var last = Data()
        while true {
            let page = use { queue in
                try queue.read { db in
                    try Data.fetchAll(
                        db, sql: "SELECT image FROM thumbnail WHERE image > ? ORDER BY image LIMIT 1000",
                        arguments: [last])
                }
            }
            guard let page, let newest = page.last else { return }
            last = newest
            let images = page.compactMap { try? Digest(column: $0) }
            guard let there = try? areThere(images) else { return }
            _ = use { queue in
                try queue.write { db in
                    for image in images where !there.contains(image) {
                        try db.execute(
                            db.cachedStatement(sql: "DELETE FROM thumbnail WHERE image = ?"), [image.data])
                    }
                }
            }
        }
    }

    /// Nil if it fails: the disk is full, another process writes, or the file is damaged and will be made anew the next time.
    private func use<Result>(_ body: (DatabaseQueue) throws -> Result) -> Result? {
        do { return try body(try opened()) } catch {
            let code = (error as? DatabaseError)?.resultCode
            if code == .SQLITE_CORRUPT || code == .SQLITE_NOTADB, !isReadOnly {
                queue.withLock { $0 = nil }
                for file in files { try? Kernel.unlink(file) }
            }
            return nil
        }
    }

    private var files: [FilePath] { ["", "-wal", "-shm", "-journal"].map { FilePath(path.string + $0) } }

    private static let schema = "CREATE TABLE thumbnail (image BLOB PRIMARY KEY, webp BLOB NOT NULL)"

    /// A file that is not a database, or has more than this one table, came from elsewhere: it is made anew.
    private func opened() throws -> DatabaseQueue {
        if let queue = queue.withLock({ $0 }) { return queue }
        for file in files {
            guard let facts = try FileFacts.at(file, followLinks: false), facts.kind != .file else { continue }
            throw DatabaseError(resultCode: .SQLITE_NOTADB)
        }
        var configuration = Configuration()
        configuration.busyMode = .timeout(1)
        configuration.readonly = isReadOnly
        let made = try DatabaseQueue(path: path.string, configuration: configuration)
        if !isReadOnly {
            guard path.withPlatformString({ chmod($0, 0o600) }) == 0 else {
                throw StoreError.system("cannot protect", path, Errno(rawValue: errno))
            }
            try made.writeWithoutTransaction { db in
                try db.execute(sql: "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL")
                try db.inTransaction(.immediate) {
                    if try Self.objects(db).isEmpty { try db.execute(sql: Self.schema) }
                    return .commit
                }
            }
        }
        guard try made.read(Self.objects) == [Self.schema] else { throw DatabaseError(resultCode: .SQLITE_NOTADB) }
        return queue.withLock { known in
            // If two threads opened it, the first one's connection stays.
            if let known { return known }
            known = made
            return made
        }
    }
    /// The objects of the schema, except SQLite's own indexes.
    private static func objects(_ db: Database) throws -> [String] {
        try String.fetchAll(db, sql: "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")
    }
}
