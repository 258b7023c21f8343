import Recipe

/// Which pieces of one blob are asked for next: first what readers wait for, then what they will want, then the rest.
///
/// A read after a seek asks for one piece, since whatever else is asked for with it is in its way. Each read that goes on from there doubles
/// the request, up to 16 pieces, and what is asked for ahead, up to 128. From the third such read on all of the blob is expected to be
/// read: models are, from their first tensor to their last.
package struct LazyPlan {
    private enum Piece: UInt8 {
        case absent, asked, here
        /// Somebody else brings it, as far as can be told.
        case elsewhere
        /// It could not be had, and is asked for only where somebody waits for it.
        case refused
    }

    /// Pieces.
    package static let largestRequest = 16
    /// The largest request that nobody waits for, while somebody waits and while nobody does.
    static let (politeRequest, idleRequest) = (2, 8)
    private static let requestsAhead = 8

    private var pieces: [Piece]
    /// Pieces that have not come yet.
    package private(set) var missing: Int
    /// Pieces that somebody waits for, with how many do.
    private var waiting: [Int: Int] = [:]
    /// The piece that was read last; nil before the first read.
    private var position: Int?
    /// How many pieces the next request has, and how many reads went on from the one before.
    private var request = 1, streak = 0
    /// Before this piece none is absent, as far as filling has come.
    private var filled = 0
    /// Which pieces somebody else brings.
    private var others: Set<Int> = []

    /// Which pieces have come already.
    package init(here: [Bool]) {
        pieces = here.map { $0 ? .here : .absent }
        missing = here.count { !$0 }
    }

    var count: Int { pieces.count }
    /// Whether somebody waits for any piece.
    package var isAwaited: Bool { !waiting.isEmpty }
    /// Whether all of it is expected to be read.
    package private(set) var isFilling = false
    /// Whether all of these have come.
    package func isHere(_ range: Range<Int>) -> Bool { range.allSatisfy { pieces[$0] == .here } }
    /// How much of a file with this list has not come. Bytes.
    func missingBytes(of list: PieceList) -> Int {
        guard let last = pieces.last, last != .here else { return missing * PieceList.pieceSize }
        return (missing - 1) * PieceList.pieceSize + list.range(of: count - 1).count
    }
    /// Whether somebody waits for any of these.
    package func isAwaited(_ range: Range<Int>) -> Bool { range.contains { waiting[$0] != nil } }

    // MARK: Readers

    /// A program reads this piece. Back one piece and forward 16 are no seek.
    package mutating func touch(_ piece: Int) {
        guard let before = position else { return position = piece }
        guard piece != before else { return }
        position = piece
        guard (before - 1...before + Self.largestRequest).contains(piece) else {
            (streak, request) = (0, 1)
            return
        }
        guard piece > before else { return }
        streak += 1
        if streak >= 2 { isFilling = true }
        request = min(Self.largestRequest, request * 2)
    }

    /// Somebody waits for these.
    package mutating func wait(for range: Range<Int>) {
        for piece in range { waiting[piece, default: 0] += 1 }
        retry(range)
    }

    /// Somebody waits for these no more.
    package mutating func leave(_ range: Range<Int>) {
        for piece in range {
            guard let count = waiting[piece] else { continue }
            waiting[piece] = count > 1 ? count - 1 : nil
        }
    }

    // MARK: Requests

    /// The next pieces that somebody waits for, which are asked for from now on; nil if there are none.
    package mutating func demand() -> Range<Int>? {
        guard let first = waiting.keys.filter({ pieces[$0] == .absent }).min() else { return nil }
        return ask(from: first, atMost: request)
    }

    /// The next pieces that a program which reads in order will want.
    package mutating func ahead() -> Range<Int>? {
        guard let position, streak > 0 else { return nil }
        let end = min(count, position + 1 + request * Self.requestsAhead)
        guard let first = (position..<end).first(where: { pieces[$0] == .absent }) else { return nil }
        return ask(from: first, atMost: min(request, end - first))
    }

    /// The next pieces of the rest: after what is read, then before it.
    package mutating func fill(atMost most: Int) -> Range<Int>? {
        guard isFilling, let position else { return nil }
        while filled < count, pieces[filled] != .absent { filled += 1 }
        let next = (max(position, filled)..<count).first { pieces[$0] == .absent } ?? (filled < count ? filled : nil)
        return next.map { ask(from: $0, atMost: most) }
    }

    private mutating func ask(from first: Int, atMost most: Int) -> Range<Int> {
        var end = first
        while end < count, end - first < max(1, most), pieces[end] == .absent {
            pieces[end] = .asked
            end += 1
        }
        return first..<end
    }

    // MARK: What comes

    /// A piece is here.
    package mutating func came(_ piece: Int) {
        guard pieces[piece] != .here else { return }
        pieces[piece] = .here
        missing -= 1
        others.remove(piece)
    }

    /// What did not come of a request may be asked for again. Returns those pieces.
    @discardableResult package mutating func giveUp(_ range: Range<Int>) -> [Int] {
        let left = range.filter { pieces[$0] == .asked }
        for piece in left { pieces[piece] = .absent }
        if let first = left.first { filled = min(filled, first) }
        return left
    }

    /// A piece that was there is not any more. Whatever had come whole is to be whole again.
    mutating func lose(_ piece: Int) {
        guard pieces[piece] == .here else { return }
        if missing == 0 { isFilling = true }
        pieces[piece] = .absent
        missing += 1
        filled = min(filled, piece)
    }

    /// A piece could not be had.
    mutating func refuse(_ piece: Int) { if pieces[piece] == .absent { pieces[piece] = .refused } }

    /// Pieces that could not be had may be asked for again.
    mutating func retry(_ range: some Sequence<Int>) {
        for piece in range where pieces[piece] == .refused {
            pieces[piece] = .absent
            filled = min(filled, piece)
        }
    }

    /// Somebody else brings a piece, as far as can be told.
    package mutating func leaveToOthers(_ piece: Int) {
        pieces[piece] = .elsewhere
        others.insert(piece)
    }

    /// The pieces that others bring, which may be asked for again now.
    package mutating func askOthersAgain() -> [Int] {
        defer { others = [] }
        for piece in others where pieces[piece] == .elsewhere {
            pieces[piece] = .absent
            filled = min(filled, piece)
        }
        return others.sorted()
    }
}
