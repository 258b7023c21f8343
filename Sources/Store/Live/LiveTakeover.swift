import GRDB
import Glibc
import Recipe
import SystemPackage

/// Brings into the catalogue what versions before 0.3.0 kept beside it: the mode of a draft's file said whether it was closed, and newly
/// made files were only in a journal, one for each mount that was killed.
struct LiveTakeover: Sendable {
    private let directory: FilePath

    init(_ store: FilePath) { directory = store.appending("live") }

    /// Runs within the migration. The journals stay until the view is next recovered, so nothing is lost if this is cut off.
    func run(_ db: Database) throws {
        guard try FileFacts.at(directory) != nil else { return }
        for row in try db.liveLeftovers() where row.kind == .file && row.blob == nil {
            try db.writeClosing(closing(of: row.id), of: row.id)
        }
        // A power cut may have lost any part of a journal, so then only the catalogue counts.
        let last = try String.fetchOne(db, sql: "SELECT value FROM meta WHERE key = 'boot'")
        guard last == nil || last == Opener.boot else { return }
        for name in try DirectoryListing.names(in: directory) where name.utf8.starts(with: "journal-".utf8) {
            for file in try files(in: directory.appending(name)).values.sorted(by: { $0.id < $1.id }) {
                try insert(file, db)
            }
        }
    }

    /// What the mode of a draft's file says.
    private func closing(of row: Int64) -> LiveRow.Closing {
        var facts = stat()
        guard directory.appending("\(row)").withPlatformString({ lstat($0, &facts) }) == 0 else { return .open }
        switch facts.st_mode & 0o777 {
        case 0o400: return .closed
        // The draft's file already has a blob's name.
        case 0o440, 0o444: return .durable
        default: return .open
        }
    }

    private struct File {
        let id: Int64
        var parent: Int64
        var name: EntryName
        var mode: UInt32 = 0o644
        var user, group: UInt32?
        var changed: Int64 = 0
    }

    /// The files of a journal that may have no row. A record ends with a NUL; its fields are separated by slashes, which no name contains.
    /// Everything is compared as bytes.
    private func files(in path: FilePath) throws -> [Int64: File] {
        var files: [Int64: File] = [:]
        for record in try Kernel.open(path, .readOnly).readAll(path).split(
            separator: 0, omittingEmptySubsequences: false
        ).dropLast() {
            let fields = record.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
                .map { String(decoding: $0, as: UTF8.self) }
            guard fields.count > 1, let id = Int64(fields[1]) else { continue }
            switch fields[0] {
            case "made":
                guard fields.count > 7, let parent = Int64(fields[2]), let name = try? EntryName(fields[3]),
                    let changed = Int64(fields[7])
                else { continue }
                files[id] = File(
                    id: id, parent: parent, name: name, mode: UInt32(fields[4]) ?? 0o644, user: UInt32(fields[5]),
                    group: UInt32(fields[6]), changed: changed)
            case "renamed":
                guard fields.count > 4, let parent = Int64(fields[2]), let name = try? EntryName(fields[3]),
                    let changed = Int64(fields[4])
                else { continue }
                files[id]?.parent = parent
                files[id]?.name = name
                files[id]?.changed = changed
            case "settled": for id in fields.dropFirst().compactMap({ Int64($0) }) { files[id] = nil }
            default: continue
            }
        }
        return files
    }

    /// Gives a file its row. If another process has taken the name, this file comes after that one.
    private func insert(_ file: File, _ db: Database) throws {
        let isThere = try FileFacts.at(directory.appending("\(file.id)"), followLinks: false) != nil
        guard isThere, try db.live(file.id) == nil else { return }
        var (parent, name) = (file.parent, file.name)
        if try db.live(parent)?.kind != .directory {
            parent = LiveRow.root
            name = try db.freeName(for: name.shortened(for: ".partial"), in: parent)
        } else if let other = try db.live(named: name, in: parent) {
            if other.kind == .directory {
                name = try db.freeName(for: name.shortened(for: ".partial"), in: parent)
            } else {
                if other.kind == .file, let path = try db.path(ofLive: other.id) {
                    try db.lost(other, path: path, cause: .replace, process: nil)
                }
                try db.unname(other)
            }
        }
        try db.insertLive(
            file.id, name, in: parent, mode: file.mode, user: file.user, group: file.group, changed: file.changed,
            closing: closing(of: file.id))
        try db.entriesChanged(in: parent)
    }
}
