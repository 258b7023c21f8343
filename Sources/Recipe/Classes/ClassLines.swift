import Synchronization

/// Lines of a table of classes, each parsed when its class is first needed: a graph uses few of very many.
final class ClassLines: Sendable {
    private let lines: [String: Substring]
    private let isCore: Bool
    private let known = Mutex<[String: NodeClass]>([:])

    /// Lines as `scripts/classes` writes them. If names are equal, the last line counts.
    init(_ text: String, isCore: Bool) {
        var lines: [String: Substring] = [:]
        for line in text.utf8.split(separator: UInt8(ascii: "\n")) {
            let name = line.prefix { $0 != UInt8(ascii: "\t") }
            lines[String(Substring(name))] = Substring(line)
        }
        self.lines = lines
        self.isCore = isCore
    }

    convenience init(_ text: StaticString, isCore: Bool) {
        self.init(text.withUTF8Buffer { String(decoding: $0, as: UTF8.self) }, isCore: isCore)
    }

    func named(_ name: String) -> NodeClass? {
        guard let line = lines[name] else { return nil }
        return known.withLock { known in
            if let found = known[name] { return found }
            guard let found = NodeClass(line: line, isCore: isCore) else { return nil }
            known[name] = found
            return found
        }
    }
}
