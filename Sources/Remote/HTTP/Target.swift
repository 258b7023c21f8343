import Foundation

/// Where a request goes to: an address of HTTP, of which only the origin is ever shown.
struct Target: Sendable, Hashable {
    /// `https` or `http`.
    let scheme: String
    /// In lower case; an IPv6 address has no brackets.
    let host: String
    let port: Int
    /// All of it, for the request alone: a query may hold a secret.
    let text: String

    /// Nil unless it is an absolute address of HTTP, without a user.
    init?(_ text: String) {
        guard text.utf8.count <= 16384, let url = URL(string: text), let scheme = url.scheme?.lowercased(),
            ["http", "https"].contains(scheme), var host = url.host?.lowercased(), !host.isEmpty, url.user == nil,
            url.password == nil
        else { return nil }
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        let port = url.port ?? (scheme == "https" ? 443 : 80)
        guard (1...65535).contains(port) else { return nil }
        self.scheme = scheme
        self.host = host
        self.port = port
        self.text = text
    }

    /// What a `Location` or a `Link` in the answer to this means.
    func resolving(_ location: String) -> Target? {
        guard location.utf8.count <= 16384, let base = URL(string: text),
            let url = URL(string: location, relativeTo: base)
        else { return nil }
        return Target(url.absoluteString)
    }

    func adding(query: String) -> Target? { Target(text + (text.contains("?") ? "&" : "?") + query) }

    var isSecret: Bool { scheme == "https" || isLoopback }
    var isLoopback: Bool { Self.isLoopback(host) }

    static func isLoopback(_ host: String) -> Bool {
        if host == "localhost" || host == "::1" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }

    /// Scheme, host and port are the same.
    func hasOrigin(of other: Target) -> Bool {
        scheme == other.scheme && host == other.host && port == other.port
    }

    /// `https://host:port`, for people.
    var origin: String { "\(scheme)://\(authority)" }

    /// `host:port`, without the port that the scheme has anyway.
    var authority: String {
        let name = host.contains(":") ? "[\(host)]" : host
        let usual = scheme == "https" ? 443 : 80
        return name + (port == usual ? "" : ":\(port)")
    }
}
