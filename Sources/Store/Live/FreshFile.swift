import GRDB
import Recipe

/// A file that was made in the live view and whose row is not in the catalogue yet.
///
/// Making a file and giving it its final name would be two transactions, each dearer than all the rest of it. A mount notes them
/// in its ``LiveJournal`` instead, which survives a kill as well, and the row comes with whatever is committed next, within a
/// twentieth of a second.
struct FreshFile: Sendable, Equatable {
    let id: Int64
    var parent: Int64
    var name: EntryName
    let mode: UInt32
    let user, group: UInt32?
    let opener: Opener?
    let made: Timestamp
    var changed: Timestamp

    var row: LiveRow {
        LiveRow(
            id: id, parent: parent, name: name, kind: .file, mode: mode, user: user, group: group, modified: made,
            changed: changed)
    }
}

/// What the catalogue does not know yet.
struct Unsettled: Sendable {
    var files: [Int64: FreshFile] = [:]
    /// Directories in which names came or went, with the times that they have shown since.
    var touched: [Int64: Timestamp] = [:]

    var isEmpty: Bool { files.isEmpty && touched.isEmpty }

    mutating func take(_ other: Unsettled) {
        files.merge(other.files) { own, _ in own }
        touched.merge(other.touched) { max($0, $1) }
    }
}

extension Database {
    /// Gives files their rows. Whoever took the name in another process meanwhile was first: the file comes after that one.
    func settle(_ unsettled: Unsettled, mount: Int64?) throws {
        var processes: [Opener: Int64] = [:]
        for file in unsettled.files.values.sorted(by: { $0.id < $1.id }) {
            if let opener = file.opener, processes[opener] == nil { processes[opener] = try process(opener) }
            let own = file.opener.flatMap { processes[$0] }
            do { try insert(file, own, mount) } catch let error as DatabaseError
                where error.resultCode == .SQLITE_CONSTRAINT
            {
                try insert(try place(file, own), own, mount)
            }
        }
        for (directory, time) in unsettled.touched { try entriesChanged(in: directory, at: time) }
    }

    private func insert(_ file: FreshFile, _ process: Int64?, _ mount: Int64?) throws {
        try execute(
            cachedStatement(
                sql: """
                    INSERT INTO live (id, parent, name, kind, mode, user, team, accessed, modified, changed, process, mount)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                    """),
            [
                file.id, file.parent, file.name, LiveRow.Kind.file.rawValue, file.mode, file.user, file.group,
                file.made.nanoseconds, file.made.nanoseconds, file.changed.nanoseconds, process, mount,
            ])
    }

    /// Where a file goes whose place another process took: over another file, and beside a directory; at the top where its own
    /// directory is gone.
    private func place(_ file: FreshFile, _ process: Int64?) throws -> FreshFile {
        var file = file
        guard try live(file.parent)?.kind == .directory else {
            file.parent = LiveRow.root
            file.name = try freeName(for: file.name.shortened(for: ".partial"), in: file.parent)
            return file
        }
        guard let other = try live(named: file.name, in: file.parent) else { return file }
        if other.kind == .directory {
            file.name = try freeName(for: file.name.shortened(for: ".partial"), in: file.parent)
            return file
        }
        if other.kind == .file, let path = try path(ofLive: other.id) {
            // Whether it is whole, only the mount knows through which it was written; it pays what is owed if it is.
            try lost(other, path: path, cause: .replace, process: process) { _ in true }
        }
        try unname(other)
        return file
    }

    /// `name`, with a number where that is taken.
    func freeName(for name: EntryName, in parent: Int64) throws -> EntryName {
        var free = name
        var count = 1
        while try live(named: free, in: parent) != nil {
            count += 1
            free = name.shortened(for: "\(count)")
        }
        return free
    }
}
