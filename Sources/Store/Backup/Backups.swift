import Glibc
package import Recipe
package import SystemPackage

/// The copies of the catalogue in `backup/`, each as it was at one moment, in one file that SQLite can read by itself.
package struct Backups: Sendable {
    /// One backup and its file.
    package struct Backup: Sendable {
        /// In the store's directory `backup`.
        package let path: FilePath
        /// When the copy was made, by the time of its file.
        package let made: Timestamp
        /// Bytes.
        package let size: Int
    }

    private static let prefix = "catalogue-"
    private static let suffix = ".sqlite"

    let directory: FilePath

    init(_ store: FilePath) { directory = store.appending("backup") }

    /// The finished backups, the newest first. Other files in the directory are ignored.
    func all() throws(StoreError) -> [Backup] {
        guard try FileFacts.at(directory) != nil else { return [] }
        var found: [Backup] = []
        for name in try DirectoryListing.names(in: directory)
        where name.hasPrefix(Self.prefix) && name.hasSuffix(Self.suffix) {
            let path = directory.appending(name)
            guard let facts = try FileFacts.at(path, followLinks: false), facts.kind == .file else { continue }
            found.append(Backup(path: path, made: facts.modified, size: facts.size))
        }
        // Their names begin with their times.
        return found.reversed()
    }

    /// Keeps the file that `copy` writes to a given path; it is on disk when this returns. `note` says in its name what it is from.
    @discardableResult
    func keep(_ note: String? = nil, _ copy: (FilePath) throws -> Void) throws -> Backup {
        let moment = Timestamp.now().description.filter { $0 != ":" && $0 != "-" }
        let name = "\(Self.prefix)\(moment)\(note.map { "-" + $0 } ?? "")\(Self.suffix)"
        let unfinished = directory.appending(".unfinished-\(getpid())-\(UInt64.random(in: .min ... .max))")
        defer { _ = unfinished.withPlatformString { unlink($0) } }
        // Makes the file itself, because this call says why it fails; SQLite would say only that it cannot open it.
        _ = try Kernel.open(
            unfinished, .readWrite, options: [.create, .exclusiveCreate], permissions: [.ownerReadWrite])
        try copy(unfinished)
        let file = try Kernel.open(unfinished, .readOnly)
        guard fchmod(file.rawValue, 0o600) == 0 else {
            throw StoreError.system("cannot protect", unfinished, Errno(rawValue: errno))
        }
        try Kernel.sync(file, unfinished)
        let path = directory.appending(name)
        try Kernel.rename(unfinished, to: path)
        try Kernel.syncDirectory(directory)
        let facts = try FileFacts.of(file, path)
        return Backup(path: path, made: facts.modified, size: facts.size)
    }

    /// Removes all but the newest `count`, and what interrupted backups left.
    func rotate(keeping count: Int) throws(StoreError) {
        for backup in try all().dropFirst(count) { try Kernel.unlink(backup.path) }
        for name in try DirectoryListing.names(in: directory) where name.hasPrefix(".unfinished-") {
            let pid = name.dropFirst(".unfinished-".count).prefix { $0 != "-" }
            if Int32(pid).map({ kill($0, 0) != 0 && errno == ESRCH }) ?? true {
                try Kernel.unlink(directory.appending(name))
            }
        }
    }
}

extension Store {
    /// How many backups are kept by default.
    package static let backupsKept = 3

    /// Copies the catalogue into `backup/`, and removes all but the newest `count` copies.
    package func backUp(keeping count: Int = backupsKept) throws(StoreError) -> Backups.Backup {
        let backups = Backups(path)
        guard let facts = try FileFacts.at(Self.cataloguePath(path)) else { throw .noCatalogue(path) }
        let available = try Kernel.available(path)
        guard facts.size < available else {
            throw .noSpace(backups.directory, needed: facts.size, available: available)
        }
        let backup: Backups.Backup
        do { backup = try backups.keep { target in try catalogue.copy(to: target) } } catch {
            throw (error as? StoreError) ?? .catalogue("\(error)")
        }
        try backups.rotate(keeping: max(1, count))
        return backup
    }

    /// The backups, the newest first.
    package func backups() throws(StoreError) -> [Backups.Backup] { try Backups(path).all() }
}
