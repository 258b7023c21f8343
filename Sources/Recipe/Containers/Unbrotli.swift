import CBrotli

/// The bytes of a Brotli stream, at most `limit`; `complete` is false if the stream is broken or longer.
func unbrotli(_ compressed: ArraySlice<UInt8>, limit: Int) -> (bytes: [UInt8], complete: Bool) {
    guard let state = BrotliDecoderCreateInstance(nil, nil, nil) else { return ([], false) }
    defer { BrotliDecoderDestroyInstance(state) }
    var output = Pieces()
    var chunk = [UInt8](repeating: 0, count: 64 << 10)
    return compressed.withUnsafeBufferPointer { source in
        var available = source.count
        var next = source.baseAddress
        while true {
            let (status, produced) = chunk.withUnsafeMutableBufferPointer { target in
                var room = target.count
                var out = target.baseAddress
                let status = BrotliDecoderDecompressStream(state, &available, &next, &room, &out, nil)
                return (status, target.count - room)
            }
            let room = limit - output.count
            output.append(chunk[..<min(produced, room)])
            if status == BROTLI_DECODER_RESULT_SUCCESS { return (output.joined(), produced <= room) }
            guard status == BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT, output.count < limit else {
                return (output.joined(), false)
            }
        }
    }
}
