import Recipe
import Testing

@Suite struct `A plan of proofs` {
    private func cause(_ name: String) -> ProofCause { ProofCause(kind: .nodeClass, name: name, code: "1") }

    private func candidate(_ snapshot: Int64, _ names: String..., open: Bool = true) -> ProofCandidate {
        ProofCandidate(snapshot: snapshot, name: "\(snapshot).png", causes: names.map(cause), isOpen: open)
    }

    private func lesson(_ name: String, same: Int, other: Int = 0, alone: Bool = false) -> [ProofCause: Lesson] {
        [cause(name): Lesson(cause(name), same: same, other: other, isAlone: alone)]
    }

    /// The snapshots that a plan takes, in its order.
    private func order(_ plan: ProofPlan, _ lessons: [ProofCause: Lesson] = [:]) -> [Int64] {
        var plan = plan
        var found: [Int64] = []
        while let choice = plan.next(knowing: lessons) { found.append(choice.candidate.snapshot) }
        return found
    }

    @Test func `takes first what most images depend on, and says so`() {
        let all = [candidate(1, "Rare"), candidate(2, "Common"), candidate(3, "Common", open: false)]
        var plan = ProofPlan(all)
        #expect(order(plan) == [2, 1])
        let first = plan.next(knowing: [:])
        #expect(first?.gains.map(\.text) == ["Common (0 of 3 runs, 2 images)"])
    }

    @Test func `takes first what is known least`() {
        let plan = ProofPlan([candidate(1, "Known"), candidate(2, "Unknown")])
        #expect(order(plan) == [2, 1], "the newer one")
        #expect(
            order(ProofPlan([candidate(1, "Unknown"), candidate(2, "Known")]), lesson("Known", same: 2)) == [1, 2])
    }

    @Test func `ends where nothing would be learned, unless all are wanted`() {
        for lessons in [lesson("A", same: 3), lesson("A", same: 0, other: 1, alone: true)] {
            var plan = ProofPlan([candidate(1, "A")])
            #expect(order(plan, lessons).isEmpty)
            let taken = plan.next(knowing: lessons, untilNothingIsNew: false)
            #expect(taken?.gains == [] && plan.count == 0)
        }
    }

    @Test func `leaves out what cannot be made again, and what has not the class that is wanted`() {
        #expect(ProofPlan([candidate(1, "A", open: false)]).count == 0)
        #expect(order(ProofPlan([candidate(1, "A", "B"), candidate(2, "A")], withClass: "B")) == [1])
    }
}
