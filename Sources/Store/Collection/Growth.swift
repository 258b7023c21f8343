import GRDB
package import Recipe

/// How fast a store grows, judging by when its versions were recorded.
package struct Growth: Sendable {
    package let bytesPerDay: Int
    /// The number of days that were observed.
    package let days: Int

    /// In how many days the free space is used up; nil if the store does not grow.
    package func daysLeft(free: Int) -> Int? { bytesPerDay > 0 ? free / bytesPerDay : nil }

    /// A warning is given when this many days or fewer are left.
    private static let near = 14

    /// A warning if the disk will be full soon; nil if not.
    package func warning(free: Int) -> String? {
        guard let left = daysLeft(free: free), left <= Self.near else { return nil }
        let tenths = bytesPerDay / 100_000_000
        let size = tenths >= 10 ? "\(tenths / 10).\(tenths % 10) GB" : "\(max(1, bytesPerDay / 1_000_000)) MB"
        let when = left == 0 ? "within a day" : left == 1 ? "in a day" : "in \(left) days"
        return """
            the disk is full \(when) if the store grows as in the last \(days) days, by \(size) a day; \
            '\(ShellCommand.reprofs("gc --superseded-older-than 30d --dry-run"))' says what can go
            """
    }
}

extension Store {
    private static let day: Int64 = 86_400 * 1_000_000_000

    /// How much this user may still write to the store's disk. Bytes.
    package var freeBytes: Int {
        get throws(StoreError) { try space().availableBytes }
    }

    /// How fast the store grew in the last four weeks. What came on its first day existed before and says nothing about a rate; nil if less
    /// than three days are left then.
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
