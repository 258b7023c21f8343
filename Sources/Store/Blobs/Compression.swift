import CZstd

/// zstd for the documents in the catalogue.
enum Compression {
    static func compress(_ bytes: [UInt8]) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: ZSTD_compressBound(bytes.count)) { buffer, filled in
            let size = bytes.withUnsafeBytes {
                ZSTD_compress(buffer.baseAddress, buffer.count, $0.baseAddress, $0.count, 3)
            }
            precondition(ZSTD_isError(size) == 0, "zstd refuses a buffer of the size that it asked for")
            filled = size
        }
    }

    /// No document is larger than this. Bytes.
    private static let limit = 256 << 20

    /// Spare decompression contexts: making one takes longer than reading a recipe. They are kept as addresses, not for each thread, since
    /// threads come and go.
    private static let contexts = Lock(.spare, [UInt]())

    /// Nil if `compressed` is damaged or does not decompress to `size` bytes.
    static func decompress(_ compressed: [UInt8], size: Int) -> [UInt8]? {
        guard 0...limit ~= size else { return nil }
        let kept = contexts.withLock { $0.popLast() }
        guard let context = kept.flatMap({ OpaquePointer(bitPattern: $0) }) ?? ZSTD_createDCtx() else { return nil }
        defer { contexts.withLock { $0.append(UInt(bitPattern: context)) } }
        let bytes = [UInt8](unsafeUninitializedCapacity: max(1, size)) { buffer, filled in
            let got = compressed.withUnsafeBytes {
                ZSTD_decompressDCtx(context, buffer.baseAddress, size, $0.baseAddress, $0.count)
            }
            filled = ZSTD_isError(got) == 0 ? got : 0
        }
        return bytes.count == size ? bytes : nil
    }
}
