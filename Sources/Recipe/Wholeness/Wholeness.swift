/// Whether a model's file is complete, as far as its format tells; an interrupted download may have the final name already. Source: the
/// safetensors format; APPNOTE.TXT 4.3.16 for zip archives, which torch writes; those of the formats beside this file.
package enum Wholeness {
    /// The bytes at the end of a zip archive that contain the end of its directory: 22, and a comment.
    private static let tail = 22 + 0xFFFF

    /// Why the bytes cannot be a complete model; nil if they can.
    package static func problem(_ source: some ByteSource) throws(SourceError) -> String? {
        guard source.count > 0 else { return "the file is empty" }
        let head = try source.read(at: 0, count: TorchEnd.headLength)
        if head.starts(with: zip) { return try zipProblem(source) }
        if head.starts(with: gguf) { return try GGUFEnd.problem(source) }
        if TorchEnd.isBegun(by: head) { return try TorchEnd.problem(source) }
        return try safetensorsProblem(source)
    }

    private static let zip: [UInt8] = [0x50, 0x4B, 3, 4]
    private static let gguf = Array("GGUF".utf8)

    private static func zipProblem(_ source: some ByteSource) throws(SourceError) -> String? {
        let start = max(0, source.count - tail)
        let end = try source.read(at: start, count: source.count - start)
        // The last record has 22 bytes; its last two give the length of the comment that follows.
        let isWhole = end.indices.dropLast(21).reversed().contains { place in
            end[place] == 0x50 && end[place...].starts(with: [0x50, 0x4B, 5, 6])
                && place + 22 + Int(end[place + 20]) + Int(end[place + 21]) << 8 <= end.count
        }
        return isWhole ? nil : "the zip archive has no directory at its end"
    }

    private static func safetensorsProblem(_ source: some ByteSource) throws(SourceError) -> String? {
        guard let (length, isThere) = try Safetensors.headerLength(source) else { return nil }
        guard isThere else { return "the safetensors header is cut off" }
        guard let header = (try? JSONParser.parse(try source.read(at: 8, count: length)))?.object else { return nil }
        var end = 0
        for (_, tensor) in header.members {
            if let last = tensor["data_offsets"]?.array?.last?.number?.int { end = max(end, last) }
        }
        let (needed, overflow) = end.addingReportingOverflow(8 + length)
        return overflow || source.count < needed ? "\(source.count) of \(needed) bytes are there" : nil
    }

    /// The same for a file with a name: one with the suffix of safetensors or GGUF must begin like one, and only the name tells ONNX.
    package static func problem(_ source: some ByteSource, named name: String) throws(SourceError) -> String? {
        if let problem = try problem(source) { return problem }
        if name.endsInASCII(of: ".safetensors") || name.endsInASCII(of: ".sft") {
            return try Safetensors.headerLength(source) == nil ? "it does not begin as a safetensors file does" : nil
        }
        if name.endsInASCII(of: ".onnx") { return try ONNXEnd.problem(source) }
        guard name.endsInASCII(of: ".gguf") else { return nil }
        return try source.read(at: 0, count: 4) == gguf ? nil : "it does not begin as a GGUF file does"
    }

    /// Whether the bytes begin like a model, whatever the file's name is: safetensors, GGUF, or a file by torch.
    package static func isKnownModel(_ source: some ByteSource) throws(SourceError) -> Bool {
        if try Safetensors.headerLength(source) != nil { return true }
        let head = try source.read(at: 0, count: 4)
        // From protocol 2 on, a pickle begins with its protocol.
        let isPickle = head.count == 4 && head[0] == 0x80 && (2...5).contains(head[1])
        return head == gguf || head == zip || isPickle
    }
}

/// Why the end of a file could not be found. It is not nested in the generic readers that throw it, because the
/// compiler cannot optimize that.
enum EndlessFile: Error {
    case cutOff, unknown
    case source(SourceError)

    /// What `look` finds wrong; `cutOff` where the bytes end before it has looked, and nil if it meets what is not known here.
    static func problem(
        cutOff: String, _ look: () throws(EndlessFile) -> String?
    ) throws(SourceError) -> String? {
        do { return try look() } catch {
            switch error {
            case .cutOff: return cutOff
            case .unknown: return nil
            case .source(let error): throw error
            }
        }
    }
}
