import CZlib

/// The bytes of a zlib stream, at most `limit`; `complete` is false if the stream is broken or longer.
func inflate(_ compressed: ArraySlice<UInt8>, limit: Int) -> (bytes: [UInt8], complete: Bool) {
    inflate(compressed, limit: limit, windowBits: 15)
}

/// The same for a gzip file.
func gunzip(_ compressed: ArraySlice<UInt8>, limit: Int) -> (bytes: [UInt8], complete: Bool) {
    inflate(compressed, limit: limit, windowBits: 15 + 16)
}

/// The same for a deflate stream without a header, as in zip files.
func inflateRaw(_ compressed: ArraySlice<UInt8>, limit: Int) -> (bytes: [UInt8], complete: Bool) {
    inflate(compressed, limit: limit, windowBits: -15)
}

/// zlib expects a gzip header if 16 is added to the window bits.
private func inflate(
    _ compressed: ArraySlice<UInt8>, limit: Int, windowBits: Int32
) -> (bytes: [UInt8], complete: Bool) {
    var stream = z_stream()
    guard reprofs_inflate_init(&stream, windowBits) == Z_OK else { return ([], false) }
    defer { inflateEnd(&stream) }
    // In pieces: an array that grows takes up to three times the memory.
    var output = Pieces()
    var chunk = [UInt8](repeating: 0, count: 64 << 10)
    var input = Array(compressed)
    return input.withUnsafeMutableBufferPointer { source in
        stream.next_in = source.baseAddress
        stream.avail_in = uInt(source.count)
        while true {
            let (status, produced) = chunk.withUnsafeMutableBufferPointer { target in
                stream.next_out = target.baseAddress
                stream.avail_out = uInt(target.count)
                let status = inflate(&stream, Z_NO_FLUSH)
                return (status, target.count - Int(stream.avail_out))
            }
            let room = limit - output.count
            output.append(chunk[..<min(produced, room)])
            switch status {
            case Z_STREAM_END: return (output.joined(), produced <= room)
            case Z_OK where produced > 0 && output.count < limit: continue
            default: return (output.joined(), false)
            }
        }
    }
}

/// Bytes that arrive in pieces.
struct Pieces {
    private var pieces: [[UInt8]] = []
    private(set) var count = 0

    mutating func append(_ piece: ArraySlice<UInt8>) {
        pieces.append(Array(piece))
        count += piece.count
    }

    func joined() -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count)
        for piece in pieces { bytes += piece }
        return bytes
    }
}

/// The CRC-32 that PNG chunks carry, over their type and data.
func crc32(_ bytes: ArraySlice<UInt8>, _ more: [UInt8]) -> UInt32 {
    let first = bytes.withUnsafeBufferPointer { CZlib.crc32(0, $0.baseAddress, uInt($0.count)) }
    return UInt32(more.withUnsafeBufferPointer { CZlib.crc32(first, $0.baseAddress, uInt($0.count)) })
}
