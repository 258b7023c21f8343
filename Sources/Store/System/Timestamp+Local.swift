import Glibc
package import Recipe

// Times as people read and write them, in the machine's time zone.

extension Timestamp {
    /// For people: local time to the second, with the zone, such as `2026-11-24 09:30:11 +0100`. Programs get UTC.
    package var local: String { formatted("%Y-%m-%d %H:%M:%S %z") }

    /// Reads a local date, with or without a time: `2026-11-24`, `2026-11-24 09:30`, `2026-11-24 09:30:11`. Nil for anything else.
    package init?(local text: String) {
        let parts = text.utf8.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false).map { part in
            part.split(omittingEmptySubsequences: false) { $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ":") }
                .map { Int(String(decoding: $0, as: UTF8.self)).flatMap { CInt(exactly: $0) } }
        }
        guard let date = parts.first?.compactMap(\.self), date.count == 3, parts[0].count == 3, parts.count <= 2 else {
            return nil
        }
        let time = parts.count == 2 ? parts[1].compactMap(\.self) : [0, 0]
        guard (2...3).contains(time.count), parts.count == 1 || time.count == parts[1].count,
            (1970...2255).contains(date[0]), (0...23).contains(time[0]),
            time.dropFirst().allSatisfy({ (0...59).contains($0) }),
            // mktime takes the thirtieth of February for a day in March.
            Timestamp(year: Int(date[0]), month: Int(date[1]), day: Int(date[2])) != nil
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
