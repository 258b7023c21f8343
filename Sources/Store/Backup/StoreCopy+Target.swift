import Foundation
import GRDB
import Glibc
import Recipe
import SystemPackage

// The directory of a copy: whether it may be written, and what it held when it was last completed.
extension StoreCopy {
    /// Identifies copies of one store: by the time when that store was made.
    static func mark(of store: Store) throws(StoreError) -> String {
        "A copy of the store that was made at \(try store.created().nanoseconds) ns."
    }

    private static func note(in target: FilePath) -> FilePath { target.appending("copy-of") }

    /// Notes the state that the copy has from now on.
    static func write(_ mark: String, state: String, in target: FilePath) throws(StoreError) {
        let note = note(in: target)
        let fresh = target.appending(".copy-of")
        let file = try Kernel.open(fresh, .writeOnly, options: [.create, .truncate], permissions: .ownerReadWrite)
        try file.writeAll(Array("\(mark)\n\(state)\n".utf8), fresh)
        try Kernel.sync(file, fresh)
        try Kernel.rename(fresh, to: note)
        try Kernel.syncDirectory(target)
    }

    /// A hash of what users put into a store: names, versions, snapshots, pins, and files that are not blobs.
    func state(_ db: Database) throws -> String {
        let hash = SHA256()
        for (table, columns) in [
            ("live", "id, parent, name, kind, mode, user, team, modified, blob, version, target, closed"),
            ("owed", "*"),
            ("event", "*"), ("version", "*"), ("image", "*"), ("imageName", "*"), ("snapshot", "*"), ("pinName", "*"),
        ] {
            let rows = try Row.fetchCursor(db, sql: "SELECT \(columns) FROM \(table) ORDER BY 1, 2, 3")
            while let row = try rows.next() {
                let text = row.databaseValues.map(\.description).joined(separator: "\u{1F}")
                Array(text.utf8).withUnsafeBytes { hash.update($0) }
            }
        }
        for row in try db.liveLeftovers() {
            let facts = try FileFacts.at(target.appending("live").appending("\(row.id)"))
            let text = "\(row.id) \(facts?.size ?? 0) \(facts?.modified.nanoseconds ?? 0)"
            Array(text.utf8).withUnsafeBytes { hash.update($0) }
        }
        return hash.finish().hex
    }

    /// Throws if another user can change the copy's directories, and could lead this process elsewhere.
    private static func requireOwn(_ target: FilePath) throws(StoreError) {
        try Store.requireOwnDirectories(target)
        for name in [""] + Store.directories {
            let path = name.isEmpty ? target : target.appending(name)
            guard let facts = try FileFacts.at(path), facts.user != geteuid() || facts.mode & 0o022 != 0 else {
                continue
            }
            throw .conflict("\(path) can be changed by other users than \(geteuid()); nothing was copied")
        }
    }

    /// Throws if the directory is neither empty nor a copy of this store, and locks it for this process. Also returns the state that it had
    /// when it was last completed, if ever.
    static func prepare(
        _ target: FilePath, _ mark: String
    ) throws(StoreError) -> (lease: OwnedDescriptor, state: String) {
        let isNew = try FileFacts.at(target) == nil
        if isNew { try Kernel.makeDirectory(target, permissions: 0o700) }
        try requireOwn(target)
        let note = note(in: target)
        var state = ""
        if try FileFacts.at(note, followLinks: false) == nil {
            guard try DirectoryListing.entries(in: target).isEmpty else {
                throw .conflict("\(target) is not empty and is not a copy of this store; nothing was changed")
            }
            do throws(StoreError) { try Store.probe(target) } catch {
                if isNew { _ = target.withPlatformString { rmdir($0) } }
                throw error
            }
            try write(mark, state: "", in: target)
        } else {
            let bytes = try Kernel.open(note, .readOnly, options: .noFollow).readAll(note)
            let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
            guard lines.first.map(String.init) == mark else {
                throw .conflict("\(target) is a copy of another store; nothing was changed")
            }
            state = lines.dropFirst().first.map(String.init) ?? ""
        }
        let lease = try StoreLease.exclusive(target)
        try Store.makeMissingDirectories(target)
        try BlobFiles(root: target).sweepIncoming()
        return (lease, state)
    }

    /// Reads what the copy's own catalogue knows of its files. Throws if it was used as a store since, so that it is not overwritten.
    func readKnown() throws {
        let path = Store.cataloguePath(target)
        guard try FileFacts.at(path) != nil else { return }
        let queue = try DatabaseQueue(path: path.string)
        defer { try? queue.close() }
        guard try queue.read(state) == lastState else {
            throw StoreError.conflict(
                "\(target) was used as a store since it was copied, and has what this store has not; nothing was changed"
            )
        }
        try queue.read { db in
            let rows = try Row.fetchCursor(
                db, sql: "SELECT sha256, changed FROM servedBlob WHERE changed IS NOT NULL")
            while let row = try rows.next() {
                known[try row.digest("sha256")] = try row.time("changed")
            }
        }
        _ = try queue.writeWithoutTransaction { try $0.checkpoint(.truncate) }
    }
}
