import Recipe
import Store

/// Makes better snapshots of images that waited for what has come, and says so.
enum Improvement {
    static func run(_ store: Store) throws {
        _ = try OtherHashes.readBLAKE3(store)
        let progress = Progress(total: try store.countImprovable(), counts: .things("image"))
        var grades: [Grade: Int] = [:]
        try store.improve(progress: { progress.advance(by: 1, of: "better snapshots") }) { result in
            grades[result.grade, default: 0] += 1
        }
        let count = grades.values.reduce(0, +)
        guard count > 0 else { return }
        let parts = [Grade.full, .approximate, .partial].compactMap { grade in grades[grade].map { "\($0) \(grade)" } }
        Terminal.say(
            "\(count.of("image")) waited for these models: now \(parts.joined(separator: ", "))."
        )
    }
}
