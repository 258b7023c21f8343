import Recipe
import Store
import Support
import Testing

@Suite struct `The plan of what is asked for next` {
    private var plan = LazyPlan(here: [Bool](repeating: false, count: 200))

    /// A reader wants these pieces, gets them by one request after another, and goes on. Returns the requests.
    private mutating func read(_ pieces: Range<Int>) -> [Range<Int>] {
        for piece in pieces { plan.touch(piece) }
        plan.wait(for: pieces)
        var requests: [Range<Int>] = []
        while let request = plan.demand() {
            requests.append(request)
            for piece in request { plan.came(piece) }
        }
        plan.leave(pieces)
        return requests
    }

    @Test mutating func `is one piece after a seek, and twice as much with each read that goes on`() {
        #expect(read(100..<101) == [100..<101])
        #expect(plan.ahead() == nil && plan.fill(atMost: 8) == nil)
        #expect(read(101..<102) == [101..<103])
        #expect(!plan.isFilling)
        #expect(read(103..<104) == [103..<107])
        #expect(plan.isFilling)
        #expect(read(107..<108) == [107..<115] && read(115..<116) == [115..<131] && read(131..<132) == [131..<147])
        // Forward sixteen pieces and back one are no seek.
        plan.touch(146)
        plan.touch(145)
        #expect(read(147..<148) == [147..<163])
        #expect(read(40..<41) == [40..<41])
    }

    @Test mutating func `goes ahead of a reader by up to eight requests, and no further`() {
        _ = read(0..<1)
        _ = read(1..<2)
        var ahead: [Range<Int>] = []
        while let request = plan.ahead() { ahead.append(request) }
        // The read at 1 had doubled the request to two pieces.
        #expect(ahead.first?.lowerBound == 3 && ahead.last?.upperBound == 2 + 2 * 8)
        #expect(ahead.allSatisfy { $0.count <= 2 })
        #expect(plan.ahead() == nil)
    }

    @Test mutating func `fills what is after the reader first, then what is before`() {
        for piece in [100, 101, 102] { _ = read(piece..<piece + 1) }
        var filled: [Int] = []
        while let request = plan.fill(atMost: 8) {
            #expect((1...8).contains(request.count))
            for piece in request { plan.came(piece) }
            filled += request
        }
        #expect(plan.missing == 0)
        let turn = filled.firstIndex(of: 0) ?? -1
        #expect(filled[..<turn].elementsEqual(103..<200) && filled[turn...].elementsEqual(0..<100))
    }

    @Test mutating func `asks again for what did not come, and for what somebody else did not bring`() {
        plan.touch(5)
        plan.wait(for: 5..<7)
        #expect(plan.demand() == 5..<6 && plan.demand() == 6..<7 && plan.demand() == nil)
        #expect(plan.giveUp(5..<6) == [5])
        #expect(plan.demand() == 5..<6)
        plan.giveUp(6..<7)
        plan.leaveToOthers(6)
        #expect(plan.demand() == nil)
        #expect(plan.askOthersAgain() == [6])
        #expect(plan.demand() == 6..<7)
        #expect(plan.isAwaited(0..<6) && !plan.isAwaited(0..<5))
        plan.leave(5..<7)
        #expect(!plan.isAwaited)
    }

    /// What any order of events may do, against what each piece is known to be.
    @Test(arguments: 1...20) func `asks for no piece twice, and leaves none out`(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let count = Int.random(in: 1...60, using: &random)
        let first = (0..<count).map { _ in Bool.random(using: &random) }
        var plan = LazyPlan(here: first)
        var here = Set((0..<count).filter { first[$0] })
        var (asked, elsewhere, readers): (Set<Int>, Set<Int>, [Range<Int>]) = ([], [], [])
        func note(_ request: Range<Int>?) {
            guard let request else { return }
            #expect(!request.isEmpty && request.count <= LazyPlan.largestRequest)
            #expect(asked.union(here).union(elsewhere).isDisjoint(with: request), "seed \(seed)")
            asked.formUnion(request)
        }
        for _ in 0..<2000 {
            switch Int.random(in: 0..<9, using: &random) {
            case 0:
                let start = Int.random(in: 0..<count, using: &random)
                let pieces = start..<min(count, start + Int.random(in: 1...2, using: &random))
                for piece in pieces { plan.touch(piece) }
                if !here.isSuperset(of: pieces) {
                    plan.wait(for: pieces)
                    readers.append(pieces)
                }
            case 1:
                let request = plan.demand()
                let wanted = readers.joined().filter { !asked.union(here).union(elsewhere).contains($0) }
                #expect(request?.lowerBound == wanted.min(), "seed \(seed)")
                note(request)
            case 2: note(plan.ahead())
            case 3: note(plan.fill(atMost: 8))
            case 4, 5:
                guard let piece = asked.union(elsewhere).sorted().randomElement(using: &random) else { continue }
                plan.came(piece)
                asked.remove(piece)
                elsewhere.remove(piece)
                here.insert(piece)
                for reader in readers where here.isSuperset(of: reader) { plan.leave(reader) }
                readers.removeAll { here.isSuperset(of: $0) }
            case 6:
                guard let piece = asked.sorted().randomElement(using: &random) else { continue }
                #expect(plan.giveUp(piece..<piece + 1) == [piece])
                asked.remove(piece)
            case 7:
                guard let piece = asked.sorted().randomElement(using: &random) else { continue }
                plan.giveUp(piece..<piece + 1)
                plan.leaveToOthers(piece)
                asked.remove(piece)
                elsewhere.insert(piece)
            default:
                #expect(plan.askOthersAgain() == elsewhere.sorted(), "seed \(seed)")
                elsewhere = []
            }
            #expect(plan.missing == count - here.count && plan.isAwaited == !readers.isEmpty, "seed \(seed)")
        }
        for reader in readers { plan.leave(reader) }
        #expect(!plan.isAwaited)
        // Whoever goes on gets all of it.
        _ = plan.giveUp(0..<count)
        _ = plan.askOthersAgain()
        while plan.missing > 0 {
            guard let piece = (0..<count).first(where: { !plan.isHere($0..<$0 + 1) }) else { break }
            plan.wait(for: piece..<piece + 1)
            guard let request = plan.demand() else { break }
            for piece in request { plan.came(piece) }
            plan.leave(piece..<piece + 1)
        }
        #expect(plan.missing == 0, "seed \(seed)")
    }
}
