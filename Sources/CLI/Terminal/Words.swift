import Glibc
import Recipe

// Numbers and times as people read them.

extension Int {
    /// With its digits in groups: `1,000`.
    var grouped: String {
        var digits = Array(String(magnitude))
        for place in stride(from: digits.count - 3, to: 0, by: -3) { digits.insert(",", at: place) }
        return (self < 0 ? "-" : "") + String(digits)
    }

    /// With the name of what is counted: `1 image`, `1,000 images`, `2 copies`.
    func of(_ singular: String, _ plural: String? = nil) -> String {
        guard self != 1 else { return "1 \(singular)" }
        if let plural { return "\(grouped) \(plural)" }
        let vowels = "aeiou"
        guard singular.last == "y", let before = singular.dropLast().last, !vowels.contains(before) else {
            return "\(grouped) \(singular)s"
        }
        return "\(grouped) \(singular.dropLast())ies"
    }

    /// Bytes: `32.2 MB`.
    var asSize: String {
        var value = Double(self)
        var unit = 0
        let units = ["B", "kB", "MB", "GB", "TB", "PB"]
        while value >= 1000, unit < units.count - 1 {
            value /= 1000
            unit += 1
        }
        return unit == 0 ? "\(self) B" : "\((value * 10).rounded() / 10) \(units[unit])"
    }

    /// Whole percents.
    func share(of total: Int) -> Int { Int(Double(self) / Double(total) * 100) }
}

extension Double {
    /// Seconds as `4:05` or `2:04:05`.
    var asMinutes: String {
        guard self < 360_000 else { return "days" }
        let seconds = Int(self)
        let two = { (number: Int) in number < 10 ? "0\(number)" : "\(number)" }
        let (hours, minutes) = (seconds / 3600, seconds / 60 % 60)
        return hours > 0 ? "\(hours):\(two(minutes)):\(two(seconds % 60))" : "\(minutes):\(two(seconds % 60))"
    }
}

extension Timestamp {
    /// For people: local, to the second, with the zone, as in `2026-11-24 09:30:11 +0100`. Programs get UTC.
    var local: String { formatted("%Y-%m-%d %H:%M:%S %z") }

    /// A date of this place, with or without a time: `2026-11-24`, `2026-11-24 09:30`, `2026-11-24 09:30:11`. Nil for anything else.
    init?(local text: String) {
        let parts = text.utf8.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false).map { part in
            part.split(omittingEmptySubsequences: false) { $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ":") }
                .map { Int(String(decoding: $0, as: UTF8.self)).flatMap { CInt(exactly: $0) } }
        }
        guard let date = parts.first?.compactMap(\.self), date.count == 3, parts[0].count == 3, parts.count <= 2 else {
            return nil
        }
        let time = parts.count == 2 ? parts[1].compactMap(\.self) : [0, 0]
        guard (2...3).contains(time.count), parts.count == 1 || time.count == parts[1].count,
            (1...31).contains(date[2]),
            (1...12).contains(date[1]), (1970...2255).contains(date[0]), (0...23).contains(time[0]),
            time.dropFirst().allSatisfy({ (0...59).contains($0) })
        else { return nil }
        var fields = tm()
        (fields.tm_year, fields.tm_mon, fields.tm_mday) = (date[0] - 1900, date[1] - 1, date[2])
        (fields.tm_hour, fields.tm_min, fields.tm_sec) = (time[0], time[1], time.count == 3 ? time[2] : 0)
        fields.tm_isdst = -1
        self.init(seconds: mktime(&fields), nanoseconds: 0)
    }

    private func formatted(_ format: String) -> String {
        var seconds = time_t(self.seconds)
        var fields = tm()
        localtime_r(&seconds, &fields)
        var buffer = [CChar](repeating: 0, count: 64)
        let count = strftime(&buffer, buffer.count, format, &fields)
        return String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
