package import Recipe
package import SystemPackage

/// What can go wrong in the store. Each case carries what a person needs to act on it.
package enum StoreError: Error, CustomStringConvertible {
    case notAStore(FilePath)
    case notEmpty(FilePath)
    /// The store that was opened at this path is no longer there.
    case moved(FilePath)
    /// The store has lost its catalogue.
    case noCatalogue(FilePath)
    /// Other processes, which `holders` names, use the store or replace its catalogue.
    case inUse(FilePath, holders: [String])
    /// A newer version wrote the store; `needs` is the oldest version that can open it.
    case newerStore(FilePath, needs: String)
    /// The file system lacks something that a store's promises depend on.
    case unsuitable(FilePath, String)
    case catalogue(String)
    case system(String, FilePath, Errno)
    case noSpace(FilePath, needed: Int, available: Int)
    /// The file changed each time that it was read.
    case changedWhileRead(FilePath)
    /// The bytes of a blob are not on disk.
    case blobMissing(Digest)
    /// The bytes on disk are not those of the blob's name.
    case blobDamaged(Digest)
    case refusedName(String)
    case notFound(String)
    case conflict(String)
    case notAnImage(FilePath)
    /// A text that may be a record, but is longer than is read.
    case textTooLong(FilePath, bytes: Int)
    /// The file is a model, but an image was expected.
    case isModel(FilePath)
    /// Errors of operations on names of the live view.
    case absent(EntryName), exists(EntryName), gone(EntryName), isDirectory(EntryName), notDirectory(EntryName)
    case notEmptyDirectory(EntryName), loop(EntryName)
    /// The file cannot be written through a descriptor while others read its old bytes by the same node.
    case isRead(EntryName)
    /// Errors of extended attributes.
    case attributeExists(String), noAttribute(String), noRoomForAttribute(String)
    /// A symbolic link that would lead out of the live view.
    case leavesView(String)
    /// A store on a read-only file system that would have to be changed, or brought up to date from an older version.
    case readOnlyStore(FilePath), olderStore(FilePath)
    /// The operation was interrupted.
    case interrupted
    /// Another process, which is named, has the lease to write the live view.
    case leased(String)
    /// What a tool reported is refused.
    case refusedReport(String)

    package var description: String {
        switch self {
        case .notAStore(let path):
            "\(path) is not a ReproFS store; make one with: \(ShellCommand.reprofs("init", options: [("--store", "\(path)")]))"
        case .notEmpty(let path): "\(path) is not empty and is not a ReproFS store; nothing was changed"
        case .moved(let path):
            "the store at \(path) was moved or replaced while it was in use; end the programs that use it, and start them with its present path"
        case .noCatalogue(let path):
            """
            the store \(path) has no catalogue; make one from its backups, pins and blobs with: \
            \(ShellCommand.reprofs("rebuild", options: [("--store", "\(path)")]))
            """
        case .inUse(let path, let holders):
            "the store \(path) is in use by \(holders.isEmpty ? "another process" : holders.joined(separator: " and "))"
        case .newerStore(let path, let needs):
            "the store \(path) was written by a newer ReproFS; it needs version \(needs) or later"
        case .unsuitable(let path, let why):
            "a store cannot live on the file system of \(path): \(why); ext4, XFS and btrfs have everything that it needs"
        case .catalogue(let message): "the catalogue cannot be used: \(message)"
        case .system(let operation, let path, let errno): "\(operation) \(path): \(errno)"
        case .noSpace(let path, let needed, let available):
            "no room for \(path): \(needed) bytes are needed, \(available) are free; nothing was changed"
        case .changedWhileRead(let path): "\(path) kept changing while it was read; it was not added"
        case .blobMissing(let digest): "the bytes of \(digest) are missing from the store"
        case .blobDamaged(let digest): "the bytes of \(digest) on disk are damaged; they are not served"
        case .refusedName(let why): "refused: \(why)"
        case .notFound(let what): "\(what) is not in the store"
        case .conflict(let what): what
        case .absent(let name): "'\(name)' is not there"
        case .exists(let name): "'\(name)' is there already"
        case .gone(let name): "'\(name)' is gone"
        case .isDirectory(let name): "'\(name)' is a directory"
        case .notDirectory(let name): "'\(name)' is not a directory"
        case .notEmptyDirectory(let name): "'\(name)' is not empty"
        case .loop(let name): "'\(name)' cannot be moved into itself"
        case .attributeExists(let name): "there is an attribute '\(name)' already"
        case .noAttribute(let name): "there is no attribute '\(name)'"
        case .noRoomForAttribute(let name):
            "the attributes of one file take \(LiveView.attributeLimit >> 10) KiB at most; '\(name)' has no room"
        case .isRead(let name): "'\(name)' is being read; open it by its name to write it"
        case .leavesView(let target):
            "a link to '\(target)' would lead out of models; put the file into the store with: \(ShellCommand.reprofs("add", target))"
        case .leased(let holder):
            "models/ is written by \(holder); write there, or end it with '\(ShellCommand.reprofs("unmount"))'"
        case .readOnlyStore(let path): "the store \(path) lies on a read-only file system; nothing in it can be changed"
        case .olderStore(let path):
            "the store \(path) was written by an older ReproFS, and must be opened once where it can be written"
        case .interrupted: "interrupted"
        case .refusedReport(let why): "the report is refused: \(why)"
        case .isModel(let path):
            "\(path) is a model and no image; put it into the store with '\(ShellCommand.reprofs("add"))'"
        case .textTooLong(let path, let bytes):
            "\(path) is a text of \(bytes.grouped) bytes; a recipe is read from texts of up to \(TextFile.limit >> 20) MiB"
        case .notAnImage(let path): "\(path) is not a file that a recipe is read from; docs/FORMATS.md lists them"
        }
    }
}
