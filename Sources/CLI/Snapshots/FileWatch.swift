import Glibc
import SystemPackage

/// Reports which files below some directories were written, through inotify; new directories are watched as they appear.
final class FileWatch {
    enum Event {
        /// A file was closed after it was written, or was moved here.
        case file(FilePath)
        /// A directory appeared; it may have got files before it was watched.
        case directory(FilePath)
        /// The kernel lost events: everything has to be looked at again.
        case lost
    }

    private let descriptor: CInt
    private var paths: [CInt: FilePath] = [:]
    private static let mask =
        UInt32(IN_CLOSE_WRITE) | UInt32(IN_MOVED_TO) | UInt32(IN_CREATE) | UInt32(IN_ONLYDIR) | UInt32(IN_EXCL_UNLINK)

    init() throws {
        descriptor = inotify_init1(CInt(IN_CLOEXEC))
        guard descriptor >= 0 else { throw CommandFailure("cannot watch: \(Errno(rawValue: errno))") }
    }

    deinit { close(descriptor) }

    /// Watches a directory and all directories in it. Links are not followed.
    func add(_ directory: FilePath) throws {
        let watch = directory.withPlatformString { inotify_add_watch(descriptor, $0, Self.mask) }
        guard watch >= 0 else {
            let problem = errno
            if problem == ENOENT || problem == ENOTDIR { return }
            if problem == ENOSPC {
                throw CommandFailure("too many directories to watch; raise fs.inotify.max_user_watches with sysctl")
            }
            throw CommandFailure("cannot watch \(directory): \(Errno(rawValue: problem))")
        }
        paths[watch] = directory
        guard let list = directory.withPlatformString({ opendir($0) }) else { return }
        defer { closedir(list) }
        while let entry = readdir(list) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
            let path = directory.appending(name)
            var facts = stat()
            guard name.first != UInt8(ascii: "."), path.withPlatformString({ lstat($0, &facts) }) == 0,
                facts.st_mode & S_IFMT == S_IFDIR
            else {
                continue
            }
            try add(path)
        }
    }

    /// Waits for events, at most this many milliseconds; empty if there were none. A new directory is watched already.
    func next(within milliseconds: CInt) throws -> [Event] {
        var poll = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard Glibc.poll(&poll, 1, milliseconds) > 0 else { return [] }
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        let count = read(descriptor, &buffer, buffer.count)
        guard count > 0 else { return [] }
        var events: [Event] = []
        var offset = 0
        let head = MemoryLayout<inotify_event>.size
        while offset + head <= count {
            let (watch, mask, length) = buffer.withUnsafeBytes { bytes in
                let event = bytes.loadUnaligned(fromByteOffset: offset, as: inotify_event.self)
                return (event.wd, event.mask, Int(event.len))
            }
            let name = Array(buffer[(offset + head)..<(offset + head + length)].prefix { $0 != 0 })
            offset += head + length
            if mask & UInt32(IN_Q_OVERFLOW) != 0 { events.append(.lost) }
            if mask & UInt32(IN_IGNORED) != 0 { paths[watch] = nil }
            guard let directory = paths[watch], !name.isEmpty, name.first != UInt8(ascii: ".") else { continue }
            let path = directory.appending(name)
            if mask & UInt32(bitPattern: IN_ISDIR) != 0 {
                guard mask & (UInt32(IN_CREATE) | UInt32(IN_MOVED_TO)) != 0 else { continue }
                try add(path)
                events.append(.directory(path))
            } else if mask & (UInt32(IN_CLOSE_WRITE) | UInt32(IN_MOVED_TO)) != 0 {
                events.append(.file(path))
            }
        }
        return events
    }
}
