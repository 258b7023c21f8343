package import SystemPackage

/// Files of /proc, whose sizes nobody knows before they are read.
package enum ProcessFile {
    /// All of it; nil where it cannot be opened, and what was read until then where it cannot be read to its end.
    package static func bytes(_ path: FilePath) -> [UInt8]? {
        guard let file = try? FileDescriptor.open(path, .readOnly) else { return nil }
        defer { try? file.close() }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while let count = try? buffer.withUnsafeMutableBytes({ try file.read(into: $0) }), count > 0 {
            bytes += buffer[..<count]
        }
        return bytes
    }
}
