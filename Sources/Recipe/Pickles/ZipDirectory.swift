/// The files in the central directory of a zip archive, as PyTorch reads it.
///
/// Source: PKWARE's APPNOTE 6.3.10, sections 4.3.7 to 4.3.16 and 4.5.3.
struct ZipDirectory {
    struct File {
        let name: String
        /// The compression method: 0 for none, 8 for deflate.
        let method: Int
        /// The compressed size, and the offset of the local header. Bytes.
        let size, offset: Int

        /// The file's contents; nil if they are broken, longer than `limit`, or compressed by a method that PyTorch does not read either.
        func bytes(in source: some ByteSource, limit: Int) throws(SourceError) -> [UInt8]? {
            guard offset <= source.count else { return nil }
            let header = try source.read(at: offset, count: 30)
            guard header.count == 30, header.starts(with: [0x50, 0x4B, 3, 4]), size <= limit else { return nil }
            let start = offset + 30 + littleEndian(header[26..<28]) + littleEndian(header[28..<30])
            guard start <= source.count, size <= source.count - start else { return nil }
            let stored = try source.read(at: start, count: size)
            switch method {
            case 0: return stored
            case 8:
                let (bytes, isComplete) = inflateRaw(stored[...], limit: limit)
                return isComplete ? bytes : nil
            default: return nil
            }
        }
    }

    /// The longest directory that is read; models have shorter ones. Bytes.
    private static let limit = 16 << 20

    /// Nil if the archive has no directory that can be read.
    static func read(_ source: some ByteSource) throws(SourceError) -> [File]? {
        let tailStart = max(0, source.count - 65_557)
        let tail = try source.read(at: tailStart, count: source.count - tailStart)
        guard let end = lastPlace(of: [0x50, 0x4B, 5, 6], in: tail), end + 22 <= tail.count else { return nil }
        var size = littleEndian(tail[end + 12..<end + 16])
        var offset = littleEndian(tail[end + 16..<end + 20])
        if end >= 20, tail[(end - 20)...].starts(with: [0x50, 0x4B, 6, 7]) {
            let place = littleEndian(tail[end - 12..<end - 4])
            guard place >= 0, place <= source.count else { return nil }
            let record = try source.read(at: place, count: 56)
            guard record.count == 56, record.starts(with: [0x50, 0x4B, 6, 6]) else { return nil }
            size = littleEndian(record[40..<48])
            offset = littleEndian(record[48..<56])
        }
        guard size >= 0, offset >= 0, size <= limit, offset <= source.count, size <= source.count - offset else {
            return nil
        }
        return files(in: try source.read(at: offset, count: size))
    }

    private static func files(in directory: [UInt8]) -> [File]? {
        var files: [File] = []
        var at = 0
        while at < directory.count {
            guard at + 46 <= directory.count, directory[at...].starts(with: [0x50, 0x4B, 1, 2]) else { return nil }
            let lengths = [28, 30, 32].map { littleEndian(directory[at + $0..<at + $0 + 2]) }
            let extraStart = at + 46 + lengths[0]
            let next = extraStart + lengths[1] + lengths[2]
            guard next <= directory.count else { return nil }
            var size = littleEndian(directory[at + 20..<at + 24])
            var offset = littleEndian(directory[at + 42..<at + 46])
            let full = littleEndian(directory[at + 24..<at + 28])
            let wide = zip64(directory[extraStart..<extraStart + lengths[1]], [full, size, offset])
            if size == 0xFFFF_FFFF { size = wide?[1] ?? -1 }
            if offset == 0xFFFF_FFFF { offset = wide?[2] ?? -1 }
            guard size >= 0, offset >= 0 else { return nil }
            files.append(
                File(
                    name: String(decoding: directory[at + 46..<extraStart], as: UTF8.self),
                    method: littleEndian(directory[at + 10..<at + 12]), size: size, offset: offset))
            at = next
        }
        return files
    }

    /// Replaces the numbers that do not fit 32 bits by those in the ZIP64 extra field, in order.
    private static func zip64(_ extra: ArraySlice<UInt8>, _ numbers: [Int]) -> [Int]? {
        var rest = extra
        while rest.count >= 4 {
            let start = rest.startIndex
            let length = littleEndian(rest[start + 2..<start + 4])
            guard rest.count >= 4 + length else { return nil }
            var field = rest[start + 4..<start + 4 + length]
            if littleEndian(rest[start..<start + 2]) == 1 {
                return numbers.map { number in
                    guard number == 0xFFFF_FFFF, field.count >= 8 else { return number }
                    defer { field = field.dropFirst(8) }
                    return littleEndian(field.prefix(8))
                }
            }
            rest = rest.dropFirst(4 + length)
        }
        return nil
    }

    private static func lastPlace(of mark: [UInt8], in bytes: [UInt8]) -> Int? {
        guard bytes.count >= mark.count else { return nil }
        return stride(from: bytes.count - mark.count, through: 0, by: -1).first { bytes[$0...].starts(with: mark) }
    }
}
