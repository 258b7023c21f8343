import CLinux
import Glibc
package import Recipe
package import SystemPackage

/// Opens blobs by their paths, or through a read-only mount of their directory.
///
/// With passthrough the kernel opens a blob again with the flags of the program that opened the file. Only if the descriptor that it was
/// given is on a read-only mount can no program write into the blob that way.
final class ReadOnlyBlobs: Sendable {
    private let clone = Lock(.spare, OwnedDescriptor?.none)

    /// From now on opens every blob through a detached read-only clone of the mount that holds `directory`. Needs the right to mount:
    /// CAP_SYS_ADMIN.
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
    /// Opens blobs so that they can be handed to the kernel. Needs the right to mount.
    package func detachBlobs() throws(StoreError) { try files.blobs.detach(files.directory) }

    /// A file of the store that anybody may read, for testing what the kernel can do with it.
    package func anyFile() throws(StoreError) -> OwnedDescriptor {
        try Kernel.open(path.appending("oci-layout"), .readOnly, options: .noFollow)
    }

    /// The directory of the blobs.
    package var blobDirectory: FilePath { files.directory }
}

extension OwnedDescriptor {
    /// Whether it was opened through a read-only mount.
    package var isOnReadOnlyMount: Bool {
        var facts = statvfs()
        return fstatvfs(rawValue, &facts) == 0 && facts.f_flag & 1 != 0
    }

    /// Whether another descriptor is of the same file; false where that cannot be told.
    package func isSameFile(as other: OwnedDescriptor) -> Bool {
        var (own, others) = (stat(), stat())
        guard fstat(rawValue, &own) == 0, fstat(other.rawValue, &others) == 0 else { return false }
        return own.st_dev == others.st_dev && own.st_ino == others.st_ino
    }

    /// When its bytes or attributes last changed; nil if that is not known.
    package var changed: Timestamp? {
        var facts = stat()
        guard fstat(rawValue, &facts) == 0 else { return nil }
        return Timestamp(seconds: facts.st_ctim.tv_sec, nanoseconds: facts.st_ctim.tv_nsec)
    }
}
