import NIOCore
package import Recipe
import Remote
package import Store
import Synchronization

/// A store's remotes, from which a mount brings bytes when they are read. All requests run on threads of their own.
///
/// A failure that may pass is waited for here and not by the wire, so that a reader gets its bytes soon after the remote is back, and a
/// reader who gave up is noticed.
package final class LazyRemotes: LazySource {
    /// Between two requests that failed, first and at most.
    private static let (firstPause, longestPause) = (Duration.milliseconds(250), Duration.seconds(4))
    /// The longest that a remote may ask to wait.
    private static let longestAsked = 60
    /// So long it is believed that a remote has a blob.
    private static let belief = Duration.seconds(60)

    private struct State {
        var remotes: [Int64: Reaching] = [:]
        /// Who was found to have a blob, and until when that is believed.
        var found: [Digest: (remotes: [Reaching], until: ContinuousClock.Instant)] = [:]
        var tasks: [Int: Task<Void, Never>] = [:]
        /// Tasks that ended before they were noted.
        var early: Set<Int> = []
        var next = 0
        var hasEnded = false
    }

    private let store: Store
    private let connect: @Sendable (Store, RemoteRow) throws -> Reaching
    private let threads = LazyThreads()
    private let state = Mutex(State())

    /// `connect` makes the connection to a remote of the store.
    package init(
        _ store: Store,
        _ connect: @escaping @Sendable (Store, RemoteRow) throws -> Reaching = {
            try Reaching($0, $1, pace: .impatient)
        }
    ) {
        (self.store, self.connect) = (store, connect)
    }

    // MARK: Finding

    package func find(
        _ content: PinManifest.Content, while isWanted: @escaping @Sendable () -> Bool,
        _ answer: @escaping @Sendable (LazyAnswer) -> Void
    ) {
        if let known = state.withLock({ $0.found[content.digest] }), known.until > .now { return run(answer) { .done } }
        run(answer) { [self] in
            try await patiently(isWanted) {
                let (found, problem, passing) = try await who(has: content)
                if !found.isEmpty {
                    state.withLock { $0.found[content.digest] = (found, .now + Self.belief) }
                    return .done
                }
                if let passing { throw passing }
                return .refused(problem)
            }
        }
    }

    /// The remotes that say they have a blob, in the order in which they are asked; why the others are not; and what may pass.
    private func who(
        has content: PinManifest.Content
    ) async throws -> (found: [Reaching], problem: String, passing: RemoteError?) {
        var (found, problems, passing): ([Reaching], [String], RemoteError?) = ([], [], nil)
        for row in try store.remotes(everHaving: content.digest) {
            do {
                let remote = try reaching(row)
                switch try await remote.size(of: content.digest, expected: content.size) {
                case content.size?:
                    try store.notePresence(of: [content.digest], at: row)
                    found.append(remote)
                case nil:
                    try store.noteLoss(of: content.digest, at: row, isGone: true)
                    problems.append("\(row.name) does not have it")
                case let size?:
                    try store.noteLoss(of: content.digest, at: row, isGone: false)
                    problems.append("\(row.name) has \(size) bytes of it, not \(content.size)")
                }
            } catch let error as RemoteError {
                if error.mayPass { passing = error }
                problems.append(error.sentence)
            }
        }
        return (found, problems.isEmpty ? "no remote is known to have it" : problems.joined(separator: "; "), passing)
    }

    private func reaching(_ row: RemoteRow) throws -> Reaching {
        if let known = state.withLock({ $0.remotes[row.id] }) { return known }
        let made = try connect(store, row)
        return state.withLock { state in
            if let known = state.remotes[row.id] { return known }
            state.remotes[row.id] = made
            return made
        }
    }

    // MARK: Bringing

    package func bring(
        _ pieces: Range<Int>, of list: PieceList, attempt: Int, while isWanted: @escaping @Sendable () -> Bool,
        take: @escaping @Sendable (_ bytes: [UInt8], _ piece: Int) -> Void,
        _ answer: @escaping @Sendable (LazyAnswer) -> Void
    ) {
        let remotes = state.withLock { $0.found[list.digest]?.remotes ?? [] }
        let reached = Reached(pieces.lowerBound)
        run(answer) { [self] in
            var problem = "no remote is known to have it"
            for turn in remotes.indices {
                let remote = remotes[(attempt + turn) % remotes.count]
                do {
                    return try await patiently(isWanted) {
                        let start = reached.piece.withLock { $0 }
                        guard start < pieces.upperBound else { return .done }
                        let range = list.range(of: start).lowerBound..<list.range(of: pieces.upperBound - 1).upperBound
                        let collector = PieceCollector(list, from: range.lowerBound)
                        try await remote.repository.read(list.digest, size: list.size, range) { chunk in
                            try collector.take(chunk) { bytes, piece throws(StoreError) in
                                take(bytes, piece)
                                reached.piece.withLock { $0 = piece + 1 }
                                return true
                            }
                        }
                        return .done
                    }
                } catch let error as RemoteError {
                    // Another length, or another range: as good as other bytes.
                    if case .wrongBytes = error { return .done }
                    problem = error.sentence
                }
            }
            return .refused(problem)
        }
    }

    package func foundWrong(_ blob: Digest) {
        for remote in state.withLock({ $0.found[blob]?.remotes ?? [] }) {
            try? store.noteDoubt(of: blob, at: remote.remote)
        }
    }

    // MARK: Running

    /// Does `body` again after what may pass, for as long as somebody wants it.
    private func patiently(
        _ isWanted: @Sendable () -> Bool, _ body: () async throws -> LazyAnswer
    ) async throws -> LazyAnswer {
        var pause = Self.firstPause
        while true {
            do { return try await body() } catch let error as RemoteError where error.mayPass {
                guard isWanted() else { return .unwanted }
                var asked = 0
                if case .busy(_, let seconds?) = error { asked = min(seconds, Self.longestAsked) }
                try await timers.sleep(for: max(pause, .seconds(asked)))
                pause = min(pause * 2, Self.longestPause)
                guard isWanted() else { return .unwanted }
            }
        }
    }

    private func run(
        _ answer: @escaping @Sendable (LazyAnswer) -> Void, _ body: @escaping @Sendable () async throws -> LazyAnswer
    ) {
        let number = state.withLock { state -> Int? in
            guard !state.hasEnded else { return nil }
            state.next += 1
            return state.next
        }
        guard let number else { return answer(.unwanted) }
        let task = Task(executorPreference: threads) { [self] in
            let outcome: LazyAnswer
            do { outcome = try await body() } catch is CancellationError { outcome = .unwanted } catch {
                outcome = .refused("\(error)")
            }
            state.withLock { state in
                // It may be over before it is noted.
                if state.tasks.removeValue(forKey: number) == nil { state.early.insert(number) }
            }
            answer(outcome)
            endThreads()
        }
        let isLate = state.withLock { state in
            if state.early.remove(number) == nil { state.tasks[number] = task }
            return state.hasEnded && state.tasks[number] != nil
        }
        if isLate { task.cancel() }
    }

    package func end() {
        let tasks = state.withLock { state in
            state.hasEnded = true
            return Array(state.tasks.values)
        }
        for task in tasks { task.cancel() }
        endThreads()
    }

    /// They end after the last task has.
    private func endThreads() {
        if state.withLock({ $0.hasEnded && $0.tasks.isEmpty }) { threads.end() }
    }
}

extension RemoteError {
    /// Whether the same request may be answered at another time.
    var mayPass: Bool {
        switch self {
        case .unreachable, .busy: true
        case .unexpected(_, _, let status, _):
            status == 408 || (500...599).contains(status) && ![501, 505].contains(status)
        default: false
        }
    }
}

extension Pace {
    /// One that leaves all patience to who asks.
    fileprivate static var impatient: Pace {
        var pace = Pace()
        (pace.tries, pace.firstTries) = (1, 1)
        return pace
    }
}

/// The first piece of a request that has not come. A class, for several closures hold it.
private final class Reached: Sendable {
    let piece: Mutex<Int>

    init(_ piece: Int) { self.piece = Mutex(piece) }
}
