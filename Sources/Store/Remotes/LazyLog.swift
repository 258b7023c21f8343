import Recipe

/// Which of the same sentences about a blob go into a log: one a minute, with how many were left out since the last one.
struct LazyLog {
    enum Topic { case opening, asking, keeping, changed }

    private struct Key: Hashable {
        let topic: Topic
        let digest: Digest
    }

    private static let pause = Duration.seconds(60)

    private var last: [Key: (time: ContinuousClock.Instant, left: Int)] = [:]

    /// The line to write; nil while the last one is young.
    mutating func line(_ topic: Topic, _ digest: Digest, _ text: String) -> String? {
        let now = ContinuousClock.now
        let key = Key(topic: topic, digest: digest)
        if let before = last[key], before.time + Self.pause > now {
            last[key]?.left += 1
            return nil
        }
        let left = last[key]?.left ?? 0
        last = last.filter { $0.value.time + Self.pause > now }
        last[key] = (now, 0)
        return left > 0 ? "\(text) (and \(left.grouped) more of the kind before)" : text
    }
}
