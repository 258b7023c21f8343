import CFuse
import Glibc

extension Mount {
    /// One buffer of a listing, as `readdir` or `readdirplus` replies it. `offset` is the cookie of the last entry seen;
    /// `.` and `..` come first and have cookies 1 and 2, below those of any row.
    func list(
        _ id: NodeID, after offset: off_t, size: Int, _ request: fuse_req_t?, withAttributes: Bool
    ) throws(Failure) -> [UInt8] {
        let directory = try root.directory(id)
        var buffer = DirectoryBuffer(capacity: size, owner: owner, withAttributes: withAttributes)
        let dots: [(String, NodeID, off_t)] = [(".", id, 1), ("..", .root, 2)]
        for (name, id, cookie) in dots where cookie > offset {
            guard buffer.add(name, dot: id, cookie: cookie, request) else { return buffer.bytes }
        }
        var cookie = offset <= 2 ? Cookie.start : Cookie(rawValue: UInt64(offset))
        let page = withAttributes ? 64 : 256
        while true {
            let entries = try directory.entries(after: cookie, limit: page)
            for entry in entries {
                guard buffer.add(entry, request) else { return buffer.bytes }
                cookie = entry.cookie
            }
            if entries.count < page { return buffer.bytes }
        }
    }
}

/// The reply to a listing, filled until it is full.
private struct DirectoryBuffer {
    private(set) var bytes: [UInt8] = []
    let capacity: Int
    let owner: Owner
    let withAttributes: Bool

    init(capacity: Int, owner: Owner, withAttributes: Bool) {
        self.capacity = capacity
        self.owner = owner
        self.withAttributes = withAttributes
        bytes.reserveCapacity(capacity)
    }

    mutating func add(_ entry: Entry, _ request: fuse_req_t?) -> Bool {
        add(entry.name, fuse_entry_param(entry.attributes, owner: owner), off_t(entry.cookie.rawValue), request)
    }

    /// The node number stays 0: the kernel must not count these as look-ups.
    mutating func add(_ name: String, dot id: NodeID, cookie: off_t, _ request: fuse_req_t?) -> Bool {
        var entry = fuse_entry_param()
        entry.attr.st_ino = ino_t(id.rawValue)
        entry.attr.st_mode = Glibc.S_IFDIR
        return add(name, entry, cookie, request)
    }

    /// False where the entry does not fit any more.
    private mutating func add(_ name: String, _ entry: fuse_entry_param, _ cookie: off_t, _ request: fuse_req_t?)
        -> Bool
    {
        var entry = entry
        let start = bytes.count
        let room = capacity - start
        let needed =
            withAttributes
            ? fuse_add_direntry_plus(request, nil, 0, name, &entry, cookie)
            : fuse_add_direntry(request, nil, 0, name, &entry.attr, cookie)
        guard needed <= room else { return false }
        bytes.append(contentsOf: repeatElement(0, count: needed))
        bytes.withUnsafeMutableBytes { buffer in
            let target = buffer.baseAddress?.advanced(by: start).assumingMemoryBound(to: CChar.self)
            _ =
                withAttributes
                ? fuse_add_direntry_plus(request, target, needed, name, &entry, cookie)
                : fuse_add_direntry(request, target, needed, name, &entry.attr, cookie)
        }
        return true
    }
}
