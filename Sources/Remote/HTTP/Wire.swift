import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import Recipe
import Synchronization

/// Asks one registry: with its logins, along its redirects, and again after what may pass.
final class Wire: Sendable {
    /// A request.
    struct Ask {
        var method: HTTPMethod = .GET
        var target: Target
        /// For people: `the blob 0123…`.
        var what: String
        var headers: [(String, String)] = []
        var body: HTTPClientRequest.Body?
        /// What a token for it must allow: `repository:team/models:pull`.
        var scopes: [String] = []
        /// Whether its answer may take as long as hashing a blob does.
        var isCommitting = false
        /// Whether its body is sent once at most: its sender has to ask what has become of it.
        var isSentOnce = false
    }

    /// An answer whose body is still to come.
    struct Answer {
        let response: HTTPClientResponse
        /// Where it came from in the end.
        let target: Target
        /// What its request began with, also if what it led to did not get it.
        var authorization: String?
        /// When its request began.
        let start: ContinuousClock.Instant
        /// Whether the service that gives tokens answers, and not the registry.
        let isTokenService: Bool
        var status: Int { Int(response.status.code) }
        func header(_ name: String) -> String? { response.headers.first(name: name) }
    }

    /// What people call the repository.
    let name: String
    /// The registry's own address.
    let registry: Target
    let options: RemoteOptions
    private let clients: Clients
    private let gate: Gate
    private let credentials: Credentials
    private let address: RemoteAddress
    /// What an answer may repeat, and nobody is to see.
    private let secrets = Mutex<Set<String>>([])
    /// Whether anything ever answered.
    private let known = Mutex(false)
    private let tokens = Tokens()
    /// How fast blobs come.
    let rates: Rates

    init(
        name: String, registry: Target, options: RemoteOptions, credentials: Credentials, _ address: RemoteAddress
    ) throws {
        self.name = name
        self.registry = registry
        self.options = options
        self.credentials = credentials
        self.address = address
        clients = try Clients(options)
        gate = Gate(options.connections)
        rates = Rates(window: options.pace.slowness)
    }

    var isKnown: Bool { known.withLock { $0 } }

    /// The login for the registry; nil if there is none, or if it would go over the network unprotected.
    func login() async throws -> Login? {
        guard registry.isSecret, let login = try await credentials.login(for: address) else { return nil }
        secrets.withLock { $0.formUnion(login.forms) }
        return login
    }

    /// Files that may hold a login, but cannot be read.
    var unusableFiles: [String] { credentials.unusable }

    /// Whether a login is in a text, in any of the forms in which it may come back.
    func isSecret(_ text: String) -> Bool { secrets.withLock { $0.contains { text.contains($0) } } }

    /// Runs `body`, and again for as long as its trouble may pass.
    func patiently<Result>(_ body: () async throws -> Result) async throws -> Result {
        var patience = Patience(options.pace)
        while true {
            do { return try await gate.pass(body) } catch let trouble as Trouble {
                try await patience.wait(after: trouble, known: isKnown)
            }
        }
    }

    /// Runs `body` once, when there is a connection for it.
    func once<Result>(_ body: () async throws -> Result) async throws -> Result { try await gate.pass(body) }

    /// The answer, if its status is among `expected`; throws what any other one means.
    func ask(_ ask: Ask, expecting expected: Set<Int>) async throws -> Answer {
        let answer = try await send(ask)
        guard !expected.contains(answer.status) else { return answer }
        throw await failure(answer, ask.what)
    }

    /// One request with its redirects and its login. A part of an upload that was refused for its login is not sent again here, as only its
    /// sender knows what has become of it.
    func send(_ ask: Ask) async throws -> Answer {
        var authorization = try await tokens.known(for: ask.scopes, self)
        for isLast in [false, true] {
            let answer = try await follow(ask, authorization: authorization)
            guard answer.status == 401, answer.target.hasOrigin(of: registry), !isLast else { return answer }
            let challenges = Challenge.all(in: answer.response.headers["WWW-Authenticate"])
            let renewed = try await tokens.renewed(
                challenges, for: ask.scopes, rejected: authorization, what: ask.what, self)
            guard let renewed else { return answer }
            authorization = renewed
            if ask.isSentOnce { throw Trouble(error: refusal(ask.what, isLoggedIn: true)) }
        }
        preconditionFailure("the second answer is returned")
    }

    /// One request along its redirects. Only the origin that it was made for gets `authorization`.
    func follow(_ ask: Ask, authorization: String?) async throws -> Answer {
        var target = ask.target
        let start = ContinuousClock.now
        for _ in 0..<6 {
            try check(target, after: registry)
            var request = HTTPClientRequest(url: target.text)
            request.method = ask.method
            for (key, value) in ask.headers { request.headers.add(name: key, value: value) }
            request.headers.add(name: "User-Agent", value: "reprofs")
            request.body = ask.body
            let isAuthorized = target.hasOrigin(of: authorized(ask))
            if let authorization, isAuthorized {
                request.headers.add(name: "Authorization", value: authorization)
            }
            let response = try await exchange(request, target, ask)
            let status = Int(response.status.code)
            guard [301, 302, 303, 307, 308].contains(status), let location = response.headers.first(name: "Location")
            else {
                return Answer(
                    response: response, target: target, authorization: authorization, start: start,
                    isTokenService: ask.scopes.isEmpty)
            }
            guard ask.body == nil, ask.method == .GET || ask.method == .HEAD || status >= 307 else {
                throw RemoteError.elsewhere(name, why: "\(ask.what) is sent only where it was asked to be")
            }
            guard let next = target.resolving(location) else {
                throw RemoteError.elsewhere(name, why: "it is not an HTTP address")
            }
            try check(next, after: target)
            target = next
        }
        throw RemoteError.elsewhere(name, why: "there are more than five in a row")
    }

    /// Logins are for the registry, or for the service that gives tokens for it; never for where they lead to.
    private func authorized(_ ask: Ask) -> Target { ask.scopes.isEmpty ? ask.target : registry }

    /// TLS is not left, and nothing goes without it to another machine.
    func check(_ next: Target, after last: Target) throws {
        if next.scheme == "https" { return }
        guard last.scheme == "http" else {
            throw RemoteError.elsewhere(
                name, why: "\(next.origin) is without TLS; a proxy before the registry may lack X-Forwarded-Proto")
        }
        guard next.isLoopback || options.plainHTTP else {
            throw RemoteError.elsewhere(name, why: "\(next.origin) is without TLS")
        }
    }

    private func exchange(_ request: HTTPClientRequest, _ target: Target, _ ask: Ask) async throws -> HTTPClientResponse
    {
        let client = try clients.client(for: target, isCommitting: ask.isCommitting)
        do {
            // A part of a blob may take as long as it likes while it moves; without a body, anything is answered at once.
            let limit = ask.body == nil ? options.pace.connect + options.pace.silence : options.pace.document
            let deadline = ask.isSentOnce || ask.isCommitting ? .distantFuture : NIODeadline.now() + TimeAmount(limit)
            let response = try await client.execute(request, deadline: deadline)
            known.withLock { $0 = true }
            return response
        } catch {
            throw explained(error)
        }
    }

    /// The body, if it has at most `limit` bytes, and comes in time however it drips.
    func document(_ answer: Answer, limit: Int, what: String) async throws -> [UInt8] {
        let body = answer.response.body
        let patience = options.pace.document
        let late = RemoteError.unreachable(
            name, why: "\(what) did not come to its end within \(patience.components.seconds) seconds")
        do {
            return try await withThrowingTaskGroup(of: [UInt8].self) { group in
                defer { group.cancelAll() }
                group.addTask {
                    let buffer = try await body.collect(upTo: limit)
                    // A cancelled answer ends like a complete one.
                    try Task.checkCancellation()
                    return Array(buffer.readableBytesView)
                }
                group.addTask {
                    try await timers.sleep(for: ContinuousClock.now.duration(to: answer.start + patience))
                    throw late
                }
                guard let bytes = try await group.next() else { throw CancellationError() }
                return bytes
            }
        } catch is NIOTooManyBytesError {
            throw RemoteError.tooLong(name, what: what, limit: limit)
        } catch {
            throw explained(error)
        }
    }
}
