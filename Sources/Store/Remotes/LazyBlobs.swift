package import Recipe

/// The blobs that programs have open while their bytes are still on their way.
///
/// Nothing here waits: who reads what has not come yet is answered later, on a thread of the source's. Locks are held for a few
/// instructions; bytes are compared and written under none.
package final class LazyBlobs: Sendable {
    /// Requests of one blob that readers wait for, and those with what is asked for ahead.
    static let (demands, all) = (4, 8)
    /// Requests in all that nobody waits for, while nobody does. While somebody waits there is one.
    static let fills = 4
    /// So long after somebody waited last, nobody does. So long nothing is asked for unasked after it was refused.
    static let (quiet, sulk) = (Duration.seconds(1), Duration.seconds(10))
    /// So long a piece that could not be had is not asked for again.
    static let memory = Duration.seconds(1)
    /// How often a piece is asked for in vain before who waits for it is told.
    static let tries = 3
    /// How many pieces are kept in memory where the disk takes none.
    static let mostHeld = 4

    /// What a reader is told.
    package typealias Answer = @Sendable (Result<[UInt8], StoreError>) -> Void
    /// What an opener is told; nil: the blob is whole now, and is opened as any other.
    package typealias Opened = @Sendable (Result<LazyFile?, StoreError>) -> Void

    package let store: Store
    let source: any LazySource
    private let told: @Sendable (String) -> Void
    let state = Lock(.lazy, State())
    /// Rung when a blob is opened: from then on ``tick()`` is to be called.
    package let bell = Bell()

    /// `told` gets what belongs into a log.
    package init(_ store: Store, from source: any LazySource, told: @escaping @Sendable (String) -> Void) {
        (self.store, self.source, self.told) = (store, source, told)
    }

    /// Says what is wrong with a blob, unless the same was said of it a moment ago: each of thousands of pieces may meet the same trouble.
    func tell(_ topic: LazyLog.Topic, _ digest: Digest, _ text: String) {
        if let line = state.withLock({ $0.log.line(topic, digest, text) }) { told("sha256:\(digest.hex)\(line)") }
    }

    /// Called every moment while it returns true: looks at what other processes bring.
    package func tick() -> Bool {
        let (unopened, watched, open) = state.withLock { state in
            (
                state.files.filter { $0.value.partial == nil && $0.value.isFound }.map(\.key),
                state.files.compactMap { number, file in file.partial.map { (number, $0) } }, !state.files.isEmpty
            )
        }
        for file in unopened { attach(file) }
        for (file, partial) in watched {
            let others = state.withLock { state -> [Int] in
                state.files[file]?.retryRefused()
                return state.files[file]?.plan.askOthersAgain() ?? []
            }
            for piece in others where (try? partial.here(piece..<piece + 1)) == [true] { came(piece, of: file) }
            finishIfWhole(file)
        }
        pump()
        return open
    }

    /// What is open now: how much has come, and how many reads wait.
    package var open: [(digest: Digest, size: Int, present: Int, waiting: Int)] {
        state.withLock { state in
            state.files.values.map { file in
                let present = file.partial == nil ? 0 : file.list.size - file.missing
                return (file.list.digest, file.list.size, present, file.readers.count + file.openers.count)
            }
        }.sorted { $0.digest.hex < $1.digest.hex }
    }

    /// Ends everything: who waits is told so.
    package func end() {
        let (openers, answers) = state.withLock { state -> ([Opened], [Answer]) in
            state.hasEnded = true
            let openers = state.files.values.flatMap(\.openers.values)
            let answers = state.files.values.flatMap { $0.readers.values.map(\.answer) }
            for number in state.files.keys {
                state.files[number]?.openers = [:]
                state.files[number]?.readers = [:]
            }
            return (openers, answers)
        }
        for opener in openers { opener(.failure(.interrupted)) }
        for answer in answers { answer(.failure(.interrupted)) }
        source.end()
    }

    /// Reads and hashes a whole file elsewhere than on a thread that answers readers; false if no thread can be had.
    func onOwnThread(_ body: @escaping @Sendable () -> Void) -> Bool {
        guard let thread = try? WorkerThread(body) else { return false }
        thread.detach()
        return true
    }

    /// Ends a reading of a whole file when the mount does.
    func goOn() throws(StoreError) { if state.withLock({ $0.hasEnded }) { throw .interrupted } }
}
