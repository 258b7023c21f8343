import Glibc
import HTTPTypes
import Hummingbird
import Recipe
import Store

/// What every request must get through, whatever it is for, and what every answer says. Each line of `docs/GALLERY.md` about safety is
/// a line here.
struct Gate: RouterMiddleware {
    let origin: Origin
    let secret: Secret
    let ticket: Ticket
    /// Whether requests that change anything are answered at all.
    let allowsChanges: Bool

    func handle(
        _ request: Request, context: GalleryContext,
        next: (Request, GalleryContext) async throws -> Response
    ) async throws -> Response {
        var response: Response
        do {
            if let answer = admit(request, from: context.peer) {
                response = answer
            } else {
                response = try await next(request, context)
            }
        } catch { response = Problem(error).response(asPage: request.wantsPage) }
        if request.method == .head { response = response.createHeadResponse() }
        for (name, value) in Self.headers { response.headers[name] = value }
        if response.headers[.cacheControl] == nil { response.headers[.cacheControl] = "private, no-cache" }
        return response
    }

    /// Nil where the request may go on; the answer where it may not.
    private func admit(_ request: Request, from peer: Int?) -> Response? {
        let refuse = { (status: HTTPResponse.Status, why: String) in
            Problem(status, why).response(asPage: request.wantsPage)
        }
        guard request.head.path?.hasPrefix("/") == true else {
            return refuse(.badRequest, "The request names no path of this gallery.")
        }
        // With a second Host, another program that reads the request might believe the other one.
        let named = request.head.authority
        guard origin.isCalled(named), let host = named, request.headers[values: .secondHost].isEmpty else {
            return refuse(
                .misdirectedRequest, "This gallery is at 127.0.0.1 and localhost with its port, and has no other name.")
        }
        guard request.headers[values: .origin].count <= 1, origin.isOwn(request.headers[.origin], at: host) else {
            return refuse(.forbidden, "Another page asked for this.")
        }
        guard [nil, "same-origin", "none"].contains(request.headers[.secFetchSite]) else {
            return refuse(.forbidden, "Another page asked for this. Paste the address into the browser instead.")
        }
        switch request.method {
        case .get, .head: break
        case .post where allowsChanges:
            // A form on another page can send any text, but cannot set a header.
            guard request.headers[.reprofs] == "1" else {
                return refuse(.forbidden, "What changes something is asked for by the gallery's own pages alone.")
            }
        case .post: return refuse(.methodNotAllowed, "This gallery was started with --read-only and changes nothing.")
        default: return refuse(.methodNotAllowed, "This gallery is only looked at.")
        }
        if request.method == .get, let token = request.parameter("token") {
            guard secret.isSame(as: token) else { return refuse(.unauthorized, Self.stranger) }
            return enter(request)
        }
        if request.method == .get, let text = request.parameter("ticket") {
            // The owner of the connection is checked first, so that a stranger cannot even use up the ticket.
            guard let peer, SocketTable.user(ofPort: peer, to: origin.port) == geteuid(), ticket.take(text) else {
                return refuse(.unauthorized, Self.stranger)
            }
            return enter(request)
        }
        guard request.cookies(named: origin.cookie).contains(where: { secret.isSame(as: $0) }) else {
            return refuse(.unauthorized, Self.stranger)
        }
        return nil
    }

    private static let stranger =
        "This gallery is opened by the address that '\(ShellCommand.reprofs("gallery"))' printed when it was started; an address of an earlier start opens nothing any more."

    /// Makes the browser keep the secret where no page can read it, and removes it from the address.
    private func enter(_ request: Request) -> Response {
        Response(
            status: .seeOther,
            headers: [
                .location: "/",
                .setCookie: "\(origin.cookie)=\(secret.text); HttpOnly; SameSite=Strict; Path=/",
            ])
    }

    /// What the browser may do with any answer.
    private static let headers: [(HTTPField.Name, String)] = [
        (
            .contentSecurityPolicy,
            "default-src 'none'; img-src 'self'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
        ),
        (.xContentTypeOptions, "nosniff"), (.referrerPolicy, "no-referrer"),
        (.crossOriginResourcePolicy, "same-origin"), (.crossOriginOpenerPolicy, "same-origin"),
        (.xFrameOptions, "DENY"), (.permissionsPolicy, "camera=(), microphone=(), geolocation=()"),
    ]
}

extension Request {
    /// Whether a person looks at what comes.
    var wantsPage: Bool { headers[.accept]?.contains("text/html") ?? false }

    func cookies(named name: String) -> [Substring] {
        headers[values: .cookie].flatMap { line in
            line.split(separator: ";").compactMap { pair in
                let pair = pair.drop { $0 == " " }
                guard let sign = pair.firstIndex(of: "="), pair[..<sign] == name else { return nil }
                return pair[pair.index(after: sign)...]
            }
        }
    }
}
