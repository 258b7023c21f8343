import Glibc
import SystemPackage

/// Who uses a store: everybody who opens it shares a lock, and whoever replaces the catalogue must have it alone. It dies with
/// the process.
enum StoreLease {
    private static func path(_ store: FilePath) -> FilePath { store.appending("lock") }

    static func shared(_ store: FilePath) throws(StoreError) -> OwnedDescriptor { try take(store, .shared) }
    /// That of a store on a read-only file system, whose lock nobody can make; nil where there is none.
    static func sharedUnwritten(_ store: FilePath) throws(StoreError) -> OwnedDescriptor? {
        guard try FileFacts.at(path(store)) != nil else { return nil }
        return try take(store, .shared, .readOnly, [])
    }
    static func exclusive(_ store: FilePath) throws(StoreError) -> OwnedDescriptor { try take(store, .exclusive) }

    /// Whether nobody else has the store open. A shared lease becomes an exclusive one for a moment.
    static func alone(_ store: FilePath, _ lease: OwnedDescriptor) throws(StoreError) {
        guard Kernel.lock(lease, .exclusive, waits: false) else {
            // It is lost where it could not be changed.
            _ = Kernel.lock(lease, .shared, waits: true)
            throw .inUse(store, holders: holders(of: store))
        }
        _ = Kernel.lock(lease, .shared, waits: true)
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

    /// The processes of this machine that have the store open, but for this one: `reprofs mount /models (process 812)`. Nobody is
    /// looked for while others wait for a lock of this thread.
    static func holders(of store: FilePath) -> [String] {
        let path = path(store)
        guard Activity.allows(.wait), let wanted = try? FileFacts.at(path) else { return [] }
        return ProcessFile.names(in: "/proc").compactMap { name -> String? in
            guard let pid = Int32(name), pid != getpid() else { return nil }
            let isHolder = ProcessFile.told(of: pid) { () -> Bool in
                let descriptors = "/proc/\(pid)/fd"
                return ProcessFile.names(in: descriptors).contains { descriptor in
                    // By its name first: a file on a mount that hangs is never asked for anything.
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
