import Foundation
import Glibc
package import Recipe
import ReproFS
import Store
package import SystemPackage

/// What `lstat` tells of a path.
package struct Facts: Equatable, Sendable {
    package enum Kind: Sendable { case directory, file, link, other }
    package let kind: Kind
    package let size: Int
    package let inode: UInt64
    package let modified: Timestamp
}

/// The questions that a program asks a file system. The same test body asks the tree itself and a real mount.
package protocol TreeAccess {
    /// Names in the order of the listing, without `.` and `..`.
    func list(_ path: String) throws -> [String]
    func facts(_ path: String) throws -> Facts
    func read(_ path: String) throws -> [UInt8]
    func link(_ path: String) throws -> String
    func attributes(_ path: String) throws -> [String: String]
}

extension TreeAccess {
    package func text(_ path: String) throws -> String { String(decoding: try read(path), as: UTF8.self) }
    package func json(_ path: String) throws -> JSON { try JSONParser.parse(try read(path)) }
    package func digest(_ path: String) throws -> Digest { SHA256.digest(of: try read(path)) }
    package func exists(_ path: String) -> Bool { (try? facts(path)) != nil }

    /// Every path below `path` with its facts, directories before what is in them.
    package func walk(_ path: String = "") throws -> [(path: String, facts: Facts)] {
        try list(path).flatMap { name -> [(path: String, facts: Facts)] in
            let inner = path.isEmpty ? name : path + "/" + name
            let facts = try facts(inner)
            return [(inner, facts)] + (facts.kind == .directory ? try walk(inner) : [])
        }
    }
}

/// The tree itself, without a kernel. Pages are tiny, so that every listing is made of several.
package struct InProcessTree: TreeAccess {
    let root: Root

    package func list(_ path: String) throws -> [String] {
        guard case .directory(let directory) = try node(path, following: true) else { throw Errno.notDirectory }
        var names: [String] = []
        var cookie = Cookie.start
        while true {
            let page = try directory.entries(after: cookie, limit: 3)
            guard let last = page.last else { return names }
            for entry in page {
                // What a listing tells of an entry is what asking for the entry tells.
                let child = try directory.child(entry.name)?.inode.attributes()
                guard child == entry.attributes else { throw Errno.ioError }
            }
            names += page.map(\.name.text)
            cookie = last.cookie
        }
    }

    package func facts(_ path: String) throws -> Facts {
        let attributes = try node(path, following: false).inode.attributes()
        // The way back from the number must lead to the same node.
        guard try root.node(attributes.id).inode.attributes() == attributes else { throw Errno.ioError }
        let kind: Facts.Kind =
            switch attributes.kind {
            case .directory: .directory
            case .file: .file
            case .link: .link
            }
        return Facts(kind: kind, size: attributes.size, inode: attributes.id.rawValue, modified: attributes.modified)
    }

    package func read(_ path: String) throws -> [UInt8] {
        guard case .file(let file) = try node(path, following: true) else { throw Errno.isDirectory }
        switch try file.open() {
        case .bytes(let bytes): return bytes
        case .file(let descriptor):
            let size = try file.attributes().size
            return try FileSource(descriptor, count: size).read(at: 0, count: size)
        }
    }

    package func link(_ path: String) throws -> String {
        guard case .link(let link) = try node(path, following: false) else { throw Errno.invalidArgument }
        return try link.target()
    }

    package func attributes(_ path: String) throws -> [String: String] {
        let all = try node(path, following: true).inode.extendedAttributes()
        return Dictionary(uniqueKeysWithValues: all.map { ($0.name, String(decoding: $0.value, as: UTF8.self)) })
    }

    private func node(_ path: String, following: Bool, depth: Int = 0) throws -> Node {
        guard depth < 8 else { throw Errno.tooManySymbolicLinkLevels }
        var node = Node.directory(root)
        var walked: [EntryName] = []
        let names = try path.slashed.map { try EntryName($0) }
        for (index, name) in names.enumerated() {
            guard case .directory(let directory) = node else { throw Errno.notDirectory }
            do {
                guard let next = try directory.child(name) else { throw Errno.noSuchFileOrDirectory }
                node = next
            } catch let error as StoreError { throw Failure(error).errno }
            if case .link(let link) = node, following || index < names.count - 1 {
                var target = walked
                for part in try link.target().slashed {
                    if part == ".." { target.removeLast() } else { target.append(try EntryName(part)) }
                }
                target += names[(index + 1)...]
                return try self.node(ViewPath(target).description, following: following, depth: depth + 1)
            }
            walked.append(name)
        }
        return node
    }
}

/// A real mount, asked through the kernel.
package struct MountedTree: TreeAccess {
    package let mountPoint: FilePath
    package init(mountPoint: FilePath) { self.mountPoint = mountPoint }

    // Swift's Glibc module has no sys/xattr.h.
    private typealias ListXattr = @convention(c) (UnsafePointer<CChar>, UnsafeMutableRawPointer?, Int) -> Int
    private typealias GetXattr =
        @convention(c) (UnsafePointer<CChar>, UnsafePointer<CChar>, UnsafeMutableRawPointer?, Int) -> Int
    private static let listxattr = dlsym(nil, "listxattr").map { unsafeBitCast($0, to: ListXattr.self) }
    private static let getxattr = dlsym(nil, "getxattr").map { unsafeBitCast($0, to: GetXattr.self) }

    package func absolute(_ path: String) -> String {
        path.isEmpty ? mountPoint.string : mountPoint.string + "/" + path
    }

    package func list(_ path: String) throws -> [String] {
        guard let directory = opendir(absolute(path)) else { throw Errno(rawValue: errno) }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names
    }

    package func facts(_ path: String) throws -> Facts {
        var facts = stat()
        guard lstat(absolute(path), &facts) == 0 else { throw Errno(rawValue: errno) }
        let kind: Facts.Kind =
            switch facts.st_mode & S_IFMT {
            case S_IFDIR: .directory
            case S_IFREG: .file
            case S_IFLNK: .link
            default: .other
            }
        return Facts(
            kind: kind, size: Int(facts.st_size), inode: UInt64(facts.st_ino),
            modified: Timestamp(seconds: facts.st_mtim.tv_sec, nanoseconds: facts.st_mtim.tv_nsec))
    }

    package func read(_ path: String) throws -> [UInt8] {
        let file = try FileDescriptor.open(absolute(path), .readOnly, options: .closeOnExec)
        defer { try? file.close() }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = try buffer.withUnsafeMutableBytes { try file.read(into: $0) }
            if count == 0 { return bytes }
            bytes += buffer[..<count]
        }
    }

    package func link(_ path: String) throws -> String {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = buffer.withUnsafeMutableBytes { $0.baseAddress.map { readlink(absolute(path), $0, 4096) } ?? -1 }
        guard count >= 0 else { throw Errno(rawValue: errno) }
        return String(decoding: buffer[..<count], as: UTF8.self)
    }

    package func attributes(_ path: String) throws -> [String: String] {
        guard let listxattr = Self.listxattr, let getxattr = Self.getxattr else { throw Errno.noFunction }
        var names = [UInt8](repeating: 0, count: 4096)
        let count = names.withUnsafeMutableBytes { listxattr(absolute(path), $0.baseAddress, $0.count) }
        guard count >= 0 else { throw Errno(rawValue: errno) }
        var all: [String: String] = [:]
        for name in names[..<count].split(separator: 0).map({ String(decoding: $0, as: UTF8.self) }) {
            var value = [UInt8](repeating: 0, count: 4096)
            let size = value.withUnsafeMutableBytes { getxattr(absolute(path), name, $0.baseAddress, $0.count) }
            guard size >= 0 else { throw Errno(rawValue: errno) }
            all[name] = String(decoding: value[..<size], as: UTF8.self)
        }
        return all
    }
}
