import CFuse
import Glibc
import Recipe
import Store
import SystemPackage

/// The result of an operation. Operations return it; only ``send`` replies, so each request is answered once.
enum Reply {
    case entry(Attributes)
    case attributes(Attributes)
    case target(String)
    case created(Attributes, OpenFile, UnsafeMutablePointer<fuse_file_info>, Caching)
    case opened(OpenFile, UnsafeMutablePointer<fuse_file_info>, Caching)
    case openedDirectory(UnsafeMutablePointer<fuse_file_info>)
    /// Kept until the reply is sent: a draft may drop the blob that it began with.
    case fileRange(OwnedDescriptor, offset: off_t, size: Int)
    case bytes(ArraySlice<UInt8>)
    /// The value or list of extended attributes; size 0 asks for its length.
    case extended([UInt8], size: Int)
    case space(DiskSpace)
    case written(Int)
    case done
    /// The answer comes later: what will give it has begun when this is returned. See ``Mount/wait(_:_:endsBySignal:_:)``.
    case later(endsBySignal: Bool, (Later) -> (@Sendable () -> Void)?)

    func send(_ request: fuse_req_t, _ owner: Owner) {
        switch self {
        case .entry(let attributes):
            var entry = fuse_entry_param(attributes, owner)
            fuse_reply_entry(request, &entry)
        case .attributes(let attributes):
            var facts = stat(attributes, owner: owner)
            fuse_reply_attr(request, &facts, attributes.caching.seconds)
        case .target(let target): fuse_reply_readlink(request, target)
        case .created(let attributes, let file, let info, let caching):
            var entry = fuse_entry_param(attributes, owner)
            hand(file, to: info, caching) { fuse_reply_create(request, &entry, info) }
        case .opened(let file, let info, let caching):
            // A program that only reads has nothing to report when it closes the file.
            switch file.content {
            case .blob, .coming: info.pointee.noflush = 1
            case .following, .message, .writing, .passing: break
            }
            hand(file, to: info, caching) {
                guard let backing = file.backing else { return fuse_reply_open(request, info) }
                info.pointee.noflush = 1
                return reprofs_reply_passthrough(request, info, backing)
            }
        case .openedDirectory(let info): fuse_reply_open(request, info)
        case .fileRange(let descriptor, let offset, let size):
            withExtendedLifetime(descriptor) {
                _ = reprofs_reply_file(request, descriptor.rawValue, offset, size)
            }
        case .bytes(let bytes):
            bytes.withUnsafeBytes {
                _ = fuse_reply_buf(request, $0.baseAddress?.assumingMemoryBound(to: CChar.self), $0.count)
            }
        case .extended(let value, let size):
            if size == 0 {
                fuse_reply_xattr(request, value.count)
            } else if value.count > size {
                fuse_reply_err(request, ERANGE)
            } else {
                Reply.bytes(value[...]).send(request, owner)
            }
        case .space(let space):
            var facts = statvfs(space)
            fuse_reply_statfs(request, &facts)
        case .written(let count): fuse_reply_write(request, count)
        case .done: fuse_reply_err(request, 0)
        case .later: preconditionFailure("what waits is begun, not sent")
        }
    }
}

/// Gives the kernel an open file, which holds this reference until `release`.
private func hand(
    _ file: OpenFile, to info: UnsafeMutablePointer<fuse_file_info>, _ caching: Caching, _ reply: () -> CInt
) {
    let reference = Unmanaged.passRetained(file)
    info.pointee.fh = UInt64(UInt(bitPattern: reference.toOpaque()))
    info.pointee.keep_cache = caching.keepsPages ? 1 : 0
    info.pointee.direct_io = caching.isDirect ? 1 : 0
    // An interrupted open is never released.
    guard reply() == -ENOENT else { return }
    try? file.close()
    reference.release()
}

/// The user who mounted: everything in the mount belongs to this user.
struct Owner: Sendable {
    let user: uid_t
    let group: gid_t
}

extension Caching {
    /// How long the kernel may keep names and attributes: at most a second if they can change. Seconds.
    package var seconds: Double {
        switch self {
        case .brief, .pages: 0.5
        case .none: 0
        }
    }
    var keepsPages: Bool {
        switch self {
        case .pages: true
        case .brief, .none: false
        }
    }
    var isDirect: Bool { if case .none = self { true } else { false } }
}

extension fuse_entry_param {
    init(_ attributes: Attributes, _ owner: Owner) {
        self.init()
        ino = attributes.id.rawValue
        attr = stat(attributes, owner: owner)
        entry_timeout = attributes.caching.seconds
        attr_timeout = attributes.caching.seconds
    }
}

extension stat {
    /// By default modes have write bits for the owner, so that a write reaches ReproFS, which answers EROFS instead of a permission error.
    init(_ attributes: Attributes, owner: Owner) {
        self.init()
        st_ino = ino_t(attributes.id.rawValue)
        // One link each; for a directory, as in btrfs, that means "unknown", so that no program counts subdirectories by it.
        st_nlink = attributes.access.isUnlinked ? 0 : 1
        switch attributes.kind {
        case .directory: st_mode = Glibc.S_IFDIR | 0o755
        case .file: st_mode = Glibc.S_IFREG | (attributes.isInbox ? (Rights.canBeTaken ? 0o622 : 0o600) : 0o644)
        case .link: st_mode = Glibc.S_IFLNK | 0o777
        }
        if let mode = attributes.access.mode { st_mode = st_mode & Glibc.S_IFMT | mode_t(mode) }
        st_uid = attributes.access.user ?? owner.user
        st_gid = attributes.access.group ?? owner.group
        st_size = off_t(attributes.size)
        st_blksize = 1 << 17
        st_blocks = blkcnt_t(attributes.access.blocks ?? (attributes.size + 511) / 512)
        st_mtim = timespec(attributes.modified)
        st_ctim = timespec(attributes.access.changed ?? attributes.modified)
        st_atim = timespec(attributes.access.accessed ?? attributes.modified)
    }
}

extension timespec {
    init(_ time: Timestamp) { self.init(tv_sec: time.seconds, tv_nsec: time.fraction) }
}

extension statvfs {
    init(_ space: DiskSpace) {
        self.init()
        f_bsize = space.blockSize
        f_frsize = space.blockSize
        f_blocks = UInt(space.blocks)
        f_bfree = UInt(space.free)
        f_bavail = UInt(space.available)
        f_namemax = 255
    }
}
