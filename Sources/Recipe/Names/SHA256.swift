import COpenSSL

/// libcrypto, which would tidy up as the process ends, under the hands of threads that still compute.
enum LibCrypto {
    /// To be asked before anything of it is used.
    static let stays = OPENSSL_init_crypto(UInt64(OPENSSL_INIT_NO_ATEXIT), nil) == 1
}

/// SHA-256 of bytes that arrive in parts, by libcrypto, which uses the processor's instructions for it.
package final class SHA256 {
    private var context = SHA256_CTX()
    /// Bytes so far.
    private var count = 0
    /// The chaining value after every whole piece, each 32 bytes; nil where nobody wants them.
    private var values: [UInt8]?

    /// A hash of nothing so far. With `keepsPieces`, ``finishWithPieces()`` gives the piece list as well.
    package init(keepsPieces: Bool = false) {
        _ = LibCrypto.stays
        SHA256_Init(&context)
        values = keepsPieces ? [] : nil
    }

    /// One that has hashed `count` bytes, a multiple of 64, and has come to the chaining value `value`, 32 bytes.
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

    /// What turns the place of a byte in big-endian words of 32 bits into its place in this processor's.
    private static let order = Int(littleEndian: 1) == 1 ? 3 : 0

    /// The chaining value: SHA-256's state between two blocks, 32 bytes, big-endian as in a digest.
    var chainingValue: [UInt8] {
        withUnsafeBytes(of: context.h) { state in (0..<32).map { state[$0 ^ Self.order] } }
    }

    /// Adds bytes. Not safe on several threads at once.
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

    /// The digest of all bytes so far; nothing may be added after it.
    package func finish() -> Digest {
        var bytes = [UInt8](repeating: 0, count: 32)
        guard SHA256_Final(&bytes, &context) == 1, let digest = Digest(bytes: bytes) else {
            preconditionFailure("libcrypto has no SHA-256")
        }
        return digest
    }

    /// The digest, with the list of the file's pieces where it has more than one.
    package func finishWithPieces() -> HashedBytes {
        let digest = finish()
        return HashedBytes(digest, pieces: values.flatMap { PieceList(digest: digest, size: count, values: $0) })
    }

    /// The hash of bytes that are all there.
    package static func digest(of bytes: [UInt8]) -> Digest {
        let hash = SHA256()
        bytes.withUnsafeBytes { hash.update($0) }
        return hash.finish()
    }
}

/// What hashing some bytes once came to.
package struct HashedBytes: Sendable {
    /// The SHA-256 of all of them.
    package let digest: Digest
    /// Nil where they are one piece, or nobody asked.
    package let pieces: PieceList?

    /// Bytes of which no list is wanted, or given.
    package init(_ digest: Digest, pieces: PieceList? = nil) {
        self.digest = digest
        self.pieces = pieces
    }
}
