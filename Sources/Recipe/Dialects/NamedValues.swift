/// The values of a record by their names, which tools spell in different ways: `cfg_scale`, `CFG scale`, `cfgscale`.
struct NamedValues {
    private var values: [String: JSON] = [:]

    init(_ object: JSON.Object) {
        for (key, value) in object.members where value != .null { values[Self.plain(key)] = value }
    }

    init(_ pairs: [(key: String, value: String)]) {
        for (key, value) in pairs where values[Self.plain(key)] == nil { values[Self.plain(key)] = .string(value) }
    }

    /// The texts of a file by their keys; of equal keys, the first one counts.
    init(_ metadata: Metadata) {
        self.init(metadata.fields.map { ($0.key, String(decoding: $0.bytes, as: UTF8.self)) })
    }

    /// Only the letters and digits, in lower case.
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

    /// A seed, which is an integer; minus one means a random one and gives nil.
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
    /// A number, or a text that is one; nil for anything else, and for `NaN` and infinities.
    var numeric: Number? {
        let number = number ?? string.flatMap { try? JSONParser.parse($0.trimmingBlanks) }?.number
        return number.flatMap { $0.double == nil && !$0.isInteger ? nil : $0 }
    }
}
