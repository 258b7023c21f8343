import CLinux
import Glibc
package import Recipe
package import SystemPackage

/// A regular file that is held open: whatever becomes of its name, what is done here is done to it. See ``OpenDirectory``.
package struct OpenFile: Sendable {
    let descriptor: OwnedDescriptor
    /// How it was named, for messages alone.
    package let path: FilePath

    /// Refuses what is not a regular file.
    init(_ descriptor: OwnedDescriptor, _ path: FilePath) throws(StoreError) {
        self.descriptor = descriptor
        self.path = path
        guard try FileFacts.of(descriptor, path).kind == .file else {
            throw .refusedName("\(path) is not a regular file")
        }
    }

    /// The file that a person or a program named; links that lead there are what they meant.
    package init(named path: FilePath) throws(StoreError) {
        try self.init(try Kernel.open(path, .readOnly, options: .nonBlocking), path)
    }

    /// What is known of it now.
    func facts() throws(StoreError) -> FileFacts { try FileFacts.of(descriptor, path) }

    /// All bytes of a file that is known to be small.
    package func bytes() throws(StoreError) -> [UInt8] { try descriptor.readAll(path) }

    /// Writes all bytes at the file's position.
    package func write(_ bytes: [UInt8]) throws(StoreError) { try descriptor.writeAll(bytes, path) }

    /// Gives it another name; false where that is taken.
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

    /// Sets times; nil leaves one as it is.
    package func setTimes(accessed: Timestamp?, modified: Timestamp?) throws(StoreError) {
        let times = [Kernel.time(accessed), Kernel.time(modified)]
        try descriptor.check("cannot set the times of", path) { futimens(descriptor.rawValue, times) }
    }

    /// Its bytes are on disk when this returns.
    package func sync() throws(StoreError) { try Kernel.sync(descriptor, path) }
}

/// What is done to a file and to a directory alike; `path` is how it was named.
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

/// While it is held nobody has the file open for writing, nor opens it so without waiting for its end.
final class ReadLease {
    private let file: OwnedDescriptor

    private init(_ file: OwnedDescriptor) { self.file = file }

    /// Nil where none is to be had: of a file that is somebody else's, or where the file system has none. `conflict` where a
    /// program has the file open for writing, and still has it when the patience ends: a child that its last writer is just
    /// starting holds a copy of every descriptor for an instant.
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

    /// Whether nobody waits to write. Who waits gets in when this is given up, or when the kernel's patience ends.
    var isHeld: Bool { reprofs_holds_read_lease(file.rawValue) == 1 }

    deinit { reprofs_give_lease(file.rawValue) }
}
