import CFuse
import Glibc
import Recipe

extension Mount {
    /// One buffer of a listing, as `readdir` or `readdirplus` returns it. `offset` is the cookie of the last entry that was read; `.` and
    /// `..` come first and have the cookies 1 and 2, which no row has.
    func list(
        _ id: NodeID, after offset: off_t, size: Int, _ request: fuse_req_t?, withAttributes: Bool
    ) throws -> ArraySlice<UInt8> {
        var buffer = DirectoryBuffer(capacity: size, owner, withAttributes: withAttributes)
        let directory = try root.directory(id)
        let dots: [(String, NodeID, off_t)] = [(".", id, 1), ("..", .root, 2)]
        for (name, id, cookie) in dots where cookie > offset {
            guard buffer.add(name, dot: id, cookie: cookie, request) else { return buffer.bytes }
        }
        var cookie = offset <= 2 ? Cookie.start : Cookie(rawValue: UInt64(offset))
        // About as many entries as fit if names have twenty bytes.
        let page = min(max(16, size / (withAttributes ? 176 : 48)), 1024)
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
    private var buffer: [UInt8]
    private var count = 0
    let owner: Owner
    let withAttributes: Bool

    init(capacity: Int, _ owner: Owner, withAttributes: Bool) {
        self.owner = owner
        self.withAttributes = withAttributes
        buffer = [UInt8](repeating: 0, count: capacity)
    }

    var bytes: ArraySlice<UInt8> { buffer[..<count] }

    mutating func add(_ entry: Entry, _ request: fuse_req_t?) -> Bool {
        add(entry.name.text, fuse_entry_param(entry.attributes, owner), off_t(entry.cookie.rawValue), request)
    }

    /// The node number stays 0, so that the kernel does not count these as look-ups.
    mutating func add(_ name: String, dot id: NodeID, cookie: off_t, _ request: fuse_req_t?) -> Bool {
        var entry = fuse_entry_param()
        entry.attr.st_ino = ino_t(id.rawValue)
        entry.attr.st_mode = Glibc.S_IFDIR
        return add(name, entry, cookie, request)
    }

    /// False if the entry does not fit; nothing is written then.
    private mutating func add(_ name: String, _ entry: fuse_entry_param, _ cookie: off_t, _ request: fuse_req_t?)
        -> Bool
    {
        var entry = entry
        let room = buffer.count - count
        let needed = buffer.withUnsafeMutableBytes { [count, withAttributes] buffer in
            let target = buffer.baseAddress?.advanced(by: count).assumingMemoryBound(to: CChar.self)
            return withAttributes
                ? fuse_add_direntry_plus(request, target, room, name, &entry, cookie)
                : fuse_add_direntry(request, target, room, name, &entry.attr, cookie)
        }
        guard needed <= room else { return false }
        count += needed
        return true
    }
}
