import CFuse
import Glibc
import Recipe
import Store
import SystemPackage

/// The table that libfuse calls. Every function decodes, asks the tree, and returns a ``Reply``; none holds a lock.
extension Mount {
    static var operations: fuse_lowlevel_ops {
        var table = fuse_lowlevel_ops()
        table.`init` = { data, connection in
            guard let data, let connection else { return }
            Mount.of(data).negotiate(connection)
        }
        table.lookup = { request, parent, name in
            answer(request, "lookup") { mount throws(Failure) in
                guard let name = name.flatMap({ String(validatingCString: $0) }),
                    let node = try mount.root.directory(NodeID(rawValue: parent)).child(name)
                else { throw Failure(.noSuchFileOrDirectory, "no such name") }
                return .entry(try node.inode.attributes())
            }
        }
        // Numbers are computed, so there is nothing to forget.
        table.forget = { request, _, _ in fuse_reply_none(request) }
        table.forget_multi = { request, _, _ in fuse_reply_none(request) }
        table.getattr = { request, id, _ in
            answer(request, "getattr") { mount throws(Failure) in
                .attributes(try mount.root.node(NodeID(rawValue: id)).inode.attributes())
            }
        }
        table.readlink = { request, id in
            answer(request, "readlink") { mount throws(Failure) in
                guard case .link(let link) = try mount.root.node(NodeID(rawValue: id)) else {
                    throw Failure(.invalidArgument, "not a link")
                }
                return .target(try link.target())
            }
        }
        table.statfs = { request, _ in
            answer(request, "statfs") { mount throws(Failure) in
                .space(try asking(mount.root.context.store.space))
            }
        }
        addFiles(to: &table)
        addDirectories(to: &table)
        addAttributes(to: &table)
        addRefusals(to: &table)
        return table
    }

    private static func addFiles(to table: inout fuse_lowlevel_ops) {
        table.open = { request, id, info in
            answer(request, "open") { mount throws(Failure) in
                guard let info else { throw Failure(.invalidArgument, "no file info") }
                guard case .file(let file) = try mount.root.node(NodeID(rawValue: id)) else {
                    throw Failure(.invalidArgument, "not a file")
                }
                let mode = info.pointee.flags & O_ACCMODE
                if let inbox = file as? any Inbox, mode == O_WRONLY {
                    return .opened(OpenFile(writingTo: inbox, by: caller(request)), info, .none)
                }
                guard mode == O_RDONLY, info.pointee.flags & O_TRUNC == 0 else { throw .readOnly }
                return .opened(try mount.open(file, caller(request)), info, file.caching)
            }
        }
        table.read = { request, _, size, offset, info in
            answer(request, "read") { _ throws(Failure) in
                switch info.flatMap(OpenFile.of)?.takeUnretainedValue().content {
                case .blob(.file(let descriptor)):
                    return .fileRange(descriptor.rawValue, offset: offset, size: size)
                case .blob(.bytes(let bytes)):
                    let start = min(bytes.count, Int(offset))
                    return .bytes(bytes[start..<min(bytes.count, start + size)])
                case .message, nil: throw Failure(.badFileDescriptor, "not open for reading")
                }
            }
        }
        table.write = { request, _, buffer, size, offset, info in
            answer(request, "write") { _ throws(Failure) in
                guard case .message(let message) = info.flatMap(OpenFile.of)?.takeUnretainedValue().content else {
                    throw .readOnly
                }
                try message.write(UnsafeRawBufferPointer(start: buffer, count: size), at: Int(offset))
                return .written(size)
            }
        }
        table.flush = { request, _, info in
            answer(request, "flush") { _ throws(Failure) in
                if case .message(let message) = info.flatMap(OpenFile.of)?.takeUnretainedValue().content {
                    try message.deliver()
                }
                return .done
            }
        }
        table.release = { request, _, info in
            info.flatMap(OpenFile.of)?.release()
            answer(request, "release") { _ throws(Failure) in .done }
        }
    }

    private static func addDirectories(to table: inout fuse_lowlevel_ops) {
        table.opendir = { request, id, info in
            answer(request, "opendir") { mount throws(Failure) in
                guard let info else { throw Failure(.invalidArgument, "no file info") }
                _ = try mount.root.directory(NodeID(rawValue: id))
                return .openedDirectory(info)
            }
        }
        table.readdir = { request, id, size, offset, _ in
            answer(request, "readdir") { mount throws(Failure) in
                .bytes(
                    try mount.list(NodeID(rawValue: id), after: offset, size: size, request, withAttributes: false)[...]
                )
            }
        }
        table.readdirplus = { request, id, size, offset, _ in
            answer(request, "readdirplus") { mount throws(Failure) in
                .bytes(
                    try mount.list(NodeID(rawValue: id), after: offset, size: size, request, withAttributes: true)[...])
            }
        }
        table.releasedir = { request, _, _ in answer(request, "releasedir") { _ throws(Failure) in .done } }
    }

    private static func addAttributes(to table: inout fuse_lowlevel_ops) {
        table.getxattr = { request, id, name, size in
            answer(request, "getxattr") { mount throws(Failure) in
                // Programs ask every file for ACLs and labels; that must not cost a look-up.
                guard let name = name.flatMap({ String(validatingCString: $0) }), name.hasPrefix("user.reprofs."),
                    let found = try mount.root.node(NodeID(rawValue: id)).inode.extendedAttributes().first(where: {
                        $0.name == name
                    })
                else { throw Failure(.noData, "no such attribute") }
                return .extended(Array(found.value.utf8), size: size)
            }
        }
        table.listxattr = { request, id, size in
            answer(request, "listxattr") { mount throws(Failure) in
                let all = try mount.root.node(NodeID(rawValue: id)).inode.extendedAttributes()
                return .extended(all.flatMap { Array($0.name.utf8) + [0] }, size: size)
            }
        }
    }

    /// Every mutation of a read-only tree is refused by name, so that none is ever accepted and dropped.
    private static func addRefusals(to table: inout fuse_lowlevel_ops) {
        table.setattr = { request, id, change, changed, _ in
            answer(request, "setattr") { mount throws(Failure) in
                // Opening an inbox as programs open what they write anew begins with cutting it.
                guard changed == FUSE_SET_ATTR_SIZE, change?.pointee.st_size == 0,
                    case .file(let file) = try mount.root.node(NodeID(rawValue: id)), file is any Inbox
                else { throw .readOnly }
                return .attributes(try file.attributes())
            }
        }
        table.mknod = { request, _, _, _, _ in refuse(request, "mknod") }
        table.mkdir = { request, _, _, _ in refuse(request, "mkdir") }
        table.unlink = { request, _, _ in refuse(request, "unlink") }
        table.rmdir = { request, _, _ in refuse(request, "rmdir") }
        table.symlink = { request, _, _, _ in refuse(request, "symlink") }
        table.rename = { request, _, _, _, _, _ in refuse(request, "rename") }
        table.link = { request, _, _, _ in refuse(request, "link") }
        table.create = { request, _, _, _, _ in refuse(request, "create") }
        table.fallocate = { request, _, _, _, _, _ in refuse(request, "fallocate") }
        table.setxattr = { request, _, _, _, _, _ in refuse(request, "setxattr") }
        table.removexattr = { request, _, _ in refuse(request, "removexattr") }
    }
}

/// The process that a request comes from: looked up only where it is opened, never where it is read.
private func caller(_ request: fuse_req_t?) -> Opener? {
    fuse_req_ctx(request).flatMap { Opener(thread: $0.pointee.pid) }
}

extension Mount {
    /// Opens a file for reading, and notes which model was found under which name by whom.
    fileprivate func open(_ file: any File, _ opener: Opener?) throws(Failure) -> OpenFile {
        let contents = try file.open(by: opener)
        if let opener, let seen = try file.witness() {
            loads.note(
                Load(opener: opener, name: seen.name, blob: seen.blob, version: seen.version, time: Timestamp.now()))
        }
        return OpenFile(contents)
    }
}
