import AsyncHTTPClient
import Dispatch
import NIOCore
import NIOSSL
import Synchronization

/// The HTTP clients of one registry, which end with it. HTTP/1.1: measured, HTTP/2 gives half of its throughput. Redirects are followed
/// by hand.
final class Clients: Sendable {
    private struct Kind: Hashable {
        let proxy: Proxies.Proxy?
        let isCommitting: Bool
    }

    private let options: RemoteOptions
    private let tls: TLSConfiguration
    private let made = Mutex<[Kind: HTTPClient]>([:])

    init(_ options: RemoteOptions) throws {
        self.options = options
        var tls = TLSConfiguration.makeClientConfiguration()
        if let file = options.ca {
            guard let certificates = try? NIOSSLCertificate.fromPEMFile(file), !certificates.isEmpty else {
                throw RemoteError.noAuthority(file)
            }
            tls.additionalTrustRoots = [.certificates(certificates)]
        }
        self.tls = tls
    }

    /// The client for a request. One for the last request of an upload waits longer for its answer.
    func client(for target: Target, isCommitting: Bool) throws -> HTTPClient {
        let kind = Kind(proxy: try options.proxies.proxy(for: target), isCommitting: isCommitting)
        return made.withLock { made in
            if let client = made[kind] { return client }
            let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration(kind))
            made[kind] = client
            return client
        }
    }

    private func configuration(_ kind: Kind) -> HTTPClient.Configuration {
        var configuration = HTTPClient.Configuration(tlsConfiguration: tls, redirectConfiguration: .disallow)
        configuration.httpVersion = .http1Only
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = options.connections
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.timeout.connect = TimeAmount(options.pace.connect)
        configuration.timeout.read = TimeAmount(kind.isCommitting ? options.pace.commit : options.pace.silence)
        configuration.timeout.write = TimeAmount(options.pace.silence)
        configuration.proxy = kind.proxy.map { proxy in
            .server(
                host: proxy.host, port: proxy.port,
                authorization: proxy.login.map { .basic(username: $0.user, password: $0.secret) })
        }
        return configuration
    }

    deinit {
        for client in made.withLock({ $0.values }) { client.shutdown(queue: .global()) { _ in } }
    }
}
