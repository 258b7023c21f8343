import COpenSSL

/// libcrypto, which would tidy up as the process ends, under the hands of threads that still compute.
enum LibCrypto {
    /// To be asked before anything of it is used.
    static let stays = OPENSSL_init_crypto(UInt64(OPENSSL_INIT_NO_ATEXIT), nil) == 1
}

/// SHA-256 of bytes that arrive in pieces, by libcrypto, which uses the processor's instructions for it.
package final class SHA256 {
    private let context: OpaquePointer?

    /// A hash of nothing so far.
    package init() {
        _ = LibCrypto.stays
        context = EVP_MD_CTX_new()
        EVP_DigestInit_ex(context, EVP_sha256(), nil)
    }

    deinit { EVP_MD_CTX_free(context) }

    /// Adds bytes. Not safe on several threads at once.
    package func update(_ bytes: UnsafeRawBufferPointer) { EVP_DigestUpdate(context, bytes.baseAddress, bytes.count) }

    /// The digest of all bytes so far; nothing may be added after it.
    package func finish() -> Digest {
        var bytes = [UInt8](repeating: 0, count: 32)
        guard EVP_DigestFinal_ex(context, &bytes, nil) == 1, let digest = Digest(bytes: bytes) else {
            preconditionFailure("libcrypto has no SHA-256")
        }
        return digest
    }

    /// The hash of bytes that are all there.
    package static func digest(of bytes: [UInt8]) -> Digest {
        let hash = SHA256()
        bytes.withUnsafeBytes { hash.update($0) }
        return hash.finish()
    }
}
