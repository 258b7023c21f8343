extension NodeClass {
    /// A line of a table, as `scripts/lib/classes/table.py` writes it; nil if it is not one.
    convenience init?(line: Substring, isCore: Bool) {
        // Empty fields at the end may be missing, since formatters remove them.
        var parts = line.split(separator: "\t", omittingEmptySubsequences: false)
        guard (1...4).contains(parts.count), !parts[0].isEmpty, !line.hasPrefix("#") else { return nil }
        parts += [Substring](repeating: "", count: 4 - parts.count)
        let flags = parts[1].split(separator: " ")
        let letters = flags.first.map { $0.hasPrefix("pack:") ? "" : $0 } ?? ""
        let isPart = letters.contains("?")
        self.init(
            String(parts[0]), inputs: parts[2].split(separator: ";").compactMap { Input($0) },
            outputs: parts[3].split(separator: ";").map { item in
                let mark = item.utf8.lastIndex(of: UInt8(ascii: "=")) ?? item.startIndex
                return Output(name: String(item[..<mark]), type: String(item[item.utf8.index(after: mark)...]))
            }, isKnown: !isPart, isOutput: isPart ? nil : letters.contains("o"), isHosted: letters.contains("h"),
            isCore: isCore)
    }
}

extension NodeClass.Input {
    /// `name=TYPE`, with its marks.
    fileprivate init?(_ item: Substring) {
        guard let mark = item.utf8.firstIndex(of: UInt8(ascii: "=")) else { return nil }
        let name = String(item[..<mark])
        var type = item[item.utf8.index(after: mark)...]
        var options: [String]?
        if let question = type.utf8.firstIndex(of: UInt8(ascii: "?")) {
            options = type[type.utf8.index(after: question)...].split(separator: "|").map(String.init)
            type = type[..<question]
        }
        let end = type.utf8.firstIndex { "!#^~<".utf8.contains($0) } ?? type.endIndex
        let marks = type[end...].utf8
        type = type[..<end]
        if type.utf8.first == UInt8(ascii: "@") {
            let folder = String(type.dropFirst())
            self.init(name: name, type: "COMBO")
            file = folder.hasPrefix("input:") ? .input(String(folder.dropFirst(6))) : .model(folder)
        } else {
            self.init(name: name, type: String(type))
        }
        self.options = options
        for mark in marks {
            switch mark {
            case UInt8(ascii: "!"): isLines = true
            case UInt8(ascii: "#"): hasControl = true
            case UInt8(ascii: "^"): hasUpload = true
            case UInt8(ascii: "~"): isLazy = true
            default: isLinkOnly = true
            }
        }
    }
}
