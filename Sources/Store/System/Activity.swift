import CLinux
package import Glibc
import Synchronization

/// What a thread is doing, for ``Rank``'s checks and for finding out why something hangs.
///
/// Only the thread itself writes it; any thread may read it.
package final class Activity: Sendable {
    /// The kernel's number of the thread.
    package let thread: pid_t
    /// A bit for each rank that is held.
    private let held = Atomic<UInt64>(0)
    /// When the first of these locks was taken. Nanoseconds of the monotonic clock.
    private let heldSince = Atomic<Int64>(0)
    /// What the thread waits for or does, as a number: 0 is nothing, 1 and more are ranks, 65 and more are kinds of work.
    private let doing = Atomic<Int>(0)
    /// The name of the current request, as the address of a literal; 0 for none.
    private let request = Atomic<UInt>(0)
    private let requestSince = Atomic<Int64>(0)
    /// The node of the current request.
    private let node = Atomic<UInt64>(0)

    private init() { thread = gettid() }

    // MARK: Locks

    func waits(for rank: Rank) {
        #if DEBUG
            let mask = held.load(ordering: .relaxed)
            precondition(
                mask >> UInt64(rank.rawValue) == 0, "\(rank) is taken while \(Self.ranks(mask)) are held: see Rank")
        #endif
        doing.store(rank.rawValue + 1, ordering: .relaxed)
    }

    func took(_ rank: Rank) {
        let mask = held.load(ordering: .relaxed)
        if mask == 0 { heldSince.store(Self.now, ordering: .relaxed) }
        held.store(mask | 1 << UInt64(rank.rawValue), ordering: .relaxed)
        doing.store(0, ordering: .relaxed)
    }

    func waitsNoMore() { doing.store(0, ordering: .relaxed) }

    func left(_ rank: Rank) {
        held.store(held.load(ordering: .relaxed) & ~(1 << UInt64(rank.rawValue)), ordering: .relaxed)
    }

    /// Runs work that may take long. Debug builds trap if a lock is held that does not allow it.
    package static func perform<Result, Problem: Error>(
        _ work: Rank.Work, _ body: () throws(Problem) -> Result
    ) throws(Problem) -> Result {
        let activity = current
        let before = activity.begin(work)
        defer { activity.doing.store(before, ordering: .relaxed) }
        return try body()
    }

    /// Traps in debug builds if a lock is held that does not allow this work.
    static func require(_ work: Rank.Work) {
        #if DEBUG
            current.check(work)
        #endif
    }

    /// Whether this thread holds no lock that forbids this work.
    static func allows(_ work: Rank.Work) -> Bool {
        ranks(current.held.load(ordering: .relaxed)).allSatisfy { $0.allows(work) }
    }

    private func begin(_ work: Rank.Work) -> Int {
        #if DEBUG
            check(work)
        #endif
        return doing.exchange(work.rawValue + 65, ordering: .relaxed)
    }

    #if DEBUG
        private func check(_ work: Rank.Work) {
            let forbidding = Self.ranks(held.load(ordering: .relaxed)).filter { !$0.allows(work) }
            precondition(forbidding.isEmpty, "\(work) while \(forbidding) are held: see Rank")
        }
    #endif

    /// Whether this thread is in a transaction.
    package static var isInTransaction: Bool {
        ranks(current.held.load(ordering: .relaxed)).contains(.catalogue)
    }

    private static func ranks(_ mask: UInt64) -> [Rank] {
        Rank.allCases.filter { mask >> UInt64($0.rawValue) & 1 != 0 }
    }

    // MARK: Requests

    /// The thread begins to work on a request.
    package func began(_ name: StaticString, _ node: UInt64) {
        self.node.store(node, ordering: .relaxed)
        requestSince.store(Self.now, ordering: .relaxed)
        request.store(UInt(bitPattern: name.utf8Start), ordering: .releasing)
    }

    /// The request was answered.
    package func ended() { request.store(0, ordering: .relaxed) }

    // MARK: What takes long

    /// A request or a lock that has gone on for too long.
    package struct Delay: Sendable {
        /// The kernel's number of the thread.
        package let thread: pid_t
        /// What has gone on: `request write` or `lock catalogue`.
        package let what: String
        /// The node of a request; 0 for none.
        package let node: UInt64
        /// How long it has gone on. Seconds.
        package let seconds: Int
        /// What the thread waits for or does: `lock catalogue`, `bytes`, `sql`, …
        package let waitsFor: String
        /// When it began. Nanoseconds of the monotonic clock; tells one delay from the next.
        package let began: Int64
    }

    /// Requests that have taken longer than `requests` and locks that have been held for longer than `locks`. Seconds.
    package static func delays(requests: Int = 30, locks: Int = 5) -> [Delay] {
        let now = now
        return all.withLock { Array($0.values) }.flatMap { $0.delays(now, requests, locks) }
    }

    private func delays(_ now: Int64, _ requests: Int, _ locks: Int) -> [Delay] {
        let code = doing.load(ordering: .relaxed)
        let waitsFor =
            switch code {
            case 0: "nothing that is known"
            case 1...64: "the lock '\(Rank(rawValue: code - 1).map { "\($0)" } ?? "")'"
            default: Rank.Work(rawValue: code - 65).map { "\($0)" } ?? ""
            }
        var found: [Delay] = []
        func note(_ what: String, _ node: UInt64, _ since: Int64, _ limit: Int) {
            let seconds = Int((now - since) / 1_000_000_000)
            guard seconds >= limit else { return }
            found.append(
                Delay(thread: thread, what: what, node: node, seconds: seconds, waitsFor: waitsFor, began: since))
        }
        if let name = UnsafePointer<CChar>(bitPattern: request.load(ordering: .acquiring)) {
            note(
                "the request '\(String(cString: name))'", node.load(ordering: .relaxed),
                requestSince.load(ordering: .relaxed), requests)
        }
        let held = Self.ranks(held.load(ordering: .relaxed))
        if let first = held.first {
            note("the lock '\(first)'", 0, heldSince.load(ordering: .relaxed), locks)
        }
        return found
    }

    // MARK: One for each thread

    /// Below every rank: it is held only while a dictionary is changed.
    private static let all = SeenMutex<[ObjectIdentifier: Activity]>([:])

    private static let key: pthread_key_t = {
        var key = pthread_key_t()
        pthread_key_create(&key) { data in
            guard let data else { return }
            let activity = Unmanaged<Activity>.fromOpaque(data).takeRetainedValue()
            Activity.all.withLock { $0[ObjectIdentifier(activity)] = nil }
        }
        return key
    }()

    /// The activity of this thread.
    package static var current: Activity {
        if let known = pthread_getspecific(key) { return Unmanaged<Activity>.fromOpaque(known).takeUnretainedValue() }
        let new = Activity()
        all.withLock { $0[ObjectIdentifier(new)] = new }
        pthread_setspecific(key, Unmanaged.passRetained(new).toOpaque())
        return new
    }

    private static var now: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC_COARSE, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
