/// Search by bytes: the standard library's searches whole characters, which costs a hundred times as much, and does not
/// find what an accent follows.
extension StringProtocol {
    /// Whether `part` stands anywhere in the text.
    func holds(_ part: String) -> Bool { firstPlace(of: part, from: 0) != nil }

    /// Every place of `part`, one after the other.
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
    /// Whether `part` stands anywhere in these bytes, which are many: by Horspool's method most of them are never looked at.
    func holds(_ part: String) -> Bool {
        let part = Array(part.utf8)
        guard let last = part.last, count >= part.count else { return part.isEmpty }
        // How far the part can move on when a byte stands under its end.
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
    /// The first value that `body` gives. A lazy map with `first` would ask twice for it: to find it, and to have it.
    func first<Value>(giving body: (Element) -> Value?) -> Value? {
        for element in self {
            if let value = body(element) { return value }
        }
        return nil
    }
}
