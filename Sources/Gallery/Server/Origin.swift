import HTTPTypes
import Synchronization

/// Where the gallery is served: what a browser calls it, which is known once it listens.
final class Origin: Sendable {
    private let bound = Atomic(0)

    /// 0 until it listens.
    var port: Int { bound.load(ordering: .acquiring) }
    func listens(at port: Int) { bound.store(port, ordering: .releasing) }

    /// The exact names by which it may be called. Any other one is a stranger's that leads here, as in DNS rebinding.
    private var hosts: [String] {
        let names = ["127.0.0.1", "localhost"]
        return names.map { "\($0):\(port)" } + (port == 80 ? names : [])
    }

    func isCalled(_ host: String?) -> Bool { host.map(hosts.contains) ?? false }

    /// Whether `origin` is the page of this gallery that the request was sent to; nil is what no page sent.
    func isOwn(_ origin: String?, at host: String) -> Bool { origin == nil || origin == "http://\(host)" }

    /// Cookies are not told apart by port, so the name tells it.
    var cookie: String { "reprofs-gallery-\(port)" }

    /// What opens it once, for a browser to be started with; nil where that was used.
    func address(with ticket: Ticket) -> String? {
        ticket.text.map { "http://127.0.0.1:\(port)/?ticket=\($0)" }
    }

    /// What opens it: the one address that holds the secret.
    func address(with secret: Secret) -> String { "http://127.0.0.1:\(port)/?token=\(secret.text)" }
}
