import GRDB
import Glibc
package import Recipe
package import SystemPackage

/// One thing in a directory that is to be taken into the live view, with the path that it has there.
package struct AdoptionItem: Sendable {
    package enum Kind: Sendable { case directory, file, link }
    package let source: FilePath
    package let path: [EntryName]
    package let kind: Kind
    package var name: EntryName { path[path.count - 1] }
    /// Bytes.
    package let size: Int
}

/// How a file came into the view, and what is left where it was: nothing.
package enum Adopted: Sendable {
    case version(AddedBytes)
    /// No model: it lives in the view as it is.
    case plain
}

extension Store {
    /// Everything in a models directory, directories before what is in them. `refused` are names that cannot stand in a view.
    package func adoptable(
        _ directory: FilePath
    ) throws(StoreError) -> (items: [AdoptionItem], refused: [(path: FilePath, reason: String)]) {
        guard let top = try FileFacts.at(directory), top.kind == .directory else {
            throw .system("cannot list", directory, .notDirectory)
        }
        guard try FileFacts.at(path).map({ ($0.device, $0.inode) != (top.device, top.inode) }) == true else {
            throw .conflict("\(directory) is the store itself")
        }
        var items: [AdoptionItem] = []
        var refused: [(path: FilePath, reason: String)] = []
        try collect(directory, [], top, &items, &refused)
        return (items, refused)
    }

    private func collect(
        _ directory: FilePath, _ path: [EntryName], _ top: FileFacts, _ items: inout [AdoptionItem],
        _ refused: inout [(path: FilePath, reason: String)]
    ) throws(StoreError) {
        for name in try DirectoryListing.entries(in: directory) {
            guard let text = try? EntryName(bytes: name), !text.utf8.contains(UInt8(ascii: "\\")) else {
                refused.append((directory, "'\(String(decoding: name, as: UTF8.self))' cannot be a name in a view"))
                continue
            }
            let source = directory.appending(text.text)
            guard let facts = try FileFacts.at(source, followLinks: false) else { continue }
            switch facts.kind {
            case .directory where facts.device != top.device:
                refused.append((source, "it is another file system"))
            case .directory:
                items.append(AdoptionItem(source: source, path: path + [text], kind: .directory, size: 0))
                try collect(source, path + [text], top, &items, &refused)
            case .file:
                items.append(AdoptionItem(source: source, path: path + [text], kind: .file, size: facts.size))
            case .link: items.append(AdoptionItem(source: source, path: path + [text], kind: .link, size: 0))
            case .other: refused.append((source, "it is no file, directory or link"))
            }
        }
    }

    /// Takes a file into the live view under `path` without copying it where it lies on the store's file system, and then
    /// away from where it was. Whenever this is cut off, the file is there or in the view, or both.
    package func adopt(_ item: AdoptionItem, progress: (Int) -> Void = { _ in }) throws(StoreError) -> Adopted {
        try Kernel.makeReadable(item.source)
        let source = try Kernel.open(item.source, .readOnly, options: [.noFollow, .nonBlocking])
        let facts = try FileFacts.of(source, item.source)
        guard try !Kernel.isBeingWritten(source) else {
            throw .conflict("\(item.source) is being written by a program; it was left where it is")
        }
        var attributes = stat()
        fstat(source.rawValue, &attributes)
        try Kernel.sync(source, item.source)
        let note = item.name.downloadNote.map { item.source.removingLastComponent().appending($0.text) }
        let isDownloading = try note.flatMap { path throws(StoreError) in try FileFacts.at(path) } != nil
        guard let name = ModelName(live: item.path),
            try ModelFile.problem(with: source, item.source, named: item.name, isDownloading: isDownloading) == nil
        else {
            try adoptPlain(item, source, attributes)
            progress(item.size)
            return .plain
        }
        let digest = try files.hash(source, item.source, progress: progress)
        guard try FileFacts.of(source, item.source) == facts else { throw .changedWhileRead(item.source) }
        let device = try FileFacts.device(of: path)
        let isShared = attributes.st_nlink > 1 || attributes.st_dev != device
        let bytes: PublishedBlob
        if try isServed(digest) {
            bytes = .known(digest, size: facts.size)
        } else if isShared {
            // Another name of the file could change the blob, so the bytes are shared or copied instead.
            bytes = try files.publish(
                source, item.source, by: .reflinkOrCopy, isKnown: isServed, mayBeKnown: false, progress: { _ in })
        } else {
            bytes = try files.adopt(item.source, digest, size: facts.size)
            try Kernel.syncDirectory(files.directory)
        }
        let addition = try catalogue.write { db in
            let addition = try db.add(
                name, blob: try db.blob(bytes, in: files), modified: facts.modified,
                since: max(facts.changed, facts.modified),
                cause: .move)
            try db.own(item.path, attributes)
            return addition
        }
        try Kernel.unlink(item.source)
        if let now = try FileFacts.at(files.path(of: digest)) {
            try catalogue.writeSoon { db in try db.noteChange(ofBlob: digest, now.changed) }
        }
        return .version(AddedBytes(addition: addition, digest: digest, isNew: bytes.isNew, source: facts))
    }

    /// A directory of the view for one that is adopted.
    package func adoptDirectory(_ item: AdoptionItem) throws(StoreError) {
        var attributes = stat()
        _ = item.source.withPlatformString { lstat($0, &attributes) }
        try catalogue.write { db in
            _ = try db.makeLiveDirectory(item.path)
            try db.own(item.path, attributes)
        }
    }

    /// A link that stays inside; false where it leads out, so that what it leads to is to be added.
    package func adoptLink(_ item: AdoptionItem, in view: LiveView) throws(StoreError) -> Bool {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
        guard item.source.withPlatformString({ readlink($0, &buffer, Int(PATH_MAX)) }) > 0 else {
            throw .system("cannot read the link", item.source, Errno(rawValue: errno))
        }
        let target = FilePath(platformString: buffer).string
        let parent = try catalogue.write { db in try db.makeLiveDirectory(item.path.dropLast()) }
        do throws(StoreError) {
            let caller = LiveView.Caller(user: geteuid(), group: getegid(), opener: nil)
            _ = try view.makeLink(item.name, to: target, in: parent, by: caller)
        } catch {
            switch error {
            case .leavesView: return false
            // As an adoption left it that was cut off.
            case .exists where try live(named: item.name, in: parent)?.target == target: break
            default: throw error
            }
        }
        try catalogue.sync()
        try Kernel.unlink(item.source)
        return true
    }

    /// Takes away a directory from which everything was adopted; false where something is left in it.
    package func removeAdopted(_ directory: FilePath) -> Bool {
        directory.withPlatformString { rmdir($0) } == 0
    }

    /// A file that is no model comes into the view as it is. Its bytes are there before the transaction that names them.
    private func adoptPlain(_ item: AdoptionItem, _ source: OwnedDescriptor, _ attributes: stat) throws(StoreError) {
        let name = item.name
        let parent = try catalogue.write { db in try db.makeLiveDirectory(item.path.dropLast()) }
        if let old = try live(named: name, in: parent) {
            // An adoption that was cut off before the source was taken away is gone on with.
            guard old.kind == .file, old.blob == nil, try hasSameBytes(livePath(old.id), source) else {
                throw .exists(name)
            }
            return try Kernel.unlink(item.source)
        }
        let device = try FileFacts.device(of: path)
        let isMoved = attributes.st_nlink == 1 && attributes.st_dev == device
        let copy = try isMoved ? nil : files.stage(source, size: Int(attributes.st_size), attributes)
        try catalogue.write { db in
            guard try db.live(named: name, in: parent) == nil else { throw StoreError.exists(name) }
            let id = try db.insert(
                NewNode(
                    kind: .file, mode: UInt32(attributes.st_mode & 0o7777), user: attributes.st_uid,
                    group: attributes.st_gid), name, in: parent)
            let target = livePath(id)
            _ = target.withPlatformString { Glibc.unlink($0) }
            if let copy {
                try Kernel.rename(copy.path, to: target)
            } else {
                guard try Kernel.linkNew(item.source, to: target) else { throw StoreError.exists(name) }
            }
            try db.setClosing(.durable, of: id)
        }
        try Kernel.syncDirectory(path.appending("live"))
        try Kernel.unlink(item.source)
    }

    private func hasSameBytes(_ path: FilePath, _ source: OwnedDescriptor) throws(StoreError) -> Bool {
        let file = try Kernel.open(path, .readOnly, options: .noFollow)
        let (ours, theirs) = (try FileFacts.of(file, path), try FileFacts.of(source, path))
        if ours.device == theirs.device, ours.inode == theirs.inode { return true }
        guard ours.size == theirs.size else { return false }
        return try files.hash(file, path) == files.hash(source, path)
    }
}

extension Database {
    /// Gives a node of the live view the mode and the owner that a file had.
    fileprivate func own(_ path: [EntryName], _ attributes: stat) throws {
        guard let name = path.last, let directory = try directory(liveNames: path.dropLast()),
            let row = try live(named: name, in: directory)
        else { return }
        try execute(
            cachedStatement(sql: "UPDATE live SET mode = ?, user = ?, team = ? WHERE id = ?"),
            [attributes.st_mode & 0o7777, attributes.st_uid, attributes.st_gid, row.id])
    }
}

extension FileFacts {
    fileprivate static func device(of path: FilePath) throws(StoreError) -> dev_t {
        var facts = stat()
        guard path.withPlatformString({ stat($0, &facts) }) == 0 else {
            throw .system("cannot inspect", path, Errno(rawValue: errno))
        }
        return facts.st_dev
    }
}

extension Kernel {
    /// Its owner may take a file that nobody may read.
    fileprivate static func makeReadable(_ path: FilePath) throws(StoreError) {
        guard access(path.string, R_OK) != 0 else { return }
        _ = path.withPlatformString { chmod($0, 0o600) }
    }

    /// Whether any program has the file open for writing: the kernel gives a read lease only where none has. Where leases
    /// are not to be had it is not known, and the times before and after reading must do.
    fileprivate static func isBeingWritten(_ file: OwnedDescriptor) throws(StoreError) -> Bool {
        if fcntl(file.rawValue, F_SETLEASE_, CInt(F_RDLCK)) == 0 {
            _ = fcntl(file.rawValue, F_SETLEASE_, CInt(F_UNLCK))
            return false
        }
        return errno == EAGAIN
    }

    /// F_SETLEASE, which glibc hides.
    private static var F_SETLEASE_: CInt { 1024 }
}
