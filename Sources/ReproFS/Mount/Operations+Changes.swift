import CFuse
import Glibc
import Recipe
import Store
import SystemPackage

/// Operations that change names, modes and sizes. What a node does not support is refused, so that no change is accepted and then lost.
extension Mount {
    static func addNewNames(to table: inout fuse_lowlevel_ops) {
        table.create = { request, parent, name, mode, info in
            answer(request, "create", parent, waits: true) { mount in
                guard let info else { throw Failure(.invalidArgument, "no file info") }
                let directory = try mount.writableDirectory(parent)
                let (file, writing) = try directory.create(
                    try newEntry(name), mode: mode & 0o7777, by: mount.caller(request))
                let use = try mount.backings.use(file.id, nil)
                return .created(
                    try file.attributes(), OpenFile(writing, by: mount.writingProcesses(request), use, file.hold()),
                    info,
                    info.pointee.flags & O_ACCMODE == O_WRONLY ? .none : .pages)
            }
        }
        table.mknod = { request, parent, name, mode, _ in
            answer(request, "mknod", parent, waits: true) { mount in
                let directory = try mount.writableDirectory(parent)
                guard mode & S_IFMT == S_IFREG else {
                    throw Failure(
                        .notPermitted, "devices, pipes and sockets cannot be among models")
                }
                let (file, writing) = try directory.create(
                    try newEntry(name), mode: mode & 0o7777, by: mount.caller(request))
                try writing.close()
                return .entry(try file.attributes())
            }
        }
        table.mkdir = { request, parent, name, mode in
            answer(request, "mkdir", parent, waits: true) { mount in
                let made = try mount.writableDirectory(parent).makeDirectory(
                    try newEntry(name), mode: mode & 0o7777, by: mount.caller(request))
                return .entry(try made.attributes())
            }
        }
        table.symlink = { request, target, parent, name in
            answer(request, "symlink", parent, waits: true) { mount in
                let made = try mount.writableDirectory(parent).makeLink(
                    try newEntry(name), to: try text(target), by: mount.caller(request))
                return .entry(try made.attributes())
            }
        }
    }

    static func addMoves(to table: inout fuse_lowlevel_ops) {
        table.unlink = { request, parent, name in
            answer(request, "unlink", parent, waits: true) { mount in
                try mount.writableDirectory(parent).remove(try entry(name), by: mount.caller(request))
                return .done
            }
        }
        table.rmdir = { request, parent, name in
            answer(request, "rmdir", parent, waits: true) { mount in
                try mount.writableDirectory(parent).removeDirectory(
                    try entry(name), by: mount.caller(request))
                return .done
            }
        }
        table.rename = { request, parent, name, newParent, newName, flags in
            answer(request, "rename", parent, waits: true) { mount in
                let mode: RenameMode
                switch flags {
                case 0: mode = .replace
                case 1: mode = .new
                case 2: mode = .exchange
                default: throw Failure(.invalidArgument, "this kind of renaming is not supported")
                }
                try mount.writableDirectory(parent).rename(
                    try entry(name), to: try mount.writableDirectory(newParent), as: try newEntry(newName),
                    mode, by: mount.caller(request))
                return .done
            }
        }
    }

    static func addModes(to table: inout fuse_lowlevel_ops) {
        table.setattr = { request, id, wanted, changed, info in
            answer(request, "setattr", id, waits: true) { mount in
                guard let wanted else { throw Failure(.invalidArgument, "no attributes") }
                if changed & FUSE_SET_ATTR_SIZE != 0 {
                    try mount.retries.attempt(by: mount.thread(request)) {
                        let node = try mount.root.node(NodeID(rawValue: id))
                        try mount.resize(node, Int(wanted.pointee.st_size), info, request)
                    }
                }
                let node = try mount.root.node(NodeID(rawValue: id))
                let change = InodeChange(wanted.pointee, changed)
                if case .file(let file) = node, file is any Inbox, change.isEmpty {
                    return .attributes(try file.attributes())
                }
                guard let writable = node.inode as? any WritableInode else { throw Failure.readOnly }
                try writable.change(change)
                return .attributes(try mount.root.node(NodeID(rawValue: id)).inode.attributes())
            }
        }
    }

    static func addRefusals(to table: inout fuse_lowlevel_ops) {
        table.link = { request, _, parent, _ in
            answer(request, "link", parent, waits: true) { mount in
                _ = try mount.writableDirectory(parent)
                throw Failure(
                    .notPermitted, "hard links are not possible: two names of one file could not be two models; copy it"
                )
            }
        }
        table.setxattr = { request, id, name, value, size, flags in
            answer(request, "setxattr", id, waits: true) { mount in
                // XATTR_CREATE and XATTR_REPLACE.
                let mode: AttributeMode =
                    flags == 1 ? .new : flags == 2 ? .replace : .any
                let bytes = [UInt8](UnsafeRawBufferPointer(start: value, count: value == nil ? 0 : size))
                try mount.set(name, bytes, of: NodeID(rawValue: id), mode)
                return .done
            }
        }
        table.removexattr = { request, id, name in
            answer(request, "removexattr", id, waits: true) { mount in
                try mount.set(name, nil, of: NodeID(rawValue: id), .any)
                return .done
            }
        }
    }

    private func set(
        _ name: UnsafePointer<CChar>?, _ value: [UInt8]?, of id: NodeID, _ mode: AttributeMode
    ) throws {
        guard let node = try root.node(id).inode as? any WritableInode else { throw Failure.readOnly }
        let name = try text(name)
        guard name.hasPrefix("user.") else {
            throw Failure(.notSupported, "files of models can have extended attributes of the user namespace only")
        }
        // Programs that copy a file also copy the attributes that ReproFS computes; those of the copy may be different.
        if name.hasPrefix(FileAttribute.ownPrefix) { return }
        try node.setExtendedAttribute(name, value, mode)
    }

    private func writableDirectory(_ id: fuse_ino_t) throws -> any WritableDirectory {
        guard let directory = try root.directory(NodeID(rawValue: id)) as? any WritableDirectory else {
            throw Failure.readOnly
        }
        return directory
    }

    private func resize(
        _ node: Node, _ size: Int, _ info: UnsafeMutablePointer<fuse_file_info>?, _ request: fuse_req_t?
    ) throws {
        guard case .file(let file) = node else { throw Failure.readOnly }
        // Programs open a file with O_TRUNC to write it anew; an inbox accepts that.
        if file is any Inbox, size == 0 { return }
        if case .writing(let writing, let processes)? = info.flatMap(OpenFile.of)?.takeUnretainedValue().content {
            processes.wrote(fuse_req_ctx(request)?.pointee.pid)
            try writing.truncate(size)
        } else {
            guard let file = file as? any WritableFile else { throw Failure.readOnly }
            try file.truncate(size, by: caller(request))
        }
    }

    /// The process that sent a request; it is looked up only for opens and changes.
    func opener(_ request: fuse_req_t?) -> Opener? {
        fuse_req_ctx(request).flatMap { openers.opener(ofThread: $0.pointee.pid) }
    }

    func writingProcesses(_ request: fuse_req_t?) -> WritingProcesses {
        let thread = fuse_req_ctx(request)?.pointee.pid ?? 0
        return WritingProcesses(openedBy: thread, of: opener(request)?.pid ?? thread, on: device)
    }

    func reportWriter(_ request: fuse_req_t?) -> ReportWriter {
        guard let context = fuse_req_ctx(request)?.pointee else { return .own }
        return ReportWriter(user: context.uid, group: context.gid, process: opener(request)?.pid)
    }

    func caller(_ request: fuse_req_t?) -> Caller {
        let context = fuse_req_ctx(request)?.pointee
        return Caller(
            user: context?.uid ?? owner.user, group: context?.gid ?? owner.group, opener: opener(request),
            thread: thread(request), isRetrying: retries.contains(thread(request)))
    }
}

private func text(_ bytes: UnsafePointer<CChar>?) throws -> String {
    guard let text = bytes.flatMap({ String(validatingCString: $0) }) else {
        throw Failure(.illegalByteSequence, "the name is not UTF-8")
    }
    return text
}

private func entry(_ bytes: UnsafePointer<CChar>?) throws -> EntryName { try EntryName(try text(bytes)) }

/// A name that is about to be created.
private func newEntry(_ bytes: UnsafePointer<CChar>?) throws -> EntryName {
    try EntryName(comingIn: try text(bytes).utf8)
}

extension InodeChange {
    fileprivate init(_ wanted: stat, _ changed: CInt) {
        self.init()
        func has(_ flag: CInt) -> Bool { changed & flag != 0 }
        let now = Timestamp.now()
        if has(FUSE_SET_ATTR_MODE) { mode = wanted.st_mode & 0o7777 }
        if has(FUSE_SET_ATTR_UID) { user = wanted.st_uid }
        if has(FUSE_SET_ATTR_GID) { group = wanted.st_gid }
        if has(FUSE_SET_ATTR_ATIME_NOW) {
            accessed = now
        } else if has(FUSE_SET_ATTR_ATIME) {
            accessed = Timestamp(seconds: wanted.st_atim.tv_sec, nanoseconds: wanted.st_atim.tv_nsec)
        }
        if has(FUSE_SET_ATTR_MTIME_NOW) {
            modified = now
        } else if has(FUSE_SET_ATTR_MTIME) {
            modified = Timestamp(seconds: wanted.st_mtim.tv_sec, nanoseconds: wanted.st_mtim.tv_nsec)
        }
    }
}
