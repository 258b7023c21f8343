import GRDB
package import Recipe

/// How fast a store grows, by what was recorded of its versions.
package struct Growth: Sendable {
    package let bytesPerDay: Int
    /// Days over which that was seen.
    package let days: Int

    /// After so many days what is free is full; nil where it does not grow.
    package func daysLeft(free: Int) -> Int? { bytesPerDay > 0 ? free / bytesPerDay : nil }

    /// Who is warned has so many days left, or fewer.
    private static let near = 14

    /// A warning, where the disk is full soon; nil where it is not.
    package func warning(free: Int) -> String? {
        guard let left = daysLeft(free: free), left <= Self.near else { return nil }
        let tenths = bytesPerDay / 100_000_000
        let size = tenths >= 10 ? "\(tenths / 10).\(tenths % 10) GB" : "\(max(1, bytesPerDay / 1_000_000)) MB"
        let when = left == 0 ? "within a day" : left == 1 ? "in a day" : "in \(left) days"
        return """
            the disk is full \(when) if the store grows as in the last \(days) days, by \(size) a day; \
            'reprofs gc --superseded-older-than 30d --dry-run' says what can go
            """
    }
}

extension Store {
    private static let day: Int64 = 86_400 * 1_000_000_000

    /// Bytes that may still be written to the store's disk by this user.
    package var freeBytes: Int {
        get throws(StoreError) {
            let space = try space()
            return Int(clamping: space.available) * Int(space.blockSize)
        }
    }

    /// How fast it grew in the last four weeks. What came on its first day was there before it, and says nothing of a rate; nil where
    /// less than three days are left then.
    package func growth(until now: Timestamp = .now()) throws(StoreError) -> Growth? {
        let first = try one("SELECT min(recorded) AS first FROM version", []) { try $0.value("first") as Int64? } ?? nil
        guard let first else { return nil }
        let start = max(now.nanoseconds - 28 * Self.day, first + Self.day)
        let days = Int((now.nanoseconds - start) / Self.day)
        guard days >= 3 else { return nil }
        let bytes = try one(
            """
            SELECT coalesce(sum(size), 0) AS bytes FROM servedBlob
            WHERE (SELECT min(recorded) FROM version WHERE version.blob = servedBlob.id) >= ?
            """, [start]
        ) { try $0.value("bytes") as Int }
        return Growth(bytesPerDay: (bytes ?? 0) / days, days: days)
    }
}
