import CFuse
import Glibc
import Recipe
import Store
import SystemPackage

/// The functions that libfuse calls. Each decodes its arguments, asks the tree, and returns a ``Reply``; none holds a lock.
extension Mount {
    static var operations: fuse_lowlevel_ops {
        var table = fuse_lowlevel_ops()
        table.`init` = { data, connection in
            guard let data, let connection else { return }
            Mount.of(data).negotiate(connection)
        }
        table.lookup = { request, parent, name in
            answer(request, "lookup", parent) { mount in
                // FUSE allows longer names than any file system does.
                guard let name, strlen(name) <= 255 else {
                    throw Failure(.fileNameTooLong, "a name has at most 255 bytes")
                }
                guard let name = String(validatingCString: name).flatMap({ try? EntryName($0) }),
                    let node = try mount.root.child(name, of: NodeID(rawValue: parent))
                else { throw Failure(.noSuchFileOrDirectory, "no such name") }
                return .entry(try mount.found(node, request).inode.attributes())
            }
        }
        // Node numbers are computed, so there is nothing to forget.
        table.forget = { request, _, _ in fuse_reply_none(request) }
        table.forget_multi = { request, _, _ in fuse_reply_none(request) }
        table.getattr = { request, id, _ in
            answer(request, "getattr", id) { mount in
                .attributes(try mount.root.node(NodeID(rawValue: id)).inode.attributes())
            }
        }
        table.readlink = { request, id in
            answer(request, "readlink", id) { mount in
                guard case .link(let link) = try mount.root.node(NodeID(rawValue: id)) else {
                    throw Failure(.invalidArgument, "not a link")
                }
                return .target(try link.target())
            }
        }
        table.statfs = { request, _ in
            answer(request, "statfs") { mount in
                .space(try mount.root.context.store.space())
            }
        }
        addFiles(to: &table)
        addWriting(to: &table)
        addDirectories(to: &table)
        addAttributes(to: &table)
        addNewNames(to: &table)
        addMoves(to: &table)
        addModes(to: &table)
        addRefusals(to: &table)
        return table
    }

    private static func addFiles(to table: inout fuse_lowlevel_ops) {
        table.open = { request, id, info in
            answer(request, "open", id) { mount in
                guard let info else { throw Failure(.invalidArgument, "no file info") }
                guard info.pointee.flags & O_ACCMODE == O_RDONLY, info.pointee.flags & O_TRUNC == 0 else {
                    return try mount.openToWrite(id, info, request)
                }
                guard case .file(let file) = try mount.root.node(NodeID(rawValue: id)) else {
                    throw Failure(.invalidArgument, "not a file")
                }
                let reply = try mount.openToRead(file, mount.opener(request), info)
                mount.forgetOldSize(of: file)
                return reply
            }
        }
        table.read = { request, id, size, offset, info in
            answer(request, "read", id) { mount in
                switch info.flatMap(OpenFile.of)?.takeUnretainedValue().content {
                case .blob(let contents):
                    if case .file = contents { mount.gate.leave() }
                    return part(of: contents, offset, size)
                case .coming(let file):
                    mount.gate.leave()
                    return mount.read(file, offset, size)
                case .following(let file):
                    mount.gate.leave()
                    return part(of: try file.contents(), offset, size)
                case .writing(let writing, _):
                    mount.gate.leave()
                    return part(of: try writing.contents(), offset, size)
                case .message, .passing, nil: throw Failure(.badFileDescriptor, "not open for reading")
                }
            }
        }
        table.release = { request, id, info in
            let file = info.flatMap(OpenFile.of)
            answer(request, "release", id) { mount in
                if case .writing = file?.takeUnretainedValue().content { mount.gate.leave() }
                try file?.takeUnretainedValue().close()
                return .done
            }
            file?.release()
        }
    }

    private static func addWriting(to table: inout fuse_lowlevel_ops) {
        table.write = { request, id, buffer, size, offset, info in
            answer(request, "write", id, waits: true) { _ in
                let bytes = UnsafeRawBufferPointer(start: buffer, count: size)
                switch info.flatMap(OpenFile.of)?.takeUnretainedValue().content {
                case .message(let message): try message.write(bytes, at: Int(offset))
                case .writing(let writing, let processes):
                    // The kernel writes mapped memory at any time.
                    processes.wrote(info?.pointee.writepage == 1 ? nil : fuse_req_ctx(request)?.pointee.pid)
                    try writing.write(bytes, at: Int(offset))
                case .blob, .coming, .following, .passing, nil:
                    throw Failure(.badFileDescriptor, "not open for writing")
                }
                return .written(size)
            }
        }
        table.flush = { request, id, info in
            answer(request, "flush", id, waits: true) { _ in
                switch info.flatMap(OpenFile.of)?.takeUnretainedValue().content {
                case .message(let message): try message.deliver()
                case .writing(let writing, let processes):
                    let thread = fuse_req_ctx(request)?.pointee.pid ?? 0
                    if processes.closed(by: thread, of: id) { try writing.flush() }
                case .blob, .coming, .following, .passing, nil: break
                }
                return .done
            }
        }
        table.fsync = { request, id, _, _ in
            answer(request, "fsync", id, waits: true) { mount in
                try mount.root.node(NodeID(rawValue: id)).inode.sync()
                return .done
            }
        }
        table.fallocate = { request, id, mode, offset, length, info in
            answer(request, "fallocate", id, waits: true) { _ in
                guard
                    case .writing(let writing, let processes) = info.flatMap(OpenFile.of)?.takeUnretainedValue().content
                else { throw Failure.readOnly }
                processes.wrote(fuse_req_ctx(request)?.pointee.pid)
                try writing.allocate(mode, at: Int(offset), count: Int(length))
                return .done
            }
        }
    }

    private static func addDirectories(to table: inout fuse_lowlevel_ops) {
        table.opendir = { request, id, info in
            answer(request, "opendir", id) { mount in
                guard let info else { throw Failure(.invalidArgument, "no file info") }
                _ = try mount.root.directory(NodeID(rawValue: id))
                return .openedDirectory(info)
            }
        }
        table.readdir = { request, id, size, offset, _ in
            answer(request, "readdir", id) { mount in
                .bytes(
                    try mount.list(NodeID(rawValue: id), after: offset, size: size, request, withAttributes: false)
                )
            }
        }
        table.readdirplus = { request, id, size, offset, _ in
            answer(request, "readdirplus", id) { mount in
                .bytes(
                    try mount.list(NodeID(rawValue: id), after: offset, size: size, request, withAttributes: true))
            }
        }
        table.fsyncdir = { request, id, _, _ in
            answer(request, "fsyncdir", id, waits: true) { mount in
                try mount.root.node(NodeID(rawValue: id)).inode.sync()
                return .done
            }
        }
        table.releasedir = { request, id, _ in answer(request, "releasedir", id) { _ in .done } }
    }

    private static func addAttributes(to table: inout fuse_lowlevel_ops) {
        table.getxattr = { request, id, name, size in
            answer(request, "getxattr", id) { mount in
                // Programs ask for the ACLs and labels of every file; the answer must not cost a look-up.
                guard let name = name.flatMap({ String(validatingCString: $0) }), name.hasPrefix("user."),
                    let value = try mount.root.node(NodeID(rawValue: id)).inode.extendedAttribute(name)
                else { throw Failure(.noData, "no such attribute") }
                return .extended(value, size: size)
            }
        }
        table.listxattr = { request, id, size in
            answer(request, "listxattr", id) { mount in
                let all = try mount.root.node(NodeID(rawValue: id)).inode.extendedAttributes()
                return .extended(all.flatMap { Array($0.name.utf8) + [0] }, size: size)
            }
        }
    }
}

/// A part of an open file.
private func part(of contents: BlobContents, _ offset: off_t, _ size: Int) -> Reply {
    switch contents {
    case .file(let descriptor): return .fileRange(descriptor, offset: offset, size: size)
    case .bytes(let bytes):
        let start = min(bytes.count, Int(offset))
        return .bytes(bytes[start..<min(bytes.count, start + size)])
    }
}

extension Mount {
    /// The kernel may have cached the size of an older text, or of a file that is written under another name; without this it would end the
    /// new contents at that size.
    fileprivate func forgetOldSize(of file: any File) {
        guard case .brief = file.caching else { return }
        session?.forgetAttributes(of: file.id)
    }

    /// Opens a file for reading, and records which process found which model under which name.
    func open(_ file: any File, _ opener: Opener?) throws -> OpenFile {
        let held = file.hold()
        let commit = root.context.store.newestCommit
        let again = backings.again(file.id, as: commit)
        let followed = again == nil ? try file.follow() : nil
        let contents = again == nil && followed == nil ? try file.open(by: opener) : .bytes([])
        try note(file, opener)
        if let followed { return OpenFile(following: followed, try backings.use(file.id, nil), held) }
        if let again { return OpenFile(.file(again.file), again.use, held) }
        guard case .file(let descriptor) = contents, file.caching.keepsPages else {
            return OpenFile(contents, try backings.use(file.id, nil), held)
        }
        return OpenFile(contents, try backings.use(file.id, descriptor, as: commit, waits: gate.leave), held)
    }

    /// The same for a file whose bytes come from elsewhere: the kernel asks for all of them.
    func open(_ file: any File, _ bytes: LazyFile, _ opener: Opener?) throws -> OpenFile {
        let use = try backings.use(file.id, nil, isElsewhere: true)
        try note(file, opener)
        return OpenFile(coming: bytes, use, file.hold())
    }

    private func note(_ file: any File, _ opener: Opener?) throws {
        guard let opener, let seen = try file.witness(by: opener) else { return }
        loads.note(
            Load(opener: opener, name: seen.name, blob: seen.blob, version: seen.version, time: Timestamp.now()))
    }
}
