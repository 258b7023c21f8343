/// SHA-256's chaining value after every MiB of a file. With it any MiB can be checked alone, in any order and on any core; if all are
/// right, so is the digest of the whole file.
///
/// Hashing the file produces these values anyway. As bytes, a list is a header of 64 bytes (the mark, a version and the logarithm of the
/// piece size, 4 bytes each; the file's size, 8 bytes; its SHA-256; 8 zero bytes; numbers are little-endian), and 32 bytes for each piece.
/// Those of the last piece are the digest.
package struct PieceList: Sendable, Equatable {
    /// Bytes of each piece but the last: 1 MiB.
    package static let pieceSize = 1 << 20
    private static let mark = Array("REPROFSP".utf8)
    private static let headerSize = 64

    /// The file's SHA-256.
    package let digest: Digest
    /// The file's size. Bytes.
    package let size: Int
    /// 32 bytes for each piece.
    private let values: [UInt8]

    /// `values` has one for each whole piece. Nil if the file is a single piece, which the digest alone checks, or if the number of values
    /// does not match.
    init?(digest: Digest, size: Int, values: [UInt8]) {
        guard size > Self.pieceSize else { return nil }
        self.digest = digest
        self.size = size
        let count = Self.count(size)
        guard values.count >= 32 * (count - 1) else { return nil }
        self.values = values[..<(32 * (count - 1))] + digest.bytes
    }

    /// How many pieces a file of `size` bytes has.
    package static func count(_ size: Int) -> Int { size / pieceSize + (size % pieceSize > 0 ? 1 : 0) }
    /// How many bytes the list of a file of `size` bytes has.
    package static func byteCount(ofSize size: Int) -> Int { headerSize + 32 * count(size) }
    /// How many pieces the file has.
    package var count: Int { values.count / 32 }
    /// The bytes of a piece of the file.
    package func range(of piece: Int) -> Range<Int> {
        piece * Self.pieceSize..<min(size, (piece + 1) * Self.pieceSize)
    }

    /// The pieces that a range of the file's bytes lies in.
    package func pieces(of range: Range<Int>) -> Range<Int> {
        range.lowerBound / Self.pieceSize..<(range.upperBound + Self.pieceSize - 1) / Self.pieceSize
    }

    /// Whether `bytes`, all of a piece's, are the right ones. Thread-safe.
    package func holds(_ piece: Int, _ bytes: UnsafeRawBufferPointer) -> Bool {
        guard bytes.count == range(of: piece).count else { return false }
        let start = piece * Self.pieceSize
        let hash = piece == 0 ? SHA256() : SHA256(continuing: values[32 * (piece - 1)..<32 * piece], after: start)
        hash.update(bytes)
        return piece == count - 1
            ? hash.finish() == digest : hash.chainingValue.elementsEqual(values[32 * piece..<32 * (piece + 1)])
    }

    /// The list as bytes; see ``PieceList``.
    package var bytes: [UInt8] {
        func number(_ value: Int, _ bytes: Int) -> [UInt8] {
            (0..<bytes).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
        }
        return Self.mark + number(1, 4) + number(Self.pieceSize.trailingZeroBitCount, 4) + number(size, 8)
            + digest.bytes
            + number(0, 8) + values
    }

    /// Nil unless `bytes` are a list for `size` bytes with `digest`. Only the file's bytes show whether its values are right.
    package init?(bytes: [UInt8], of digest: Digest, size: Int) {
        guard bytes.count > Self.headerSize,
            let list = Self(digest: digest, size: size, values: Array(bytes[Self.headerSize...])), list.bytes == bytes
        else { return nil }
        self = list
    }
}
