/// An image that could be made again, and what a run of it would teach.
package struct ProofCandidate: Sendable {
    /// The row of its snapshot.
    package let snapshot: Int64
    package let name: String
    package let causes: [ProofCause]
    /// Whether a run is worth its time: everything that it needs is known, it costs no money, and the image was not made again before.
    package let isOpen: Bool

    package init(snapshot: Int64, name: String, causes: [ProofCause], isOpen: Bool) {
        self.snapshot = snapshot
        self.name = name
        self.causes = causes
        self.isOpen = isOpen
    }
}

/// Decides which image to make again next: the one that teaches most. A run teaches about each class and sampler of which few runs are
/// known; the fewer runs and the more images depend on it, the more it teaches.
package struct ProofPlan: Sendable {
    /// Something that a run would teach about, and how much depends on it.
    package struct Gain: Sendable, Equatable {
        package let cause: ProofCause
        /// How many runs have taught about it before.
        package let runs: Int
        /// How many images were made with it.
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
        /// The most important ones first; empty if a run teaches nothing new.
        package let gains: [Gain]
    }

    /// Open images that were made with the same things teach the same, so the newest of each group stands for all; it is last.
    private var groups: [[ProofCause]: [ProofCandidate]] = [:]
    private var images: [ProofCause: Int] = [:]

    /// `candidates` are all images, the oldest first; `kind` restricts the choice to images made with a class of this name.
    package init(_ candidates: [ProofCandidate], withClass kind: String? = nil) {
        for candidate in candidates {
            for cause in candidate.causes where cause.kind.canDiffer { images[cause, default: 0] += 1 }
            let isMeant = kind.map { name in candidate.causes.contains { $0.kind == .nodeClass && $0.name == name } }
            guard candidate.isOpen, isMeant ?? true else { continue }
            groups[candidate.causes.filter(\.kind.canDiffer), default: []].append(candidate)
        }
    }

    /// How many images could still be made again.
    package var count: Int { groups.values.reduce(0) { $0 + $1.count } }
    /// Everything that runs could teach about.
    package var causes: [ProofCause] { Array(images.keys) }
    /// How many images were made with something.
    package func images(with cause: ProofCause) -> Int { images[cause] ?? 0 }

    /// Removes the next image from the plan; nil if none is left, or if none teaches anything and `untilNothingIsNew`.
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
