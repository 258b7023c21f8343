import CLinux
import Glibc
import SystemPackage

/// SQLite's log and its index, which every process maps.
///
/// A file system that copies on write needs a new block for each page that is written again. On a full disk there is none, and
/// whoever writes through a mapping is killed by SIGBUS. So both are made before SQLite opens them, to be written in place.
struct LogFiles: Sendable {
    let log, index: FilePath

    init(of catalogue: FilePath) {
        log = FilePath(catalogue.string + "-wal")
        index = FilePath(catalogue.string + "-shm")
    }

    /// Does nothing where they are there, or where the file system writes in place by itself. SQLite makes what this could not make.
    func prepare() {
        for path in [index, log] where (try? FileFacts.at(path)) == nil {
            // Under another name first: closing a file drops the locks that this process has on it.
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

    /// Takes room for the log to grow by, which nobody else can have from now on. Bytes. A disk without that much room is not an error.
    func reserve(_ size: Int) {
        let keepingSize: CInt = 1
        guard let facts = try? FileFacts.at(log), let file = try? Kernel.open(log, .writeOnly) else { return }
        _ = fallocate(file.rawValue, keepingSize, facts.size, size)
    }
}
