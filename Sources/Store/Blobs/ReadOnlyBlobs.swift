import CLinux
import Glibc
package import Recipe
package import SystemPackage

/// Where blobs are opened: by their paths, or through a mount of their directory that nothing can be written through.
///
/// The kernel that reads a blob by itself, without asking ReproFS, opens it anew with the flags of whoever asked: only where
/// the descriptor that it was given belongs to a read-only mount can nobody write into the blob that way.
final class ReadOnlyBlobs: Sendable {
    private let clone = Lock(.spare, OwnedDescriptor?.none)

    /// Opens every blob through a detached read-only clone of the mount that holds `directory` from now on. It takes the right
    /// to mount, which is CAP_SYS_ADMIN.
    func detach(_ directory: FilePath) throws(StoreError) {
        let tree = directory.withPlatformString { reprofs_clone_mount($0) }
        guard tree >= 0 else { throw .system("cannot clone the mount of", directory, Errno(rawValue: errno)) }
        let owned = OwnedDescriptor(FileDescriptor(rawValue: tree))
        guard reprofs_make_read_only(tree) == 0 else {
            throw .system("cannot make a read-only clone of the mount of", directory, Errno(rawValue: errno))
        }
        clone.withLock { $0 = owned }
    }

    func open(_ name: String, in directory: FilePath) throws(StoreError) -> OwnedDescriptor {
        let path = directory.appending(name)
        guard let clone = clone.withLock({ $0 }) else { return try Kernel.open(path, .readOnly, options: .noFollow) }
        let file = openat(clone.rawValue, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard file >= 0 else { throw .system("cannot open", path, Errno(rawValue: errno)) }
        return OwnedDescriptor(FileDescriptor(rawValue: file))
    }
}

extension Store {
    /// Opens blobs so that they can be handed to the kernel. It takes the right to mount.
    package func detachBlobs() throws(StoreError) { try files.blobs.detach(files.directory) }

    /// A file of the store's own that anybody may be given to read, for trying out what the kernel can do with it.
    package func anyFile() throws(StoreError) -> OwnedDescriptor {
        try Kernel.open(path.appending("oci-layout"), .readOnly, options: .noFollow)
    }

    /// The directory of the blobs.
    package var blobDirectory: FilePath { files.directory }
}

extension OwnedDescriptor {
    /// Whether nothing can be written through the mount that it was opened through.
    package var isOnReadOnlyMount: Bool {
        var facts = statvfs()
        return fstatvfs(rawValue, &facts) == 0 && facts.f_flag & 1 != 0
    }

    /// When its bytes or its attributes changed last; nil where that cannot be known.
    package var changed: Timestamp? {
        var facts = stat()
        guard fstat(rawValue, &facts) == 0 else { return nil }
        return Timestamp(seconds: facts.st_ctim.tv_sec, nanoseconds: facts.st_ctim.tv_nsec)
    }
}
