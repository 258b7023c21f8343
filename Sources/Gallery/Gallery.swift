import Glibc
import Hummingbird
import HummingbirdCore
package import Logging
import NIOCore
import NIOPosix
package import Recipe
package import Reproduction
import ServiceLifecycle
package import Store

/// The pages over a store, served to this machine's user alone.
package struct Gallery: Sendable {
    /// How it is served.
    package struct Options: Sendable {
        /// 0: whichever is free.
        package var port = 0
        /// Whether requests that change anything are refused, all of them.
        package var isReadOnly = false
        /// Seconds until a connection that says nothing is closed.
        package var patience = 30
        /// Where images are made again; nil: nowhere.
        package var comfy: Comfy?
        /// How the store's mounts are asked; otherwise none answers.
        package var mounts = StoreHealth.Mounts(status: { _ in nil }, places: { [] }, copies: { _, _ in nil })
        package init() {}
    }

    /// The ComfyUI that its pages may ask. No page names one.
    package struct Comfy: Sendable {
        let place: ComfyChoice
        /// Opens the directory for the variations of a snapshot, whose short id it is given.
        let variations: @Sendable (EntryName) throws -> OpenDirectory

        package init(
            _ place: ComfyChoice, variations: @escaping @Sendable (EntryName) throws -> OpenDirectory
        ) {
            self.place = place
            self.variations = variations
        }
    }

    /// The largest number of connections at once; further ones wait until one is closed. A process may be allowed only 1,024 open files,
    /// and the store needs some of them.
    package static let connections = 256

    /// How long answers that are under way may still take when the gallery ends. Seconds.
    private static let rest = 2.0

    private let store: Store
    private let options: Options
    private let logger: Logger
    private let ended = AsyncStream.makeStream(of: Void.self)

    package init(_ store: Store, options: Options = Options(), logger: Logger) {
        self.store = store
        self.options = options
        self.logger = logger
    }

    /// The addresses that open a gallery. Both hold secrets.
    package struct Addresses: Sendable {
        /// For the person, until the gallery ends.
        package let lasting: String
        /// For a browser that is started with it, once, by the same user.
        package let once: String
    }

    /// Makes ``run(whenReady:)`` put everything back and return. It can be called from anywhere, and more than once.
    package func end() { ended.continuation.finish() }

    /// Serves until ``end()``, once. `whenReady` is told what opens the gallery, once it answers. Its task must not be cancelled: the
    /// server does not end cleanly then.
    package func run(whenReady: @escaping @Sendable (Addresses) -> Void) async throws {
        let (origin, secret, ticket) = (Origin(), Secret(), Ticket())
        let (pool, pictures) = (StorePool(store), StorePool(store, threads: 2))
        let slow = StorePool(store, threads: 1)
        let feed = try Feed(store, logger: logger)
        feed.begin()
        let runs = options.isReadOnly ? nil : options.comfy.map { RunQueue(store, on: $0) { feed.wake() } }
        let router = Router(context: GalleryContext.self, options: .autoGenerateHeadEndpoints)
        router.add(middleware: Gate(origin: origin, secret: secret, ticket: ticket, allowsChanges: !options.isReadOnly))
        Routes(
            pool: pool, pictures: pictures, slow: slow, feed: feed, runs: runs,
            allowsChanges: !options.isReadOnly,
            mounts: options.mounts
        ).add(to: router)
        let loops = MultiThreadedEventLoopGroup.singleton
        let connections = Connections(limit: Self.connections, on: loops)
        let application = Application(
            router: router,
            server: .http1(
                configuration: .init(
                    additionalChannelHandlers: [Connections.Witness(connections)],
                    idleTimeout: .seconds(Int64(options.patience)))),
            configuration: .init(
                address: .hostname("127.0.0.1", port: options.port),
                availableConnectionsDelegate: Connections.Counter(connections)),
            onServerRunning: { channel in
                guard let port = channel.localAddress?.port else { return }
                connections.listen(at: channel)
                origin.listens(at: port)
                let lasting = origin.address(with: secret)
                whenReady(Addresses(lasting: lasting, once: origin.address(with: ticket) ?? lasting))
            }, eventLoopGroupProvider: .shared(loops), logger: logger)
        let service = ServiceGroup(configuration: .init(services: [.init(service: application)], logger: logger))
        var problem: (any Error)?
        do {
            try await withThrowingTaskGroup(of: Bool.self) { tasks in
                tasks.addTask {
                    defer { end() }
                    try await service.run()
                    return true
                }
                tasks.addTask {
                    await runs?.work()
                    return false
                }
                for await _ in ended.stream {}
                runs?.end()
                await feed.stop()
                try await connections.refuse()
                await service.triggerGracefulShutdown()
                tasks.addTask {
                    try? await Task.sleep(for: .seconds(Self.rest))
                    connections.close()
                    return false
                }
                while try await tasks.next() == false {}
                tasks.cancelAll()
            }
        } catch { problem = sentence(error) }
        await feed.stop()
        try await pool.stop()
        try await pictures.stop()
        try await slow.stop()
        if let problem { throw problem }
    }

    /// A port that cannot be had, in words.
    private func sentence(_ error: any Error) -> any Error {
        switch (error as? IOError)?.errnoCode {
        case EADDRINUSE: GalleryError("port \(options.port) is in use; leave --port out, or give another one")
        case EACCES: GalleryError("port \(options.port) cannot be used by an ordinary user; give one above 1023")
        default: error
        }
    }
}

/// Why the gallery could not be served.
package struct GalleryError: Error, CustomStringConvertible {
    package let description: String
    init(_ description: String) { self.description = description }
}
