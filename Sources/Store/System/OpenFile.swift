import CLinux
import Glibc
package import Recipe
package import SystemPackage

/// An open regular file: everything here acts on that file, whatever becomes of its name. See ``OpenDirectory``.
package struct OpenFile: Sendable {
    let descriptor: OwnedDescriptor
    /// The path by which it was named, for messages only.
    package let path: FilePath

    /// Throws if it is not a regular file.
    init(_ descriptor: OwnedDescriptor, _ path: FilePath) throws(StoreError) {
        self.descriptor = descriptor
        self.path = path
        guard try FileFacts.of(descriptor, path).kind == .file else {
            throw .refusedName("\(path) is not a regular file")
        }
    }

    /// The file that a person or a program named; links on the way are followed, since the name means where they lead.
    package init(named path: FilePath) throws(StoreError) {
        try self.init(try Kernel.open(path, .readOnly, options: .nonBlocking), path)
    }

    /// The file's facts now.
    func facts() throws(StoreError) -> FileFacts { try FileFacts.of(descriptor, path) }

    /// All bytes of a file that is known to be small.
    package func bytes() throws(StoreError) -> [UInt8] { try descriptor.readAll(path) }

    /// Writes all bytes at the file's position.
    package func write(_ bytes: [UInt8]) throws(StoreError) { try descriptor.writeAll(bytes, path) }

    /// Gives it another name; false if that is taken.
    package func link(into directory: OpenDirectory, as name: EntryName) throws(StoreError) -> Bool {
        try FaultPoint.reach("cannot name", directory.path(of: [name]))
        if reprofs_link_open_file(descriptor.rawValue, directory.descriptor.rawValue, name.text) == 0 { return true }
        let problem = Errno(rawValue: errno)
        guard problem == .fileExists else { throw .system("cannot name", directory.path(of: [name]), problem) }
        return false
    }

    /// Sets the twelve bits of its mode.
    package func setMode(_ mode: UInt32) throws(StoreError) { try descriptor.setMode(mode, path) }
    package func setOwner(_ user: UInt32, _ group: UInt32) throws(StoreError) {
        try descriptor.setOwner(user, group, path)
    }

    /// Sets times; nil leaves a time as it is.
    package func setTimes(accessed: Timestamp?, modified: Timestamp?) throws(StoreError) {
        let times = [Kernel.time(accessed), Kernel.time(modified)]
        try descriptor.check("cannot set the times of", path) { futimens(descriptor.rawValue, times) }
    }

    /// Returns when its bytes are on disk.
    package func sync() throws(StoreError) { try Kernel.sync(descriptor, path) }
}

/// Changes that apply to files and directories alike; `path` is how the descriptor was named.
extension OwnedDescriptor {
    fileprivate func check(_ operation: String, _ path: FilePath, _ body: () -> CInt) throws(StoreError) {
        try FaultPoint.reach(operation, path)
        guard body() == 0 else { throw .system(operation, path, Errno(rawValue: errno)) }
    }

    func setMode(_ mode: UInt32, _ path: FilePath) throws(StoreError) {
        try check("cannot set the mode of", path) { fchmod(rawValue, mode_t(mode)) }
    }

    func setOwner(_ user: UInt32, _ group: UInt32, _ path: FilePath) throws(StoreError) {
        try check("cannot set the owner of", path) { fchown(rawValue, user, group) }
    }
}

/// While it is held, no program has the file open for writing, and one that opens it for writing waits until it is released.
final class ReadLease {
    private let file: OwnedDescriptor

    private init(_ file: OwnedDescriptor) { self.file = file }

    /// Nil if no lease is possible: the file belongs to another user, or its file system has none. Throws `conflict` if a program has the
    /// file open for writing until the patience ends. Waiting helps: a child that the last writer is just starting has a copy of every
    /// descriptor for an instant.
    static func take(
        _ file: OwnedDescriptor, _ path: FilePath, patience: Duration = .zero
    ) throws(StoreError) -> ReadLease? {
        let end = ContinuousClock.now + patience
        while true {
            switch reprofs_take_read_lease(file.rawValue) {
            case 1: return ReadLease(file)
            case 0 where ContinuousClock.now < end: Activity.perform(.wait) { _ = usleep(5_000) }
            case 0: throw .conflict("\(path) is being written by a program; it was left where it is")
            default: return nil
            }
        }
    }

    /// Whether nobody waits to write. A waiting writer continues when the lease is released, or when the kernel's patience ends.
    var isHeld: Bool { reprofs_holds_read_lease(file.rawValue) == 1 }

    deinit { reprofs_give_lease(file.rawValue) }
}
