// Formats numbers for people.

extension Int {
    /// With its digits in groups: `1,000`.
    package var grouped: String {
        var digits = Array(String(magnitude))
        for place in stride(from: digits.count - 3, to: 0, by: -3) { digits.insert(",", at: place) }
        return (self < 0 ? "-" : "") + String(digits)
    }

    /// With the name of what is counted: `1 image`, `1,000 images`, `2 copies`.
    package func of(_ singular: String, _ plural: String? = nil) -> String {
        guard self != 1 else { return "1 \(singular)" }
        if let plural { return "\(grouped) \(plural)" }
        let vowels = "aeiou"
        guard singular.last == "y", let before = singular.dropLast().last, !vowels.contains(before) else {
            return "\(grouped) \(singular)s"
        }
        return "\(grouped) \(singular.dropLast())ies"
    }

    /// As a size in bytes: `32.2 MB`.
    package var asSize: String {
        var value = Double(self)
        var unit = 0
        let units = ["B", "kB", "MB", "GB", "TB", "PB"]
        while value >= 1000, unit < units.count - 1 {
            value /= 1000
            unit += 1
        }
        return unit == 0 ? "\(self) B" : "\((value * 10).rounded() / 10) \(units[unit])"
    }

    /// The percentage of `total`, rounded down.
    package func share(of total: Int) -> Int { Int(Double(self) / Double(total) * 100) }
}
