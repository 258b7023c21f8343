/// Search by bytes: the standard library compares whole characters, which takes a hundred times as long, and does not find a text that is
/// followed by a combining accent.
extension StringProtocol {
    /// Whether the text contains `part`.
    func holds(_ part: String) -> Bool { firstPlace(of: part, from: 0) != nil }

    /// Every place of `part`, in order.
    package func places(of part: String) -> [Range<String.Index>] {
        let width = part.utf8.count
        var found: [Range<String.Index>] = []
        var next = 0
        while let offset = firstPlace(of: part, from: next) {
            let start = utf8.index(utf8.startIndex, offsetBy: offset)
            found.append(start..<utf8.index(start, offsetBy: width))
            next = offset + width
        }
        return found
    }

    private func firstPlace(of part: String, from start: Int) -> Int? {
        let found = utf8.withContiguousStorageIfAvailable { text in
            part.utf8.withContiguousStorageIfAvailable { search($0, in: text, from: start) }
                ?? search(Array(part.utf8), in: text, from: start)
        }
        return found ?? search(Array(part.utf8), in: Array(utf8), from: start)
    }
}

/// The offset of the first place of `part` in `text` from an offset on.
private func search(
    _ part: some RandomAccessCollection<UInt8>, in text: some RandomAccessCollection<UInt8>, from start: Int
) -> Int? {
    guard let first = part.first, text.count >= part.count else { return part.isEmpty ? start : nil }
    let last = text.count - part.count
    var offset = start
    while offset <= last {
        let here = text.index(text.startIndex, offsetBy: offset)
        if text[here] == first, text[here...].prefix(part.count).elementsEqual(part) { return offset }
        offset += 1
    }
    return nil
}

extension [UInt8] {
    /// Whether a long sequence of bytes contains `part`. With Horspool's method, most bytes are never compared.
    func holds(_ part: String) -> Bool {
        let part = Array(part.utf8)
        guard let last = part.last, count >= part.count else { return part.isEmpty }
        // How far the part can move on, by the byte under its end.
        var steps = [Int](repeating: part.count, count: 256)
        for (index, byte) in part.dropLast().enumerated() { steps[Int(byte)] = part.count - 1 - index }
        return withUnsafeBufferPointer { bytes in
            steps.withUnsafeBufferPointer { steps in
                var end = part.count - 1
                while end < bytes.count {
                    let byte = bytes[end]
                    if byte == last {
                        var index = 0
                        while index < part.count, bytes[end - part.count + 1 + index] == part[index] { index += 1 }
                        if index == part.count { return true }
                    }
                    end += steps[Int(byte)]
                }
                return false
            }
        }
    }
}

extension Sequence {
    /// The first value that `body` returns. A lazy map with `first` would call it twice for that element.
    func first<Value>(giving body: (Element) -> Value?) -> Value? {
        for element in self {
            if let value = body(element) { return value }
        }
        return nil
    }
}
