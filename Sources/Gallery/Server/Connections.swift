import Hummingbird
import HummingbirdCore
import NIOCore
import Synchronization

/// The connections of a gallery, from the first until it ends.
final class Connections: Sendable {
    private struct State {
        var open: [ObjectIdentifier: any Channel] = [:]
        var listener: (any Channel)?
        var isClosed = false
    }

    /// What an accepted connection takes until somebody reads from it: it goes between its own loop and the listener's, there and back,
    /// for each of two initializers.
    private static let rounds = 4

    private let limit: Int
    private let group: any EventLoopGroup
    private let state = Mutex(State())

    /// The largest number at once; further ones wait until one is closed.
    init(limit: Int, on group: any EventLoopGroup) {
        self.limit = limit
        self.group = group
    }

    func listen(at listener: any Channel) { state.withLock { $0.listener = listener } }

    /// No connection is accepted any more when this returns, and every one that was is in the hands of the server: one that is under way
    /// while the listener is closed would belong to nobody, which NIO takes for a fault of the program.
    func refuse() async throws {
        let listener = state.withLock { state in
            state.isClosed = true
            return state.listener
        }
        guard let listener else { return }
        try await listener.setOption(.autoRead, value: false).get()
        for _ in 0..<Self.rounds { for loop in group.makeIterator() { try await loop.submit {}.get() } }
    }

    /// Closes those that are still open, whatever they are in the middle of.
    func close() {
        for channel in state.withLock({ Array($0.open.values) }) { channel.close(promise: nil) }
    }

    /// Counts those that are open, where they are accepted.
    struct Counter: AvailableConnectionsDelegate {
        let connections: Connections
        private var count = 0

        init(_ connections: Connections) { self.connections = connections }
        mutating func connectionOpened() { count += 1 }
        mutating func connectionClosed() { count -= 1 }
        func isAcceptingNewConnections() -> Bool {
            count < connections.limit && !connections.state.withLock { $0.isClosed }
        }
    }

    /// Notes a connection as long as it lives.
    final class Witness: ChannelInboundHandler, RemovableChannelHandler, Sendable {
        typealias InboundIn = NIOAny
        private let connections: Connections

        init(_ connections: Connections) { self.connections = connections }
        func handlerAdded(context: ChannelHandlerContext) {
            let channel = context.channel
            connections.state.withLock { $0.open[ObjectIdentifier(channel)] = channel }
        }
        func handlerRemoved(context: ChannelHandlerContext) {
            let channel = context.channel
            connections.state.withLock { $0.open[ObjectIdentifier(channel)] = nil }
        }
    }
}
