import COpenSSL

/// libcrypto, without its cleanup at exit, which would run while threads still compute.
enum LibCrypto {
    /// Must be read before libcrypto is used.
    static let stays = OPENSSL_init_crypto(UInt64(OPENSSL_INIT_NO_ATEXIT), nil) == 1
}

/// SHA-256 of bytes that arrive in parts. libcrypto uses the processor's instructions for it.
package final class SHA256 {
    private var context = SHA256_CTX()
    /// How many bytes have been added.
    private var count = 0
    /// The chaining value after every whole piece, 32 bytes each; nil if they are not wanted.
    private var values: [UInt8]?

    /// A hash of no bytes. With `keepsPieces`, ``finishWithPieces()`` also returns the piece list.
    package init(keepsPieces: Bool = false) {
        _ = LibCrypto.stays
        SHA256_Init(&context)
        values = keepsPieces ? [] : nil
    }

    /// Continues after `count` bytes, a multiple of 64, from the chaining value `value`, 32 bytes.
    init(continuing value: some Sequence<UInt8>, after count: Int) {
        _ = LibCrypto.stays
        SHA256_Init(&context)
        self.count = count
        let bits = UInt64(count) << 3
        context.Nl = UInt32(truncatingIfNeeded: bits)
        context.Nh = UInt32(bits >> 32)
        withUnsafeMutableBytes(of: &context.h) { state in
            for (index, byte) in value.enumerated() { state[index ^ Self.order] = byte }
        }
    }

    /// Combined with the place of a byte in big-endian 32-bit words, gives its place in this processor's words.
    private static let order = Int(littleEndian: 1) == 1 ? 3 : 0

    /// The chaining value: SHA-256's state between two blocks, 32 bytes, big-endian as in a digest.
    var chainingValue: [UInt8] {
        withUnsafeBytes(of: context.h) { state in (0..<32).map { state[$0 ^ Self.order] } }
    }

    /// Adds bytes. Not thread-safe.
    package func update(_ bytes: UnsafeRawBufferPointer) {
        guard values != nil else { return add(bytes) }
        var rest = bytes[...]
        while !rest.isEmpty {
            let room = PieceList.pieceSize - count % PieceList.pieceSize
            add(UnsafeRawBufferPointer(rebasing: rest.prefix(room)))
            rest = rest.dropFirst(room)
            if count % PieceList.pieceSize == 0 { values?.append(contentsOf: chainingValue) }
        }
    }

    private func add(_ bytes: UnsafeRawBufferPointer) {
        SHA256_Update(&context, bytes.baseAddress, bytes.count)
        count += bytes.count
    }

    /// The digest of all bytes; nothing may be added afterwards.
    package func finish() -> Digest {
        var bytes = [UInt8](repeating: 0, count: 32)
        guard SHA256_Final(&bytes, &context) == 1, let digest = Digest(bytes: bytes) else {
            preconditionFailure("libcrypto has no SHA-256")
        }
        return digest
    }

    /// The digest, with the list of the file's pieces if it has more than one.
    package func finishWithPieces() -> HashedBytes {
        let digest = finish()
        return HashedBytes(digest, pieces: values.flatMap { PieceList(digest: digest, size: count, values: $0) })
    }

    /// The digest of bytes in memory.
    package static func digest(of bytes: [UInt8]) -> Digest {
        let hash = SHA256()
        bytes.withUnsafeBytes { hash.update($0) }
        return hash.finish()
    }
}

/// The result of hashing bytes once.
package struct HashedBytes: Sendable {
    /// The SHA-256 of all bytes.
    package let digest: Digest
    /// Nil if they are a single piece, or pieces were not wanted.
    package let pieces: PieceList?

    /// A digest without a list of pieces.
    package init(_ digest: Digest, pieces: PieceList? = nil) {
        self.digest = digest
        self.pieces = pieces
    }
}
