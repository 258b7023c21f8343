import CLinux
import Glibc
import SystemPackage

/// Tells who uses a store: every process that opens it shares a lock, and replacing the catalogue needs the lock alone. It ends with the
/// process.
enum StoreLease {
    private static func path(_ store: FilePath) -> FilePath { store.appending("lock") }

    static func shared(_ store: FilePath) throws(StoreError) -> OwnedDescriptor { try take(store, .shared) }
    /// The lock on a store in a read-only file system, where it cannot be created; nil if it does not exist.
    static func sharedUnwritten(_ store: FilePath) throws(StoreError) -> OwnedDescriptor? {
        guard try FileFacts.at(path(store)) != nil else { return nil }
        return try take(store, .shared, .readOnly, [])
    }
    static func exclusive(_ store: FilePath) throws(StoreError) -> OwnedDescriptor { try take(store, .exclusive) }

    /// Throws if another process has the store open. To find out, the shared lock becomes exclusive for a moment.
    static func alone(_ store: FilePath, _ lease: OwnedDescriptor) throws(StoreError) {
        guard Kernel.lock(lease, .exclusive, waits: false) else {
            // A lock that could not be changed was released, so it is taken again.
            _ = Kernel.lock(lease, .shared, waits: true)
            throw .inUse(store, holders: holders(of: store))
        }
        _ = Kernel.lock(lease, .shared, waits: true)
    }

    private static func activePath(_ store: FilePath) -> FilePath { store.appending("active.lock") }

    /// The lock of the run that shows its models in `active/models`. It is an open file description lock, so that others can ask whether it
    /// is held without taking it.
    static func active(_ store: FilePath) throws(StoreError) -> OwnedDescriptor {
        let path = activePath(store)
        let file = try Kernel.open(path, .readWrite, options: [.create, .noFollow], permissions: [.ownerReadWrite])
        guard reprofs_lock_whole_file(file.rawValue) == 0 else {
            let problem = Errno(rawValue: errno)
            guard [.resourceTemporarilyUnavailable, .permissionDenied].contains(problem) else {
                throw .system("cannot lock", path, problem)
            }
            let holder = holders(ofFile: path).first.map { ": \($0)" } ?? ""
            throw .conflict("another run needs active/models now\(holder); begin this one when that has ended")
        }
        return file
    }

    /// Whether a run has that lock.
    static func isActiveHeld(_ store: FilePath) throws(StoreError) -> Bool {
        guard try FileFacts.at(activePath(store), followLinks: false)?.kind == .file else { return false }
        let file = try Kernel.open(activePath(store), .readOnly, options: .noFollow)
        return reprofs_is_byte_shared(file.rawValue, 0) != 0
    }

    private static func take(
        _ store: FilePath, _ lock: Kernel.Lock, _ mode: FileDescriptor.AccessMode = .readWrite,
        _ options: FileDescriptor.OpenOptions = .create
    ) throws(StoreError) -> OwnedDescriptor {
        let path = path(store)
        let file = try Kernel.open(path, mode, options: options.union(.noFollow), permissions: [.ownerReadWrite])
        guard Kernel.lock(file, lock, waits: false) else {
            throw .inUse(store, holders: holders(of: store))
        }
        return file
    }

    /// The other processes of this machine that have the store open: `reprofs mount /models (process 812)`. None while this thread holds a
    /// lock that others may wait for.
    static func holders(of store: FilePath) -> [String] { holders(ofFile: path(store)) }

    /// The same for another file of a store.
    private static func holders(ofFile path: FilePath) -> [String] {
        guard Activity.allows(.wait), let wanted = try? FileFacts.at(path) else { return [] }
        return ProcessFile.names(in: "/proc").compactMap { name -> String? in
            guard let pid = Int32(name), pid != getpid() else { return nil }
            let isHolder = ProcessFile.told(of: pid) { () -> Bool in
                let descriptors = "/proc/\(pid)/fd"
                return ProcessFile.names(in: descriptors).contains { descriptor in
                    // Compared by name first, so that no file on a mount that hangs is touched.
                    let link = "\(descriptors)/\(descriptor)"
                    guard let target = Opener.link(link), FilePath(target).lastComponent == path.lastComponent,
                        let facts = try? FileFacts.at(FilePath(link))
                    else {
                        return false
                    }
                    return facts.device == wanted.device && facts.inode == wanted.inode
                }
            }
            guard isHolder == true else { return nil }
            return "'\(commandLine(of: pid))' (process \(pid))"
        }
    }

    private static func commandLine(of pid: Int32) -> String {
        let bytes = ProcessFile.told(of: pid) { ProcessFile.bytes("/proc/\(pid)/cmdline") } ?? []
        let words = bytes.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
        guard let program = words.first else { return "a process" }
        return ([FilePath(program).lastComponent?.string ?? program] + words.dropFirst()).joined(separator: " ")
    }
}
