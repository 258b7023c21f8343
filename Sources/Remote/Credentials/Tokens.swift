import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import Recipe

/// What is sent as `Authorization`, kept for as long as it is good.
actor Tokens {
    private enum Scheme {
        case basic
        case bearer(realm: Target, service: String?)
    }

    private struct Key: Hashable {
        let realm: Target
        let service: String?
        let scopes: [String]
    }

    private struct Kept {
        let header: String
        /// A token is replaced before it ends. Durations, no clocks: theirs may be wrong.
        let renewal: ContinuousClock.Instant
    }

    /// One renewal at a time: who comes meanwhile waits for what comes of it.
    private struct Turn {
        let gate = Gate(1)
        var count = 0
        var outcome: Result<Kept, any Error>?
    }

    /// Nil until the registry asked for anything.
    private var scheme: Scheme?
    private var basic: String?
    private var turns: [Key: Turn] = [:]
    /// What the registry itself wants for scopes beside them.
    private var wanted: [[String]: [String]] = [:]

    /// The header for these scopes, as far as the registry's ways are known; nil if it may go without.
    func known(for scopes: [String], _ wire: Wire) async throws -> String? {
        switch scheme {
        case nil: nil
        case .basic: basic
        case .bearer(let realm, let service):
            try await token(Key(realm: realm, service: service, scopes: wanted[scopes] ?? scopes), nil, wire)
        }
    }

    /// Another header than `rejected`, by what the registry asks for; nil if there is none.
    func renewed(_ challenges: [Challenge], for scopes: [String], rejected: String?, what: String, _ wire: Wire)
        async throws -> String?
    {
        if let bearer = challenges.first(where: { $0.scheme == "bearer" }) {
            guard let realm = bearer.parameters["realm"].flatMap({ wire.registry.resolving($0) }) else {
                throw RemoteError.unexpected(
                    wire.name, what: what, status: 401, words: "it does not say where tokens are given")
            }
            try wire.check(realm, after: wire.registry)
            let service = bearer.parameters["service"]
            scheme = .bearer(realm: realm, service: service)
            let own = (bearer.parameters["scope"] ?? "").split(separator: " ").map(String.init)
            let all = scopes + own.prefix(16).filter { scope in !scopes.contains { Self.covers($0, scope) } }
            wanted[scopes] = all
            return try await token(Key(realm: realm, service: service, scopes: all), rejected, wire)
        }
        guard challenges.contains(where: { $0.scheme == "basic" }) else { return nil }
        scheme = .basic
        // Meanwhile another request may have learnt it.
        if let basic, basic != rejected { return basic }
        basic = try await wire.login()?.basic
        return basic == rejected ? nil : basic
    }

    /// `repository:a:pull,push` covers `repository:a:pull`.
    private static func covers(_ whole: String, _ part: String) -> Bool {
        func parts(_ scope: String) -> (name: Substring, rights: [Substring]) {
            guard let colon = scope.lastIndex(of: ":") else { return (scope[...], []) }
            return (scope[..<colon], scope[scope.index(after: colon)...].split(separator: ","))
        }
        let (whole, part) = (parts(whole), parts(part))
        return whole.name == part.name && part.rights.allSatisfy { whole.rights.contains($0) }
    }

    private func token(_ key: Key, _ rejected: String?, _ wire: Wire) async throws -> String {
        let turn = turns[key] ?? Turn()
        turns[key] = turn
        return try await turn.gate.pass {
            let now = turns[key] ?? turn
            switch now.outcome {
            case .success(let kept)? where kept.header != rejected && ContinuousClock.now < kept.renewal:
                return kept.header
            // The same was refused to somebody while this one waited.
            case .failure(let error)? where now.count > turn.count: throw error
            default: break
            }
            let outcome: Result<Kept, any Error>
            do { outcome = .success(try await Self.fetch(key, wire)) } catch {
                // Who gave up says nothing of the token.
                if Task.isCancelled || error is CancellationError { throw CancellationError() }
                outcome = .failure(error)
            }
            turns[key]?.outcome = outcome
            turns[key]?.count += 1
            return try outcome.get().header
        }
    }

    private static func fetch(_ key: Key, _ wire: Wire) async throws -> Kept {
        let what = "a token from \(key.realm.origin)"
        // It would go out unprotected to the service, or come back so to the registry.
        let login = key.realm.isSecret ? try await wire.login() : nil
        var patience = Patience(wire.options.pace)
        while true {
            do {
                let start = ContinuousClock.now
                let ask = request(key, login, what)
                guard let ask else { throw RemoteError.elsewhere(wire.name, why: "it is not an HTTP address") }
                let isPassword = login.map { !$0.isRefreshToken } ?? false
                let answer = try await wire.follow(ask, authorization: isPassword ? login?.basic : nil)
                guard answer.status == 200 else {
                    throw answer.status == 401 || answer.status == 400 && login != nil
                        ? wire.refusal(what, isLoggedIn: login != nil) : await wire.failure(answer, what)
                }
                let json = try? JSONParser.parse(try await wire.document(answer, limit: 1 << 20, what: what))
                guard let token = json?["token"]?.string ?? json?["access_token"]?.string, isHeader(token) else {
                    throw RemoteError.unexpected(wire.name, what: what, status: 200, words: "it holds no token")
                }
                let life = min(max(json?["expires_in"]?.number?.double ?? 60, 1), 86400)
                return Kept(header: "Bearer " + token, renewal: start + .seconds(life * 0.8))
            } catch let trouble as Trouble {
                try await patience.wait(after: trouble, known: true)
            }
        }
    }

    private static func isHeader(_ text: String) -> Bool {
        (1...65536).contains(text.utf8.count) && text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
    }

    private static func request(_ key: Key, _ login: Login?, _ what: String) -> Wire.Ask? {
        func form(_ fields: [(String, String)]) -> String {
            // What is reserved in a query stays escaped.
            let plain = CharacterSet(charactersIn: "-._~").union(
                .alphanumerics.intersection(CharacterSet(charactersIn: "\0"..."\u{7F}")))
            return fields.map { "\($0)=\($1.addingPercentEncoding(withAllowedCharacters: plain) ?? "")" }
                .joined(separator: "&")
        }
        let service = key.service.map { [("service", $0)] } ?? []
        if let login, login.isRefreshToken {
            let fields = form(
                [
                    ("grant_type", "refresh_token"), ("client_id", "reprofs"), ("refresh_token", login.secret),
                    ("scope", key.scopes.joined(separator: " ")),
                ] + service)
            return Wire.Ask(
                method: .POST, target: key.realm, what: what,
                headers: [("Content-Type", "application/x-www-form-urlencoded")],
                body: .bytes(ByteBuffer(string: fields)))
        }
        let target = key.realm.adding(query: form(service + key.scopes.map { ("scope", $0) }))
        return target.map { Wire.Ask(target: $0, what: what) }
    }
}
