/// The values of a record that names them, whatever the tool's habits of spelling: `cfg_scale`, `CFG scale`, `cfgscale`.
struct NamedValues {
    private var values: [String: JSON] = [:]

    init(_ object: JSON.Object) {
        for (key, value) in object.members where value != .null { values[Self.plain(key)] = value }
    }

    init(_ pairs: [(key: String, value: String)]) {
        for (key, value) in pairs where values[Self.plain(key)] == nil { values[Self.plain(key)] = .string(value) }
    }

    /// Texts of a file, each by its key; the first of equal ones counts.
    init(_ metadata: Metadata) {
        self.init(metadata.fields.map { ($0.key, String(decoding: $0.bytes, as: UTF8.self)) })
    }

    /// Letters and digits alone, in lower case.
    static func plain(_ key: String) -> String {
        String(key.lowercased().unicodeScalars.filter { $0.properties.isAlphabetic || ("0"..."9").contains($0) })
    }

    func has(_ names: String...) -> Bool { names.contains { values[$0] != nil } }
    func value(_ names: String...) -> JSON? { names.first(giving: { values[$0] }) }
    var all: [(key: String, value: JSON)] { values.sorted { $0.key < $1.key }.map { ($0.key, $0.value) } }

    func text(_ names: String...) -> String? {
        names.lazy.compactMap { values[$0] }.compactMap { $0.string ?? $0.number?.literal }.first { !$0.isEmpty }
    }

    func number(_ names: String...) -> JSON.Number? {
        names.first(giving: { values[$0]?.numeric })
    }

    /// A seed: an exact whole number. Minus one stands for "any".
    func seed(_ names: String...) -> JSON.Number? {
        names.lazy.compactMap { values[$0]?.numeric }.first { $0.isInteger && !$0.isNegative }
    }

    /// `512x768`, `(512, 768)` or two members.
    func size() -> (width: JSON.Number?, height: JSON.Number?) {
        if let width = number("width", "w"), let height = number("height", "h") { return (width, height) }
        guard let text = text("size", "resolution") else { return (nil, nil) }
        let numbers = text.split { !($0.isASCII && $0.isNumber) }.map { JSON.Number(literal: String($0)) }
        return numbers.count == 2 ? (numbers[0], numbers[1]) : (nil, nil)
    }
}

extension JSON {
    /// A number, also one that was written as text; nil for what is none, `NaN` and the infinities too.
    var numeric: Number? {
        let number = number ?? string.flatMap { try? JSONParser.parse($0.trimmingBlanks) }?.number
        return number.flatMap { $0.double == nil && !$0.isInteger ? nil : $0 }
    }
}
