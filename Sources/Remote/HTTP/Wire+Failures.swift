import AsyncHTTPClient
import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Recipe

extension Wire {
    /// What an answer means that nobody wanted: `Trouble` if it may pass.
    func failure(_ answer: Answer, _ what: String) async -> any Error {
        let status = answer.status
        let pause = answer.header("Retry-After").flatMap { Int($0) }.map { Duration.seconds(max(0, min($0, 86400))) }
        switch status {
        case 401: return refusal(what, isLoggedIn: (try? await login()) != nil)
        case 403:
            let words = await words(answer)
            return RemoteError.refused(
                name, what: what,
                help: "it is forbidden to this login, or to everybody"
                    + (words.isEmpty ? "" : " (the server says: \(words))"))
        case 404: return RemoteError.notFound(name, what: what)
        case 413: return RemoteError.tooLarge(name, what: what, limit: nil)
        case _ where status == 429 || status == 503 && pause != nil:
            return Trouble(
                error: .busy(name, seconds: pause.map { Int($0.components.seconds) }), pause: pause)
        case 507: return RemoteError.full(name)
        default:
            let error = await unexpected(answer, what)
            let mayPass = status == 408 || (500...599).contains(status) && ![501, 505].contains(status)
            return mayPass ? Trouble(error: error, pause: pause) : error
        }
    }

    /// An answer that has no better name, with the registry's own words.
    func unexpected(_ answer: Answer, _ what: String) async -> RemoteError {
        .unexpected(name, what: what, status: answer.status, words: await words(answer))
    }

    /// What helps somebody whom the registry does not let in.
    func refusal(_ what: String, isLoggedIn: Bool) -> RemoteError {
        let host = registry.authority
        let help =
            if !registry.isSecret {
                "it wants a login, which is not sent without TLS"
            } else if isLoggedIn {
                "the login for \(host) is not valid there, or has no right to it; log in again with 'docker login' or 'skopeo login'"
            } else {
                "it wants a login for \(host); give one with 'docker login' or 'skopeo login'"
                    + unusableFiles.map { " (\($0) cannot be read as JSON, so no login in it is known)" }.joined()
            }
        return .refused(name, what: what, help: help)
    }

    /// The registry's own words, cut to what fits into a line.
    private func words(_ answer: Answer) async -> String {
        // It was sent a password, and what it says of it is not worth the risk.
        guard !answer.isTokenService else { return "" }
        let bytes = await beginning(answer)
        let whole = String(decoding: bytes, as: UTF8.self)
        let text: String
        if let first = (try? JSONParser.parse(bytes))?["errors"]?.array?.first {
            let parts = [first["code"]?.string, first["message"]?.string].compactMap { $0 }.filter { !$0.isEmpty }
            text = parts.joined(separator: ", ")
        } else {
            text = whole
        }
        // Some repeat what they were asked. Looked for before anything is cut, or a part of it would pass.
        if let sent = answer.authorization?.split(separator: " ").last, whole.contains(sent) || text.contains(sent) {
            return ""
        }
        if isSecret(whole) || isSecret(text) { return "" }
        // A web server's page is for a browser.
        if text.hasPrefix("<") { return "" }
        let clean = text.prefix(300).split(whereSeparator: \.isWhitespace).joined(separator: " ").onOneLine
        return clean.count > 200 ? String(clean.prefix(200)) + "…" : clean
    }

    /// What an error's body begins with, if it comes soon: some registries promise more than they send.
    func beginning(_ answer: Answer) async -> [UInt8] {
        let length = answer.header("Content-Length").flatMap { Int($0) }
        guard answer.status != 416, (length ?? 0) <= 16384 else { return [] }
        return (try? await document(answer, limit: 16384, what: "")) ?? []
    }

    /// What an error of the client means to people: `Trouble` if it may pass.
    func explained(_ error: any Error) -> any Error {
        func passing(_ why: String, _ hasNoContact: Bool = false) -> Trouble {
            Trouble(error: .unreachable(name, why: why), hasNoContact: hasNoContact)
        }
        switch error {
        case is Trouble, is RemoteError, is CancellationError: return error
        case let error as HTTPClientError: return explained(error, passing)
        case let error as NIOConnectionError:
            let isUnknown = error.connectionErrors.isEmpty
            return passing(
                isUnknown ? "no address is known for \(error.host)" : "nothing listens at \(registry.origin)", true)
        case let error as IOError where [ECONNREFUSED, EHOSTUNREACH, ENETUNREACH, ETIMEDOUT].contains(error.errnoCode):
            return passing("nothing listens at \(registry.origin)", true)
        case let error as NIOSSLError: return untrusted(error)
        case is NIOSSLExtraError, is BoringSSLError:
            return RemoteError.untrusted(name, why: "its certificate is not for \(registry.host)")
        case is HTTPParserError: return passing("its answer broke off or is not HTTP")
        default: return passing("the connection broke off")
        }
    }

    private func explained(_ error: HTTPClientError, _ passing: (String, Bool) -> Trouble) -> any Error {
        switch error {
        case .cancelled: CancellationError()
        case .readTimeout, .writeTimeout, .deadlineExceeded:
            passing("nothing moved for \(options.pace.silence.components.seconds) seconds", false)
        case .connectTimeout, .getConnectionFromPoolTimeout: passing("no connection could be made", true)
        case .tlsHandshakeTimeout, .socksHandshakeTimeout, .httpProxyHandshakeTimeout:
            passing("the handshake did not finish", true)
        case .proxyAuthenticationRequired:
            RemoteError.noProxy("it wants a user and a password, as in 'http://user:password@host:3128'")
        case .invalidProxyResponse: passing("the proxy does not connect to it", true)
        default: passing("the connection broke off", false)
        }
    }

    private func untrusted(_ error: NIOSSLError) -> any Error {
        guard case .handshakeFailed(let inner) = error else {
            return Trouble(error: .unreachable(name, why: "the connection broke off"))
        }
        let text = String(describing: inner)
        if text.contains("CERTIFICATE_VERIFY_FAILED") {
            return RemoteError.untrusted(
                name, why: "its certificate is not from an authority known here; name your own with --ca")
        }
        if text.contains("WRONG_VERSION_NUMBER") || text.contains("HTTP_REQUEST") {
            return RemoteError.untrusted(name, why: "it does not speak TLS; --plain-http asks it without")
        }
        return Trouble(error: .unreachable(name, why: "the TLS handshake broke off"), hasNoContact: true)
    }
}
