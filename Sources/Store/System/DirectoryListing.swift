import Glibc
import SystemPackage

/// Lists the names in a directory, sorted, without `.` and `..`.
enum DirectoryListing {
    static func names(in path: FilePath) throws(StoreError) -> [String] {
        try entries(in: path).compactMap { String(validating: $0, as: UTF8.self) }
    }

    /// The names as bytes; they need not be UTF-8.
    static func entries(in path: FilePath) throws(StoreError) -> [[UInt8]] {
        guard let directory = path.withPlatformString({ opendir($0) }) else {
            throw .system("cannot list", path, Errno(rawValue: errno))
        }
        return try entries(of: directory, path)
    }

    /// The same for an open stream, which is closed when this returns.
    static func entries(of directory: OpaquePointer, _ path: FilePath) throws(StoreError) -> [[UInt8]] {
        defer { closedir(directory) }
        var names: [[UInt8]] = []
        errno = 0
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
            if name != [0x2E] && name != [0x2E, 0x2E] { names.append(name) }
            errno = 0
        }
        guard errno == 0 else { throw .system("cannot list", path, Errno(rawValue: errno)) }
        return names.sorted { $0.lexicographicallyPrecedes($1) }
    }
}
