import Recipe
import Store

/// The results for many images in a few lines: how far they can be made again, the most frequent reason why not further, and what to do
/// next.
struct SnapshotSummary: Sendable {
    var unchanged = 0
    var failed = 0
    private var grades: [Grade: Int] = [:]
    /// The reasons against a better grade, with the number of images.
    private var reasons: [Reason: Int] = [:]

    /// How many images have a snapshot that was made or checked now.
    var done: Int { grades.values.reduce(0, +) }

    mutating func add(_ result: SnapshotResult) {
        grades[result.grade, default: 0] += 1
        guard result.grade < .full else { return }
        for reason in result.reasons where reason.cap == result.grade { reasons[reason, default: 0] += 1 }
    }

    var lines: [Line] {
        var lines: [Line] = []
        let count = { (grade: Grade) in grades[grade] ?? 0 }
        if done > 1 {
            lines.append(
                """
                \(done.of("image")): \(count(.full).grouped) \(Grade.full), \(count(.approximate).grouped) \(Grade.approximate), \
                \(count(.partial).grouped) \(Grade.partial).
                """)
            if let (reason, times) = reasons.max(by: Self.isLess) {
                lines.append("Most often (\(times.grouped) of \(done.grouped)) because \(reason.message).")
                // Each image has an id of its own, which --verbose shows.
                if let remedy = reason.remedy { lines.append("Next: \(Remedy(remedy).sentence).") }
            }
        }
        if unchanged > 0 {
            lines.append(
                "\(unchanged.of("image")) \(unchanged == 1 ? "has" : "have") not changed since \(unchanged == 1 ? "it was" : "they were") read."
            )
        }
        return lines
    }

    /// Among equally frequent reasons, the first by its sentence, so that the same images give the same summary.
    private static func isLess(_ one: (key: Reason, value: Int), _ other: (key: Reason, value: Int)) -> Bool {
        (one.value, other.key.message) < (other.value, one.key.message)
    }
}
