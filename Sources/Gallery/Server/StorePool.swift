import Hummingbird
import NIOPosix
package import Store
import Synchronization

/// The store as requests use it: on threads of its own, because its calls wait for the disk, and no request keeps an event loop from the
/// others.
package final class StorePool: Sendable {
    /// As many as the catalogue has readers to spare.
    package static let threads = 4
    /// How many may wait; whoever comes then is told to come again.
    package static let queue = 64

    private let store: Store
    private let threads: Int
    private let pool: NIOThreadPool
    private let pending = Atomic(0)

    /// Its threads wait for questions until it is stopped.
    package init(_ store: Store, threads: Int = StorePool.threads) {
        self.store = store
        self.threads = threads
        pool = NIOThreadPool(numberOfThreads: threads)
        pool.start()
    }

    /// Asks the store. Throws ``Busy`` where too many ask already.
    package func ask<Value: Sendable>(_ question: @escaping @Sendable (Store) throws -> Value) async throws -> Value {
        let count = pending.add(1, ordering: .relaxed).newValue
        defer { pending.subtract(1, ordering: .relaxed) }
        guard count <= threads + Self.queue else { throw Busy() }
        return try await pool.runIfActive { [store] in try question(store) }
    }

    /// The same for what may take seconds. Where the browser has gone, it is not begun, and `question` can see so and stop. The connection is
    /// closed afterwards.
    func ask<Value: Sendable>(
        for request: Request, _ question: @escaping @Sendable (Store, Asker) throws -> Value
    ) async throws -> Value {
        let asker = Asker()
        return try await request.body.consumeWithInboundCloseHandler { _ in
            try await ask(for: asker, question)
        } onInboundClosed: {
            asker.leave()
        }
    }

    package func ask<Value: Sendable>(
        for asker: Asker, _ question: @escaping @Sendable (Store, Asker) throws -> Value
    ) async throws -> Value {
        try await ask { store in
            guard asker.isThere else { throw CancellationError() }
            return try question(store, asker)
        }
    }

    /// Whoever waits for an answer.
    package final class Asker: Sendable {
        private let hasLeft = Atomic(false)

        package init() {}
        package var isThere: Bool { !hasLeft.load(ordering: .relaxed) }
        package func leave() { hasLeft.store(true, ordering: .relaxed) }
    }

    /// Answers nothing any more.
    package func stop() async throws { try await pool.shutdownGracefully() }

    /// More is asked for than can be answered.
    package struct Busy: Error {}
}
