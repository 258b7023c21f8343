import Synchronization

/// Lines of a table of classes, each parsed when its class is first needed: a graph uses few of very many.
final class ClassLines: Sendable {
    private let text: [UInt8]
    private let lines: [String: Range<Int>]
    private let isCore: Bool
    private let known = Mutex<[String: NodeClass]>([:])

    /// Lines as `scripts/classes` writes them. If names are equal, the last line counts.
    convenience init(_ text: String, isCore: Bool) { self.init(Array(text.utf8), isCore: isCore) }

    private init(_ text: [UInt8], isCore: Bool) {
        self.text = text
        self.isCore = isCore
        lines = text.withUnsafeBufferPointer { bytes in
            var lines: [String: Range<Int>] = [:]
            // A line has a hundred bytes and more.
            lines.reserveCapacity(bytes.count / 100)
            var start = 0
            while start < bytes.count {
                let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
                let tab = bytes[start..<end].firstIndex(of: UInt8(ascii: "\t")) ?? end
                if start < end { lines[String(decoding: bytes[start..<tab], as: UTF8.self)] = start..<end }
                start = end + 1
            }
            return lines
        }
    }

    convenience init(_ text: StaticString, isCore: Bool) {
        self.init(text.withUTF8Buffer(Array.init), isCore: isCore)
    }

    func named(_ name: String) -> NodeClass? {
        guard let line = lines[name] else { return nil }
        return known.withLock { known in
            if let found = known[name] { return found }
            guard let found = NodeClass(line: Substring(decoding: text[line], as: UTF8.self), isCore: isCore) else {
                return nil
            }
            known[name] = found
            return found
        }
    }
}
