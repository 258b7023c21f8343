/// Bytes that a container reader may read at any offset: a file, or an array in tests.
///
/// It keeps readers pure and their memory bounded: nobody reads a whole video to find its tags.
package protocol ByteSource {
    /// Bytes in all.
    var count: Int { get }
    /// The bytes from `offset`, fewer than `count` only at the end.
    func read(at offset: Int, count: Int) throws(SourceError) -> [UInt8]
}

/// The file could not be read.
package struct SourceError: Error, CustomStringConvertible {
    package let description: String
    package init(_ description: String) { self.description = description }
}

/// Bytes in memory.
package struct MemorySource: ByteSource {
    private let bytes: [UInt8]
    package init(_ bytes: [UInt8]) { self.bytes = bytes }
    package var count: Int { bytes.count }
    package func read(at offset: Int, count: Int) -> [UInt8] {
        guard offset < bytes.count, count > 0 else { return [] }
        return Array(bytes[offset..<min(bytes.count, offset + count)])
    }
}
