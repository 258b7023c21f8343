import Foundation
import Glibc
import Reach
import Recipe
import Remote
import Store
import Support
import Synchronization
import Testing

/// Serves the blobs of a registry in memory over HTTP, and stumbles over some requests for their bytes.
final class StumblingServer: Sendable {
    enum Stumble: Sendable, CaseIterable {
        /// Nothing more comes after a part, and nobody says so.
        case stall
        /// A reset after a part.
        case reset
        /// An orderly end after a part.
        case end
        /// 429, and a second to wait.
        case busy
        /// 503.
        case failure
        /// 503, and a second to wait.
        case away
        /// 408.
        case late
    }

    private let server: HostileServer
    /// When bytes were asked for.
    private let asked: Shared

    private final class Shared: Sendable { let times = Mutex<[ContinuousClock.Instant]>([]) }

    var times: [ContinuousClock.Instant] { asked.times.withLock { $0 } }

    /// `stumble` says what becomes of each request for bytes, counted from 0; nil: they come.
    init(_ registry: FakeRepository, stumble: @escaping @Sendable (Int) -> Stumble?) throws {
        let asked = Shared()
        self.asked = asked
        server = try HostileServer { client in
            let words = client.request.split(separator: " ")
            guard let name = words.last?.split(separator: "/").last, let digest = Digest(hex: name.dropFirst(7)),
                let blob = registry.get({ $0.blobs[digest] })
            else { return client.answer("", status: "404 Not Found") }
            if words[0] == "HEAD" {
                client.send("HTTP/1.1 200 OK\r\nContent-Length: \(blob.count)\r\nConnection: close\r\n\r\n")
                return
            }
            let turn = asked.times.withLock { times in
                times.append(.now)
                return times.count - 1
            }
            Self.answer(client, blob, stumble(turn))
        }
    }

    private static func answer(_ client: HostileServer.Client, _ blob: [UInt8], _ stumble: Stumble?) {
        let ends = (client.headers["range"] ?? "bytes=0-\(blob.count - 1)").dropFirst(6).split(separator: "-")
        guard ends.count == 2, let first = Int(ends[0]), let last = Int(ends[1]), first <= last, last < blob.count
        else { return client.answer("", status: "416 Range Not Satisfiable") }
        switch stumble {
        case .busy: return client.answer("", status: "429 Too Many Requests", "Retry-After: 1\r\n")
        case .failure: return client.answer("", status: "503 Service Unavailable")
        case .away: return client.answer("", status: "503 Service Unavailable", "Retry-After: 1\r\n")
        case .late: return client.answer("", status: "408 Request Timeout")
        case .stall, .reset, .end, nil: break
        }
        let range = blob[first...last]
        client.send(
            "HTTP/1.1 206 Partial Content\r\nContent-Length: \(range.count)\r\nContent-Range: bytes \(first)-\(last)/\(blob.count)\r\nConnection: close\r\n\r\n"
        )
        guard let stumble else {
            client.send(Array(range))
            return
        }
        client.send(Array(range.prefix(range.count / 3)))
        switch stumble {
        case .stall:
            var byte: UInt8 = 0
            while recv(client.descriptor, &byte, 1, 0) > 0 {}
        case .reset:
            // What closes it resets it.
            var hard = linger(l_onoff: 1, l_linger: 0)
            setsockopt(
                client.descriptor, SOL_SOCKET, SO_LINGER, &hard, socklen_t(MemoryLayout<linger>.size))
        case .end, .busy, .failure, .away, .late: break
        }
    }

    /// The server as what a mount reads from, which takes it for dead after a second of silence.
    func source(_ store: Store) throws -> LazyRemotes {
        let address = try RemoteAddress("oci://127.0.0.1:\(server.port)/team/models")
        return LazyRemotes(store) { store, row in
            var options = RemoteOptions()
            (options.pace.tries, options.pace.firstTries) = (1, 1)
            options.pace.silence = .seconds(1)
            options.proxies = Proxies(environment: [:])
            let registry = try OCIRegistry(address, options: options, credentials: Credentials(files: []))
            return Reaching(store, row, registry, connections: 4)
        }
    }
}
