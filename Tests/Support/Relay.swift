import Foundation
import Glibc
package import Synchronization

/// Passes connections on to a server on this machine, and cuts them where it is told to.
package final class Relay: Sendable {
    /// Where one connection ends, and how.
    package struct Cut: Sendable {
        package enum End: Sendable, CaseIterable {
            /// An orderly end, in the middle.
            case fin
            /// A reset.
            case rst
            /// Nothing more comes, and nobody says so.
            case stall
        }
        /// Bytes of this direction that still get through.
        package let bytes: Int
        /// Whether the bytes that the client sends are counted, or those that it gets.
        package let isUpward: Bool
        package let end: End

        package init(bytes: Int, isUpward: Bool, end: End) {
            self.bytes = bytes
            self.isUpward = isUpward
            self.end = end
        }
    }

    package let port: UInt16
    /// Bytes that the clients sent and got.
    package let passed = Mutex<(up: Int, down: Int)>((0, 0))
    /// How many there have been.
    package var connections: Int { accepted.withLock { $0 } }
    private let listener: CInt
    private let accepted = Mutex(0)

    /// `cuts` says what becomes of each connection, counted from 0. `latency` is the pause before each part that is passed on, microseconds.
    package init(to server: UInt16, latency: UInt32 = 0, cuts: @escaping @Sendable (Int) -> Cut?) throws {
        let (descriptor, port) = try Loopback.listen()
        listener = descriptor
        self.port = port
        Loopback.serve(descriptor) { [weak self] client in
            let number = self?.accepted.withLock { count in
                count += 1
                return count - 1
            }
            guard let number, let other = Loopback.connect(server) else {
                close(client)
                return
            }
            // Little is on its way, so that what a cut loses is little too.
            for socket in [client, other] {
                var size: CInt = 32768
                setsockopt(socket, SOL_SOCKET, SO_SNDBUF, &size, socklen_t(MemoryLayout<CInt>.size))
            }
            let pair = Pair(client: client, server: other, cut: cuts(number), latency: latency)
            for isUpward in [true, false] {
                Thread.detachNewThread { [weak self] in
                    pair.pump(isUpward: isUpward) { [weak self] count in
                        self?.passed.withLock { if isUpward { $0.up += count } else { $0.down += count } }
                    }
                }
            }
        }
    }

    deinit {
        shutdown(listener, CInt(SHUT_RDWR))
    }

    /// Two sockets, closed when both directions have ended.
    private final class Pair: Sendable {
        let client: CInt
        let server: CInt
        let cut: Cut?
        let latency: UInt32

        init(client: CInt, server: CInt, cut: Cut?, latency: UInt32) {
            self.client = client
            self.server = server
            self.cut = cut
            self.latency = latency
        }

        func pump(isUpward: Bool, _ count: (Int) -> Void) {
            let (from, to) = isUpward ? (client, server) : (server, client)
            var left = cut.flatMap { $0.isUpward == isUpward ? $0.bytes : nil }
            var buffer = [UInt8](repeating: 0, count: 65536)
            while true {
                let read = recv(from, &buffer, buffer.count, 0)
                guard read > 0 else { break }
                if latency > 0 { usleep(latency) }
                let wanted = min(read, left ?? read)
                var rest = buffer[..<wanted]
                while !rest.isEmpty {
                    let sent = rest.withUnsafeBytes { send(to, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL)) }
                    guard sent > 0 else { break }
                    rest = rest.dropFirst(sent)
                    count(sent)
                }
                guard rest.isEmpty else { break }
                guard let allowed = left else { continue }
                left = allowed - wanted
                if left == 0, let cut { return end(cut.end) }
            }
            shutdown(to, CInt(SHUT_WR))
        }

        private func end(_ end: Cut.End) {
            if end == .stall {
                // Until the client has had enough.
                var ready = pollfd(fd: client, events: 0x2000 /* POLLRDHUP */, revents: 0)
                _ = poll(&ready, 1, 10_000)
            }
            if end == .rst {
                // What closes it below resets it.
                var hard = linger(l_onoff: 1, l_linger: 0)
                for socket in [client, server] {
                    setsockopt(socket, SOL_SOCKET, SO_LINGER, &hard, socklen_t(MemoryLayout<linger>.size))
                }
                var nowhere = sockaddr(
                    sa_family: sa_family_t(AF_UNSPEC), sa_data: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))
                // A connection to nowhere resets the one that was, while other threads hold the descriptor.
                for socket in [client, server] {
                    Glibc.connect(socket, &nowhere, socklen_t(MemoryLayout<sockaddr>.size))
                }
            }
            for socket in [client, server] { shutdown(socket, CInt(SHUT_RDWR)) }
        }

        deinit {
            close(client)
            close(server)
        }
    }
}

extension Loopback {
    /// A connection to a port of this machine; nil if nothing listens there.
    package static func connect(_ port: UInt16) -> CInt? {
        let client = socket(AF_INET, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        address.sin_port = port.bigEndian
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isConnected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { Glibc.connect(client, $0, size) == 0 }
        }
        if !isConnected { close(client) }
        return isConnected ? client : nil
    }
}

extension Loopback {
    /// Passes bytes between two connections until either ends; closes the second.
    package static func join(_ one: CInt, _ other: CInt) {
        var ends = [
            pollfd(fd: one, events: Int16(POLLIN), revents: 0), pollfd(fd: other, events: Int16(POLLIN), revents: 0),
        ]
        var buffer = [UInt8](repeating: 0, count: 65536)
        defer { close(other) }
        while poll(&ends, 2, 10_000) > 0 {
            for (from, to) in [(0, 1), (1, 0)] where ends[from].revents != 0 {
                let count = recv(ends[from].fd, &buffer, buffer.count, 0)
                guard count > 0, send(ends[to].fd, &buffer, count, CInt(MSG_NOSIGNAL)) == count else { return }
            }
        }
    }
}
