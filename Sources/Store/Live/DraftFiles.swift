import Glibc
package import Recipe
import SystemPackage

/// What `stat` says of a draft's file.
package struct DraftFacts: Sendable {
    /// Bytes; blocks are 512 bytes each.
    package let size, blocks: Int
    /// As `stat` reports them.
    package let accessed, modified, changed: Timestamp

    static func at(_ path: FilePath) throws(StoreError) -> DraftFacts? {
        var facts = stat()
        guard path.withPlatformString({ lstat($0, &facts) }) == 0 else { return nil }
        func time(_ time: timespec) -> Timestamp { Timestamp(seconds: time.tv_sec, nanoseconds: time.tv_nsec) }
        return DraftFacts(
            size: Int(facts.st_size), blocks: Int(facts.st_blocks), accessed: time(facts.st_atim),
            modified: time(facts.st_mtim), changed: time(facts.st_ctim))
    }
}

extension Store {
    func livePath(_ id: Int64) -> FilePath { path.appending("live").appending("\(id)") }
    /// The directory of drafts, opened.
    func drafts() throws(StoreError) -> OpenDirectory { try OpenDirectory(named: path.appending("live")) }
    static func draftName(_ id: Int64) -> EntryName { EntryName(number: id) }

    /// The file of a draft; nil if it is no longer a draft. It can be written, unless the draft is about to become a blob: then its mode
    /// forbids that to all but root, and it is sealed, so nobody will.
    func openStaged(_ id: Int64) throws(StoreError) -> OwnedDescriptor? {
        try catalogue.place.require()
        let path = livePath(id)
        func open(_ mode: FileDescriptor.AccessMode) throws(StoreError) -> OwnedDescriptor {
            try Kernel.open(path, mode, options: [.noFollow, .keepsAccessTime])
        }
        do throws(StoreError) {
            let file: OwnedDescriptor
            do throws(StoreError) { file = try open(.readWrite) } catch {
                guard case .system(_, _, .permissionDenied) = error else { throw error }
                file = try open(.readOnly)
            }
            try Kernel.requireSpare(file, path)
            return file
        } catch {
            guard case .system(_, _, .noSuchFileOrDirectory) = error else { throw error }
            return nil
        }
    }

    func removeStaged(_ id: Int64) { _ = livePath(id).withPlatformString { Glibc.unlink($0) } }

    /// A new, empty file for a draft.
    func makeStaged(_ id: Int64) throws(StoreError) -> OwnedDescriptor {
        let path = livePath(id)
        try catalogue.place.require()
        let file = try Kernel.open(
            path, .readWrite, options: [.create, .truncate, .noFollow, .keepsAccessTime],
            permissions: [.ownerReadWrite])
        try Kernel.requireSpare(file, path)
        return file
    }
}

extension FileDescriptor.OpenOptions {
    /// Opens without changing the access time: hashing is not reading by a user.
    static let keepsAccessTime = FileDescriptor.OpenOptions(rawValue: 0o1_000_000)
}
