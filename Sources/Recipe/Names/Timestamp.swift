/// A point in time: nanoseconds since 1970 in UTC.
package struct Timestamp: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// Since 1970-01-01 00:00:00 UTC, without leap seconds.
    package let nanoseconds: Int64

    /// The smallest difference between times that a program can see which holds them as seconds in floating point, as Python's `getmtime`
    /// does: until 2106, such a number is exact to half of this. Nanoseconds.
    package static let visibleStep: Int64 = 1000

    /// This time, or the nearest one that programs can distinguish from `other`.
    package func distinct(from other: Timestamp) -> Timestamp {
        let (difference, isFar) = nanoseconds.subtractingReportingOverflow(other.nanoseconds)
        guard !isFar, difference.magnitude < Self.visibleStep.magnitude else { return self }
        return Timestamp(nanoseconds: other.nanoseconds.addingReportingOverflow(Self.visibleStep).partialValue)
    }

    package init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }
    /// From the two parts of a `timespec`; clamped to ``range``.
    package init(seconds: Int, nanoseconds: Int) {
        let (scaled, isTooFar) = Int64(seconds).multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, isJustTooFar) = scaled.addingReportingOverflow(Int64(nanoseconds))
        let wanted = isTooFar || isJustTooFar ? (seconds < 0 ? .min : .max) : sum
        self.nanoseconds = min(max(wanted, Self.range.lowerBound), Self.range.upperBound)
    }

    /// From 1748 to 2255: differences from and sums with the present time fit into 64 bits. Nanoseconds.
    package static let range: ClosedRange<Int64> = -7_000_000_000_000_000_000...9_000_000_000_000_000_000

    /// The beginning of a day; nil if there is no such day.
    package init?(year: Int, month: Int, day: Int) {
        let digits = { (number: Int, width: Int) in
            String(repeating: "0", count: max(0, width - String(number).count)) + String(number)
        }
        self.init("\(digits(year, 4))-\(digits(month, 2))-\(digits(day, 2))T00:00:00Z")
    }

    /// Whole seconds since 1970, rounded down.
    package var seconds: Int {
        Int(nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000).quotient) - (remainder < 0 ? 1 : 0)
    }
    /// Nanoseconds within the second, 0 to 999,999,999.
    package var fraction: Int { Int(remainder < 0 ? remainder + 1_000_000_000 : remainder) }
    private var remainder: Int64 { nanoseconds % 1_000_000_000 }

    package static func < (a: Self, b: Self) -> Bool { a.nanoseconds < b.nanoseconds }

    /// RFC 3339 in UTC; with a fraction only if it is not zero.
    package var description: String {
        let days = (seconds - floorModulo(seconds, 86_400)) / 86_400
        let second = floorModulo(seconds, 86_400)
        let (year, month, day) = civil(days)
        var text = pad(year, 4) + "-" + pad(month, 2) + "-" + pad(day, 2)
        text += "T" + pad(second / 3600, 2) + ":" + pad(second / 60 % 60, 2) + ":" + pad(second % 60, 2)
        if fraction > 0 { text += "." + pad(fraction, 9) }
        return text + "Z"
    }

    /// For people: to the second.
    package var brief: String { String(description.prefix(19)).replacing("T", with: " ") }

    /// Nil unless `text` is what ``description`` returns.
    package init?(_ text: String) {
        let fields = text.split { "-T:.Z".contains($0) }
        // The widths limit the numbers, so that no arithmetic below overflows.
        guard text.hasSuffix("Z"), fields.map(\.utf8.count) == [4, 2, 2, 2, 2, 2] + (fields.count == 7 ? [9] : [])
        else { return nil }
        let numbers = fields.compactMap { Int($0) }
        guard numbers.count == fields.count, (1...12).contains(numbers[1]) else { return nil }
        let days = Self.days(year: numbers[0], month: numbers[1], day: numbers[2])
        let second = days * 86_400 + numbers[3] * 3600 + numbers[4] * 60 + numbers[5]
        self.init(seconds: second, nanoseconds: numbers.count == 7 ? numbers[6] : 0)
        guard description == text else { return nil }
    }

    /// Days since 1970 of a date in the proleptic Gregorian calendar, by the method of 400-year eras.
    private static func days(year: Int, month: Int, day: Int) -> Int {
        let year = month <= 2 ? year - 1 : year
        let era = (year - floorModulo(year, 400)) / 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let yearOfEra = year - era * 400
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    private func civil(_ days: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = days + 719_468
        let dayOfEra = floorModulo(shifted, 146_097)
        let era = (shifted - dayOfEra) / 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }

    private func pad(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}

private func floorModulo(_ a: Int, _ b: Int) -> Int { ((a % b) + b) % b }
