import CLinux
import Glibc
import SystemPackage

/// SQLite's log and the index of that log, which every process maps.
///
/// A copy-on-write file system needs a new block for each page that is written again. On a full disk there is none, and a process that
/// writes through a mapping is killed by SIGBUS. So both files are made before SQLite opens them, set to be written in place.
struct LogFiles: Sendable {
    let log, index: FilePath

    init(of catalogue: FilePath) {
        log = FilePath(catalogue.string + "-wal")
        index = FilePath(catalogue.string + "-shm")
    }

    /// Does nothing if they exist, or if the file system writes in place anyway. SQLite makes what could not be made here.
    func prepare() {
        for path in [index, log] where (try? FileFacts.at(path)) == nil {
            // Made under another name: closing a file releases this process's locks on it.
            let fresh = FilePath("\(path.string)-\(getpid())-\(UInt64.random(in: .min ... .max))")
            let file = try? Kernel.open(
                fresh, .readWrite, options: [.create, .exclusiveCreate], permissions: .ownerReadWrite)
            guard let file else { return }
            defer { try? Kernel.unlink(fresh) }
            guard reprofs_write_in_place(file.rawValue) == 0 else { return }
            // Another process may have been first.
            _ = fresh.withPlatformString { fresh in path.withPlatformString { link(fresh, $0) } }
        }
    }

    /// Reserves room on the disk for the log to grow. It is not an error if the disk has less. Bytes.
    func reserve(_ size: Int) {
        let keepingSize: CInt = 1
        guard let facts = try? FileFacts.at(log), let file = try? Kernel.open(log, .writeOnly) else { return }
        _ = fallocate(file.rawValue, keepingSize, facts.size, size)
    }
}
