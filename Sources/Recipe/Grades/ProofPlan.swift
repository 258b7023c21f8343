/// An image that could be made again, and what a run of it would tell of.
package struct ProofCandidate: Sendable {
    /// The row of its snapshot.
    package let snapshot: Int64
    package let name: String
    package let causes: [ProofCause]
    /// Whether a run is worth its time: all that it needs is known, nobody is paid for it, and none has told of it before.
    package let isOpen: Bool

    package init(snapshot: Int64, name: String, causes: [ProofCause], isOpen: Bool) {
        self.snapshot = snapshot
        self.name = name
        self.causes = causes
        self.isOpen = isOpen
    }
}

/// Which image to make again next: the one that teaches most. A run teaches of each class and sampler of which too few runs are known,
/// and the more, the fewer there are and the more images depend on it.
package struct ProofPlan: Sendable {
    /// What a run would tell of, and how much rests on it.
    package struct Gain: Sendable, Equatable {
        package let cause: ProofCause
        /// Runs that told of it before.
        package let runs: Int
        /// Images that were made with it.
        package let images: Int

        package var text: String {
            "\(cause.text) (\(runs) of \(Lesson.enough) runs, \(images == 1 ? "1 image" : "\(images) images"))"
        }
        package var json: JSON {
            [
                "kind": .string(cause.kind.rawValue), "name": .string(cause.name), "code": .string(cause.code),
                "runs": .integer(runs), "images": .integer(images),
            ]
        }
    }

    package struct Choice: Sendable {
        package let candidate: ProofCandidate
        /// What matters most comes first; empty where it teaches nothing new.
        package let gains: [Gain]
    }

    /// Open images that were made with the same things teach the same, so the newest of each kind stands for all; the newest is last.
    private var groups: [[ProofCause]: [ProofCandidate]] = [:]
    private var images: [ProofCause: Int] = [:]

    /// `candidates` are all images, in the order of their age; `kind` leaves only those with a class of this name to be chosen.
    package init(_ candidates: [ProofCandidate], withClass kind: String? = nil) {
        for candidate in candidates {
            for cause in candidate.causes where cause.kind.canDiffer { images[cause, default: 0] += 1 }
            let isMeant = kind.map { name in candidate.causes.contains { $0.kind == .nodeClass && $0.name == name } }
            guard candidate.isOpen, isMeant ?? true else { continue }
            groups[candidate.causes.filter(\.kind.canDiffer), default: []].append(candidate)
        }
    }

    /// Images that could still be made again.
    package var count: Int { groups.values.reduce(0) { $0 + $1.count } }
    /// All that runs could tell of.
    package var causes: [ProofCause] { Array(images.keys) }
    /// Images that were made with something.
    package func images(with cause: ProofCause) -> Int { images[cause] ?? 0 }

    /// Takes the next image out of the plan; nil where none is left, or where none teaches anything and only such are wanted.
    package mutating func next(knowing lessons: [ProofCause: Lesson], untilNothingIsNew: Bool = true) -> Choice? {
        let best = groups.map { causes, members -> (key: [ProofCause], gains: [Gain], worth: Int, age: Int64) in
            let gains = causes.compactMap { gain(of: $0, lessons[$0]) }.sorted(by: Self.matters)
            return (causes, gains, gains.reduce(0) { $0 + Self.worth($1) }, members.last?.snapshot ?? 0)
        }.max { ($0.worth, $0.age) < ($1.worth, $1.age) }
        guard let best, best.worth > 0 || !untilNothingIsNew, var members = groups[best.key],
            let candidate = members.popLast()
        else { return nil }
        groups[best.key] = members.isEmpty ? nil : members
        return Choice(candidate: candidate, gains: best.gains)
    }

    private func gain(of cause: ProofCause, _ lesson: Lesson?) -> Gain? {
        let runs = (lesson?.same ?? 0) + (lesson?.other ?? 0)
        guard runs < Lesson.enough, lesson?.differs != true else { return nil }
        return Gain(cause: cause, runs: runs, images: images(with: cause))
    }

    private static func worth(_ gain: Gain) -> Int { gain.images * (Lesson.enough - gain.runs) }
    private static func matters(_ a: Gain, _ b: Gain) -> Bool {
        (worth(b), a.cause.key) < (worth(a), b.cause.key)
    }
}
