import Recipe
import Remote
package import Store

/// What a remote has of what is said to be there.
package struct CheckReport: Sendable {
    /// Bytes that are not at the remote any more, or are not the right ones.
    package struct Loss: Sendable {
        /// What they should be.
        package let blob: RemoteBlob
        /// Whether nothing is there under their name.
        package let isGone: Bool
        /// Whether the store has them.
        package let isHere: Bool
    }

    /// How many blobs were asked for.
    package internal(set) var blobs = 0
    /// How many bytes were read, and of how many blobs all of them.
    package internal(set) var read = 0, proven = 0
    /// By hash.
    package internal(set) var losses: [Loss] = []
}

extension Reaching {
    /// How much of what is at a remote is read.
    package enum CheckDepth: Sendable {
        /// Nothing: the registry is believed that it has what it says.
        case lengths
        /// So many of a hundred pieces.
        case sample(Int)
        case all
    }

    /// Asks for everything that is said to be at the remote, and reads some of it. What turns out is noted.
    package func check(_ depth: CheckDepth) async throws -> CheckReport {
        let blobs = try store.blobs(at: remote)
        switch depth {
        case .lengths: show(.planned(0))
        case .sample(let share): show(.planned(blobs.total(\.content.size) / 100 * share))
        case .all: show(.planned(blobs.total(\.content.size)))
        }
        var report = CheckReport()
        report.blobs = blobs.count
        for outcome in try await forEach(blobs, { try await check($0, depth) }) {
            report.read += outcome.read
            if outcome.isProven { report.proven += 1 }
            if let loss = outcome.loss { report.losses.append(loss) }
        }
        return report
    }

    private struct Outcome: Sendable {
        var read = 0
        var isProven = false
        var loss: CheckReport.Loss?
    }

    private func check(_ blob: RemoteBlob, _ depth: CheckDepth) async throws -> Outcome {
        let content = blob.content
        var outcome = Outcome()
        let length = try await repository.size(of: content.digest)
        var isRight = length == content.size
        if isRight {
            let ranges = try chosen(content, depth)
            for range in ranges {
                let isPiece = range.count < content.size
                let list = isPiece ? try store.pieces(of: content.digest, size: content.size) : nil
                isRight = try await holds(content, range, list)
                outcome.read += range.count
                show(.moved(range.count, of: content.digest.autoV2))
                guard isRight else { break }
            }
            outcome.isProven = isRight && ranges.total(\.count) == content.size
        }
        if isRight {
            try outcome.isProven
                ? store.noteProof(of: [content.digest], at: remote)
                : store.notePresence(of: [content.digest], at: remote)
        } else {
            try store.noteLoss(of: content.digest, at: remote, isGone: length == nil)
            outcome.loss = .init(blob: blob, isGone: length == nil, isHere: try store.isThere(content.digest))
        }
        return outcome
    }

    /// The parts that are read: pieces where there is a list, else the whole.
    private func chosen(_ content: PinManifest.Content, _ depth: CheckDepth) throws -> [Range<Int>] {
        let share: Int
        switch depth {
        case .lengths: return []
        case .sample(let wanted): share = wanted
        case .all: share = 100
        }
        guard content.size > 0 else { return [] }
        let isChosen = { share >= 100 || Int.random(in: 0..<100) < share }
        guard let list = try store.pieces(of: content.digest, size: content.size) else {
            return isChosen() ? [0..<content.size] : []
        }
        return (0..<list.count).map { list.range(of: $0) }.filter { _ in isChosen() }
    }

    /// Whether the bytes of a range, a piece or everything, are the right ones. They are not kept.
    private func holds(_ content: PinManifest.Content, _ range: Range<Int>, _ list: PieceList?) async throws -> Bool {
        let hash = RunningHash(keeps: list != nil)
        try await repository.read(content.digest, size: content.size, range) { hash.take($0) }
        if let list { return hash.bytes.withUnsafeBytes { list.holds(range.lowerBound / PieceList.pieceSize, $0) } }
        return hash.digest == content.digest
    }
}
