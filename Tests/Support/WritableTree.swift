import Foundation
package import Glibc
package import Recipe
package import Store
package import SystemPackage

/// What programs do to a directory, by path; each call is one system call or one obvious sequence, and fails with its errno.
package struct WritableTree: Sendable {
    package let root: FilePath
    package init(_ root: FilePath) { self.root = root }

    package func path(_ name: String) -> String { root.string + "/" + name }

    /// Opens, writes everything from the beginning, closes.
    package func write(_ bytes: [UInt8], to name: String) throws {
        let file = try FileDescriptor.open(
            path(name), .writeOnly, options: [.create, .truncate, .closeOnExec],
            permissions: [.ownerReadWrite, .groupRead, .otherRead])
        do { try file.writeAll(bytes) } catch {
            try? file.close()
            throw error
        }
        try file.close()
    }

    /// Writes into the middle of a file.
    package func patch(_ bytes: [UInt8], at offset: Int, of name: String) throws {
        let file = try FileDescriptor.open(path(name), .readWrite, options: .closeOnExec)
        defer { try? file.close() }
        _ = try file.writeAll(toAbsoluteOffset: Int64(offset), bytes)
    }

    package func read(_ name: String) throws -> [UInt8] {
        let file = try FileDescriptor.open(path(name), .readOnly, options: .closeOnExec)
        defer { try? file.close() }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = try buffer.withUnsafeMutableBytes { try file.read(into: $0) }
            if count == 0 { return bytes }
            bytes += buffer[..<count]
        }
    }

    package func stat(_ name: String) throws -> stat {
        var facts = Glibc.stat()
        try check(lstat(path(name), &facts))
        return facts
    }

    package func exists(_ name: String) -> Bool { (try? stat(name)) != nil }
    package func inode(_ name: String) throws -> UInt64 { UInt64(try stat(name).st_ino) }
    package func names(_ name: String = "") throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: path(name)).sorted()
    }

    package func makeDirectory(_ name: String) throws { try check(mkdir(path(name), 0o755)) }
    package func rename(_ old: String, to new: String) throws { try check(Glibc.rename(path(old), path(new))) }
    package func remove(_ name: String) throws { try check(unlink(path(name))) }
    package func removeDirectory(_ name: String) throws { try check(rmdir(path(name))) }
    package func truncate(_ name: String, to size: Int) throws { try check(Glibc.truncate(path(name), off_t(size))) }
    package func link(_ name: String, to target: String) throws { try check(symlink(target, path(name))) }
    package func setMode(_ name: String, _ mode: mode_t) throws { try check(chmod(path(name), mode)) }

    /// Opens for appending, writes, closes.
    package func append(_ bytes: [UInt8], to name: String) throws {
        let file = try FileDescriptor.open(path(name), .writeOnly, options: [.append, .closeOnExec])
        defer { try? file.close() }
        try file.writeAll(bytes)
    }

    /// Every path with what a plain directory would have too: kind, mode, size, bytes or target.
    package func contents(_ directory: String = "") throws -> [String] {
        try names(directory).flatMap { name -> [String] in
            let inner = directory.isEmpty ? name : directory + "/" + name
            let facts = try stat(inner)
            switch facts.st_mode & S_IFMT {
            case S_IFDIR: return ["\(inner)/ \(facts.st_mode & 0o7777)"] + (try contents(inner))
            case S_IFLNK:
                return ["\(inner) -> \(try FileManager.default.destinationOfSymbolicLink(atPath: path(inner)))"]
            default:
                let bytes = try read(inner)
                return ["\(inner) \(facts.st_mode & 0o7777) \(facts.st_size) \(SHA256.digest(of: bytes).autoV2)"]
            }
        }
    }

    private func check(_ result: CInt) throws { if result != 0 { throw Errno(rawValue: errno) } }
}

/// A model as the store knows it.
extension Store {
    /// The digests of a model's versions, in order.
    package func digests(of name: String) throws -> [Digest] {
        var all: [Digest] = []
        let wanted = ViewPath(parsing: name)
        try forEachVersion(of: name) {
            if ViewPath(parsing: "\($0.folder)/\($0.name)") == wanted { all.append($0.sha256) }
        }
        return all
    }

    /// The number of the version that a model's name holds.
    package func liveVersion(of name: String) throws -> Int? {
        var live: Int?
        let wanted = ViewPath(parsing: name)
        try forEachVersion(of: name) {
            if ViewPath(parsing: "\($0.folder)/\($0.name)") == wanted, $0.isLive { live = $0.number }
        }
        return live
    }

    /// Every file of `blobs` still has the digest that it is named by.
    package func everyBlobIsWhole() throws -> Bool {
        let directory = path.appending("blobs/sha256")
        for name in try FileManager.default.contentsOfDirectory(atPath: directory.string) {
            guard try digest(ofFile: directory.appending(name))?.hex == name else { return false }
        }
        return true
    }
}
