import Foundation
import Recipe
import Remote
import Support
import Synchronization
import SystemPackage
import Testing

/// Registries that do not let everybody in.
@Suite(.timeLimit(.minutes(20))) struct `A registry's door` {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    @Test func `opens with a password, which may hold a colon`() async throws {
        let registry = try await DockerRegistry(in: directory.path, door: .password)
        let remote = try OCIRegistry(port: registry.port, credentials: Credentials(for: registry.port, in: directory))
        let layer = noise(1000, seed: 1)
        try await remote.upload(layer)
        #expect(try await remote.size(of: SHA256.digest(of: layer)) == 1000)
    }

    @Test func `stays shut without a login, and what helps is said`() async throws {
        let registry = try await DockerRegistry(in: directory.path, door: .password)
        let remote = try OCIRegistry(port: registry.port)
        do {
            _ = try await remote.tags()
            Issue.record("it let everybody in")
        } catch let error as RemoteError {
            #expect(error.sentence.contains("docker login"))
        }
    }

    @Test func `opens with tokens, one for each kind of use, and one for a mount of two repositories`() async throws {
        let certificate = try TestCertificate(in: directory.path, kind: "rsa")
        let issuer = try TokenIssuer(certificate: certificate)
        let registry = try await DockerRegistry(
            in: directory.path, door: .tokens(realm: issuer.address, certificate: certificate.authority))
        let credentials = try Credentials(for: registry.port, in: directory)
        let remote = try OCIRegistry(port: registry.port, credentials: credentials)
        let layer = noise(1000, seed: 2)
        try await remote.upload(layer)
        for _ in 0..<5 { #expect(try await remote.size(of: SHA256.digest(of: layer)) == 1000) }
        let other = try OCIRegistry(port: registry.port, path: "other", credentials: credentials)
        #expect(try await other.mount(SHA256.digest(of: layer), from: "team/models"))
        let scopes = issuer.requests.map { request in
            (request.removingPercentEncoding ?? "").split { "?& ".contains($0) }.filter { $0.hasPrefix("scope=") }.map {
                String($0.dropFirst(6))
            }
        }
        #expect(
            scopes == [
                ["repository:team/models:pull,push"], ["repository:team/models:pull"],
                ["repository:other:pull,push", "repository:team/models:pull"],
            ])

        // Others may read, and are told that they may not write.
        let stranger = try OCIRegistry(port: registry.port)
        #expect(try await stranger.size(of: SHA256.digest(of: layer)) == 1000)
        await #expect(throws: RemoteError.self) { try await stranger.upload(noise(10, seed: 3)) }
    }

    @Test func `has TLS, which an own authority vouches for`() async throws {
        let certificate = try TestCertificate(in: directory.path, names: ["IP:127.0.0.1"])
        let registry = try await DockerRegistry(in: directory.path, door: .password, certificate: certificate)
        let credentials = try Credentials(for: registry.port, in: directory)
        let remote = try OCIRegistry(port: registry.port, credentials: credentials) {
            $0.ca = certificate.authority.string
        }
        try await remote.upload(noise(200_000, seed: 4))
        #expect(try await remote.size(of: SHA256.digest(of: noise(200_000, seed: 4))) == 200_000)

        // Another authority does not know it; nor does the right one know it under another name.
        let others = try TemporaryDirectory()
        let other = try TestCertificate(in: others.path, names: ["DNS:other.example"])
        let named = try await DockerRegistry(in: others.path, certificate: other)
        for (port, authority) in [(registry.port, other.authority), (named.port, other.authority)] {
            let stranger = try OCIRegistry(port: port) { $0.ca = authority.string }
            do {
                _ = try await stranger.tags()
                Issue.record("it was trusted")
            } catch let error as RemoteError {
                guard case .untrusted = error else { throw error }
            }
        }
        #expect(throws: RemoteError.noAuthority("/nowhere")) { try OCIRegistry(port: 1) { $0.ca = "/nowhere" } }
    }

    @Test func `that is behind TLS leads to no service without it`() async throws {
        let certificate = try TestCertificate(in: directory.path, kind: "rsa")
        let issuer = try TokenIssuer(certificate: certificate)
        let registry = try await DockerRegistry(
            in: directory.path, door: .tokens(realm: issuer.address, certificate: certificate.authority),
            certificate: certificate)
        let remote = try OCIRegistry(port: registry.port, credentials: Credentials(for: registry.port, in: directory)) {
            $0.ca = certificate.authority.string
        }
        do {
            _ = try await remote.tags()
            Issue.record("it was followed")
        } catch let error as RemoteError {
            guard case .elsewhere = error else { throw error }
        }
        #expect(issuer.requests.isEmpty)
    }

    @Test func `that has no TLS is said to have none`() async throws {
        let certificate = try TestCertificate(in: directory.path)
        let registry = try await DockerRegistry(in: directory.path)
        let remote = try OCIRegistry(port: registry.port) { $0.ca = certificate.authority.string }
        do {
            _ = try await remote.tags()
            Issue.record("it was trusted")
        } catch let error as RemoteError {
            #expect(error.sentence.contains("--plain-http"))
        }
    }

    @Test func `is reached through a proxy, but for what is excepted`() async throws {
        let certificate = try TestCertificate(in: directory.path, names: ["DNS:registry.invalid"])
        let registry = try await DockerRegistry(in: directory.path, certificate: certificate)
        let relay = try Relay(to: registry.port) { _ in nil }
        // A name that only the proxy knows.
        let proxy = try HostileServer { client in
            guard client.request == "CONNECT registry.invalid:443", let server = Loopback.connect(relay.port) else {
                return
            }
            client.send("HTTP/1.1 200 OK\r\n\r\n")
            Loopback.join(client.descriptor, server)
        }
        func remote(_ environment: [String: String]) throws -> OCIRegistry {
            var options = RemoteOptions()
            options.ca = certificate.authority.string
            options.pace.tries = 1
            options.pace.firstTries = 1
            options.proxies = Proxies(environment: environment)
            return try OCIRegistry(
                RemoteAddress("oci://registry.invalid/team"), options: options, credentials: Credentials(files: []))
        }
        #expect(try await remote(["HTTPS_PROXY": proxy.address]).tags().isEmpty)
        for excepted in ["*", "registry.invalid", ".invalid", "invalid", "*.invalid", "x, registry.invalid:443"] {
            await #expect(throws: RemoteError.self) {
                try await remote(["HTTPS_PROXY": proxy.address, "NO_PROXY": excepted]).tags()
            }
        }
        #expect(proxy.heard.withLock { $0 } == ["CONNECT registry.invalid:443"])
    }
}
