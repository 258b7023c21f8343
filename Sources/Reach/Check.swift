import NIOCore
import Recipe
import Remote
package import Store
import Synchronization

/// What a remote has of what is said to be there.
package struct CheckReport: Sendable {
    /// Bytes that are not at the remote any more, or are not the right ones.
    package struct Loss: Sendable {
        /// What they should be.
        package let blob: RemoteBlob
        /// Whether nothing is there under their name. Others are or were, if not, and nothing is known to have changed that.
        package let isGone: Bool
        /// Whether the store has them.
        package let isHere: Bool
    }

    /// Bytes of which nobody knows what the remote has.
    package struct Unread: Sendable {
        /// What they should be.
        package let blob: RemoteBlob
        /// Why they could not be read.
        package let problem: String
        /// Whether the store has them.
        package let isHere: Bool
    }

    /// How many blobs were asked for.
    package internal(set) var blobs = 0
    /// How many bytes were read, and of how many blobs all of them.
    package internal(set) var read = 0, proven = 0
    /// By hash.
    package internal(set) var losses: [Loss] = []
    /// By hash.
    package internal(set) var unread: [Unread] = []
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

    /// Asks for everything that is said to be at the remote, or was, and reads some of it. What turns out is noted. Only what concerns the
    /// whole remote ends it.
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
            if let unread = outcome.unread { report.unread.append(unread) }
        }
        return report
    }

    /// What came of asking for one blob.
    struct Outcome: Sendable {
        var read = 0
        var isProven = false
        var loss: CheckReport.Loss?
        var unread: CheckReport.Unread?
    }

    /// What is at the remote under the name of some bytes.
    private enum Finding {
        case nothing, others
        /// So far as they were read.
        case right(isProven: Bool)
    }

    /// Asks for one blob and reads some of it. What turns out is noted.
    func check(_ blob: RemoteBlob, _ depth: CheckDepth) async throws -> Outcome {
        let digest = blob.content.digest
        var outcome = Outcome()
        let finding: Finding
        do { finding = try await look(at: blob.content, depth, &outcome.read) } catch let error as RemoteError {
            guard try await concerns(error, only: digest) else { throw error }
            outcome.unread = .init(blob: blob, problem: error.sentence, isHere: try store.isThere(digest))
            return outcome
        }
        switch finding {
        case .right(isProven: true):
            outcome.isProven = true
            try store.noteProof(of: [digest], at: remote)
        case .right(isProven: false) where !blob.isWrong: try store.notePresence(of: [digest], at: remote)
        // The right length, or some of the right pieces, do not make right what was read and was wrong.
        case .right, .others: outcome.loss = try loss(of: blob, isGone: false)
        case .nothing: outcome.loss = try loss(of: blob, isGone: true)
        }
        return outcome
    }

    private func loss(of blob: RemoteBlob, isGone: Bool) throws(StoreError) -> CheckReport.Loss {
        try store.noteLoss(of: blob.content.digest, at: remote, isGone: isGone)
        return .init(blob: blob, isGone: isGone, isHere: try store.isThere(blob.content.digest))
    }

    private func look(
        at content: PinManifest.Content, _ depth: CheckDepth, _ read: inout Int
    ) async throws -> Finding {
        guard let length = try await size(of: content.digest, expected: content.size) else { return .nothing }
        guard length == content.size else { return .others }
        let list = try store.pieces(of: content.digest, size: content.size)
        let ranges = chosen(content, depth, list)
        let came = Mutex(0)
        defer { read += came.withLock { $0 } }
        do {
            _ = try await forEach(ranges) { range in
                try await compare(content, range, list) { count in
                    came.withLock { $0 += count }
                    show(.moved(count, of: content.digest.autoV2))
                }
            }
        } catch is OtherBytes { return .others } catch RemoteError.wrongBytes { return .others }
        return .right(isProven: ranges.total(\.count) == content.size)
    }

    /// Bytes came that are not the right ones; no more of the blob are asked for.
    private struct OtherBytes: Error {}

    /// Whether other blobs can be looked at after this failure.
    private func concerns(_ error: RemoteError, only digest: Digest) async throws -> Bool {
        switch error {
        case .noAddress, .noTag, .noAuthority, .noProxy, .untrusted, .refused, .helper: return false
        case .unreachable, .busy:
            // What breaks off at one blob alone answers when it is asked for something else.
            do { _ = try await repository.size(of: digest, expected: nil) } catch is RemoteError { return false }
            return true
        default: return true
        }
    }

    /// The parts that are read, each by one request: pieces where there is a list, else the whole.
    private func chosen(_ content: PinManifest.Content, _ depth: CheckDepth, _ list: PieceList?) -> [Range<Int>] {
        let share: Int
        switch depth {
        case .lengths: return []
        case .sample(let wanted): share = wanted
        case .all: share = 100
        }
        guard content.size > 0 else { return [] }
        let isChosen = { share >= 100 || Int.random(in: 0..<100) < share }
        guard let list else { return isChosen() ? [0..<content.size] : [] }
        var ranges: [Range<Int>] = []
        for piece in 0..<list.count where isChosen() {
            let range = list.range(of: piece)
            // What lies side by side comes together, as far as large requests go.
            if let last = ranges.last, last.upperBound == range.lowerBound, last.count + range.count <= Self.range {
                ranges[ranges.count - 1] = last.lowerBound..<range.upperBound
            } else {
                ranges.append(range)
            }
        }
        return ranges
    }

    /// Reads a range, pieces or everything, and throws ``OtherBytes`` as soon as a wrong piece came. Nothing is kept.
    private func compare(
        _ content: PinManifest.Content, _ range: Range<Int>, _ list: PieceList?,
        _ told: @escaping @Sendable (Int) -> Void
    ) async throws {
        guard let list else {
            let hash = RunningHash(keeps: false)
            try await repository.read(content.digest, size: content.size, range) { chunk in
                hash.take(chunk)
                told(chunk.readableBytes)
            }
            guard hash.digest == content.digest else { throw OtherBytes() }
            return
        }
        let collector = PieceCollector(list, from: range.lowerBound)
        try await repository.read(content.digest, size: content.size, range) { chunk in
            try collector.take(chunk) { bytes, piece in
                told(bytes.count)
                guard bytes.withUnsafeBytes({ list.holds(piece, $0) }) else { throw OtherBytes() }
                return true
            }
        }
    }
}
