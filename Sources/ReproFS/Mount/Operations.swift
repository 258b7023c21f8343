import CFuse
import Glibc
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
                guard info.pointee.flags & O_ACCMODE == O_RDONLY, info.pointee.flags & O_TRUNC == 0 else {
                    throw .readOnly
                }
                guard case .file(let file) = try mount.root.node(NodeID(rawValue: id)) else {
                    throw Failure(.invalidArgument, "not a file")
                }
                return .opened(OpenFile(try file.open()), info, file.caching)
            }
        }
        table.read = { request, _, size, offset, info in
            answer(request, "read") { _ throws(Failure) in
                guard let file = info.flatMap(OpenFile.of)?.takeUnretainedValue() else {
                    throw Failure(.badFileDescriptor, "not an open file")
                }
                switch file.contents {
                case .file(let descriptor):
                    return .fileRange(descriptor.rawValue, offset: offset, size: size)
                case .bytes(let bytes):
                    let start = min(bytes.count, Int(offset))
                    return .bytes(bytes[start..<min(bytes.count, start + size)])
                }
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
        table.setattr = { request, _, _, _, _ in refuse(request, "setattr") }
        table.mknod = { request, _, _, _, _ in refuse(request, "mknod") }
        table.mkdir = { request, _, _, _ in refuse(request, "mkdir") }
        table.unlink = { request, _, _ in refuse(request, "unlink") }
        table.rmdir = { request, _, _ in refuse(request, "rmdir") }
        table.symlink = { request, _, _, _ in refuse(request, "symlink") }
        table.rename = { request, _, _, _, _, _ in refuse(request, "rename") }
        table.link = { request, _, _, _ in refuse(request, "link") }
        table.create = { request, _, _, _, _ in refuse(request, "create") }
        table.write = { request, _, _, _, _, _ in refuse(request, "write") }
        table.fallocate = { request, _, _, _, _, _ in refuse(request, "fallocate") }
        table.setxattr = { request, _, _, _, _, _ in refuse(request, "setxattr") }
        table.removexattr = { request, _, _ in refuse(request, "removexattr") }
    }
}
