extension Timestamp {
    /// A time as people and tools write it: RFC 3339 with `Z` or an offset, and up to nine digits of a fraction. A date alone is its
    /// beginning in UTC. Nil for anything else.
    package init?(rfc3339 text: String) {
        if text.utf8.count == 10 {
            self.init(text + "T00:00:00Z")
            return
        }
        var rest = Substring(text.uppercased())
        guard rest.utf8.count >= 20 else { return nil }
        let day = rest.prefix(10)
        let time = rest.dropFirst(11).prefix(8)
        guard rest.dropFirst(10).first == "T" || rest.dropFirst(10).first == " " else { return nil }
        rest = rest.dropFirst(19)
        var fraction = ""
        if rest.first == "." {
            fraction = String(rest.dropFirst().prefix { $0.isASCII && $0.isNumber })
            guard (1...9).contains(fraction.utf8.count) else { return nil }
            rest = rest.dropFirst(1 + fraction.utf8.count)
            fraction = "." + fraction + String(repeating: "0", count: 9 - fraction.utf8.count)
        }
        guard let local = Timestamp("\(day)T\(time)\(fraction)Z") else { return nil }
        if rest == "Z" {
            self = local
            return
        }
        let digits = rest.dropFirst().split(separator: ":").compactMap { Int($0) }
        guard rest.utf8.count == 6, let sign = rest.first, sign == "+" || sign == "-", digits.count == 2,
            (0..<24).contains(digits[0]), (0..<60).contains(digits[1])
        else { return nil }
        let offset = Int64(digits[0] * 3600 + digits[1] * 60) * 1_000_000_000
        self.init(nanoseconds: local.nanoseconds - (sign == "+" ? offset : -offset))
    }
}
