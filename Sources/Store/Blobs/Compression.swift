import CZstd

/// zstd for the documents that live in the catalogue.
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

    /// Nil where `compressed` is damaged or does not give `size` bytes.
    static func decompress(_ compressed: [UInt8], size: Int) -> [UInt8]? {
        let bytes = [UInt8](unsafeUninitializedCapacity: max(1, size)) { buffer, filled in
            let got = compressed.withUnsafeBytes { ZSTD_decompress(buffer.baseAddress, size, $0.baseAddress, $0.count) }
            filled = ZSTD_isError(got) == 0 ? got : 0
        }
        return bytes.count == size ? bytes : nil
    }
}
