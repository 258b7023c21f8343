/// Something that a server does beside answering requests, on a thread of its own.
protocol Service: Sendable {
    func start() throws(MountError)
    /// Returns when it does nothing any more.
    func stop()
}

/// A service that is a thread's call again and again.
struct TickerService: Service {
    private let ticker: Ticker

    init(_ name: String, every interval: UInt32, _ prepare: @escaping @Sendable () -> () -> Void) {
        ticker = Ticker(name, every: interval, prepare)
    }

    func start() throws(MountError) { try ticker.start() }
    func stop() { ticker.stop() }
}
