/// How similar a text is to the one that was typed; nil if it is too different.
struct Nearness {
    private let wanted: [UInt8]
    /// The largest number of changed letters.
    private let limit: Int

    init(to text: String) {
        wanted = Self.folded(text)
        limit = wanted.count < 5 ? 1 : 2
    }

    /// How many letters must be changed, added, removed or swapped with the next one, ignoring case; nil if there are too many.
    func distance(of text: String) -> Int? {
        let other = Self.folded(text)
        guard abs(other.count - wanted.count) <= limit else { return nil }
        var before = [Int](repeating: 0, count: other.count + 1)
        var last = Array(0...other.count)
        for row in 0..<wanted.count {
            var next = [row + 1]
            for column in 0..<other.count {
                var best = min(
                    last[column + 1] + 1, next[column] + 1, last[column] + (wanted[row] == other[column] ? 0 : 1))
                if row > 0, column > 0, wanted[row] == other[column - 1], wanted[row - 1] == other[column] {
                    best = min(best, before[column - 1] + 1)
                }
                next.append(best)
            }
            guard next.min() ?? 0 <= limit else { return nil }
            (before, last) = (last, next)
        }
        return last[other.count] <= limit ? last[other.count] : nil
    }

    private static func folded(_ text: String) -> [UInt8] {
        text.utf8.map { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) ? $0 | 0x20 : $0 }
    }
}

/// The few nearest of many, in constant memory.
struct Nearest<Thing> {
    private static var limit: Int { 3 }

    private let nearness: Nearness
    private var found: [(distance: Int, thing: Thing)] = []

    init(to text: String) { nearness = Nearness(to: text) }

    mutating func offer(_ text: String, _ thing: @autoclosure () -> Thing) {
        guard let distance = nearness.distance(of: text) else { return }
        guard found.count < Self.limit || distance < found[found.count - 1].distance else { return }
        found.insert((distance, thing()), at: found.firstIndex { $0.distance > distance } ?? found.count)
        if found.count > Self.limit { found.removeLast() }
    }

    /// The nearest ones first.
    var things: [Thing] { found.map(\.thing) }
}
