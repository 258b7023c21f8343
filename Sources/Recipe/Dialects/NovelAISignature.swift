import COpenSSL

/// NovelAI's signature of the pixels together with the record; a valid one proves both.
package enum NovelAISignature {
    /// NovelAI's public key, Ed25519. Source: `nai_sig.py` of NovelAI's image metadata scripts.
    package static let key = "Y2JcQAOhLwzwSDUJPNgL04nS0Tbqm7cSRc4xk0vRMic="

    /// The result of checking the signature.
    package enum Result: String, Sendable { case valid, invalid }

    /// Nil if there is no signature, or if the exact pixels cannot be read.
    package static func check(
        _ source: some ByteSource, _ metadata: Metadata, key: String = key
    ) throws(SourceError) -> Result? {
        guard let comment = NovelAIReader.comment(metadata), let signed = comment["signed_hash"]?.string else {
            return nil
        }
        guard let signature = base64(signed), let key = base64(key) else { return .invalid }
        let pixels = Colours()
        guard try PixelReader.read(source, metadata, pixels) else { return nil }
        var rest = comment
        rest["signed_hash"] = nil
        let message = pixels.bytes + Array(JSON.object(rest).python().utf8)
        return verify(signature, message, key) ? .valid : .invalid
    }

    private static func verify(_ signature: [UInt8], _ message: [UInt8], _ key: [UInt8]) -> Bool {
        _ = LibCrypto.stays
        guard let key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nil, key, key.count),
            let context = EVP_MD_CTX_new()
        else { return false }
        defer {
            EVP_MD_CTX_free(context)
            EVP_PKEY_free(key)
        }
        guard EVP_DigestVerifyInit(context, nil, nil, nil, key) == 1 else { return false }
        return EVP_DigestVerify(context, signature, signature.count, message, message.count) == 1
    }

    /// The red, green and blue of every pixel.
    private final class Colours: PixelReader.Visitor {
        var bytes: [UInt8] = []
        func begin(_ size: PixelReader.Size) -> Bool {
            guard size.sample == 1, size.width * size.height * 3 <= 48 << 20 else { return false }
            bytes.reserveCapacity(size.width * size.height * 3)
            return true
        }
        func row(_ rgba: UnsafeRawBufferPointer) -> Bool {
            for x in 0..<rgba.count / 4 { bytes.append(contentsOf: rgba[x * 4..<x * 4 + 3]) }
            return true
        }
    }
}
