import Recipe

/// The address of a remote: `oci://host[:port]/path` of a repository in a registry, or `https://host[:port]/path` of an OCI layout that a
/// web server shows.
package struct RemoteAddress: Sendable, Hashable, CustomStringConvertible {
    /// What answers there; the value is how the address begins.
    package enum Kind: String, Sendable, CaseIterable {
        case registry = "oci://"
        case layout = "https://"
        /// A layout without TLS.
        case plainLayout = "http://"
    }

    package let kind: Kind
    /// In lower case; an IPv6 address has its brackets.
    package let host: String
    /// Nil for the usual one.
    package let port: Int?
    /// The repository's name in its registry: `team/models`. Of a layout, the directory at its server, which may be the uppermost: "".
    package let path: String

    /// Reads what somebody typed; throws ``RemoteError/noAddress(_:why:)``.
    package init(_ text: String) throws {
        func fail(_ why: String) -> RemoteError { .noAddress(Self.withoutUser(text), why: why) }
        guard text.utf8.count <= 1024, let kind = Kind.allCases.first(where: { text.hasPrefix($0.rawValue) }) else {
            throw fail("it begins with neither oci:// nor https://")
        }
        let rest = text.dropFirst(kind.rawValue.count)
        let slash = rest.firstIndex(of: "/")
        guard slash != nil || kind != .registry else { throw fail("the repository in the registry is missing") }
        var place = rest[..<(slash ?? rest.endIndex)]
        var path = rest[place.endIndex...].drop { $0 == "/" }
        while path.hasSuffix("/") { path = path.dropLast() }
        if place.contains("@") {
            throw fail("it must not name a user; log in with 'docker login' or 'skopeo login'")
        }
        var port: Int?
        if let colon = place.lastIndex(of: ":"), !place.hasSuffix("]") {
            guard let number = Int(place[place.index(after: colon)...]), (1...65535).contains(number) else {
                throw fail("its port is not a number from 1 to 65535")
            }
            port = number
            place = place[..<colon]
        }
        guard Self.isHost(place) else { throw fail("its host is not a name or an address") }
        if kind == .registry {
            if path.contains("@") || path.contains(":") { throw fail("it must not end with a tag or a digest") }
            guard Self.isRepository(path) else {
                throw fail(
                    "a repository is words of a-z, 0-9 and single separators ('.', '_', '-') with '/' between them")
            }
        } else if !Self.isDirectory(path) {
            throw fail("its path is not one of a directory, without '..', a query or a fragment")
        }
        self.kind = kind
        host = place.lowercased()
        self.port = port
        self.path = String(path)
    }

    /// Another repository of the registry.
    func with(_ repository: String) throws -> RemoteAddress {
        try RemoteAddress(kind.rawValue + registry + "/" + repository)
    }

    package var description: String { kind.rawValue + registry + (path.isEmpty ? "" : "/" + path) }
    /// `host:port`, by which logins are kept.
    package var registry: String { host + (port.map { ":\($0)" } ?? "") }
    /// Whether the registry is on this machine.
    package var isLoopback: Bool { Target.isLoopback(host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host) }

    /// What somebody typed before an `@` may be a password.
    private static func withoutUser(_ text: String) -> String {
        guard let at = text.lastIndex(of: "@") else { return text }
        let start = text.firstRange(of: "://")?.upperBound ?? text.startIndex
        return text[..<min(start, at)] + "…" + text[at...]
    }

    private static let hub = ["docker.io", "index.docker.io", "registry-1.docker.io"]
    /// The names under which its login may be kept.
    var names: [String] { Self.hub.contains(registry) ? Self.hub : [registry] }
    /// What helpers are asked for.
    var helperName: String { Self.hub.contains(registry) ? "https://index.docker.io/v1/" : registry }
    /// Docker Hub answers under another name than people call it.
    func target(scheme: String) -> Target? {
        Target("\(scheme)://" + (Self.hub.contains(registry) ? "registry-1.docker.io" : registry) + "/")
    }

    private static func isHost(_ text: Substring) -> Bool {
        if text.hasPrefix("["), text.hasSuffix("]") {
            let inner = text.dropFirst().dropLast()
            return inner.contains(":") && inner.utf8.allSatisfy { "0123456789abcdefABCDEF:.".utf8.contains($0) }
        }
        return (1...253).contains(text.utf8.count) && !text.hasPrefix("-") && !text.hasPrefix(".")
            && text.utf8.allSatisfy { $0.isASCIIAlphanumeric || "-.".utf8.contains($0) }
    }

    /// The grammar of the distribution specification.
    static func isRepository(_ text: some StringProtocol) -> Bool {
        func isAlphanumeric(_ byte: UInt8) -> Bool { byte.isASCIILowercase || byte.isASCIIDigit }
        return (1...255).contains(text.utf8.count)
            && text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).allSatisfy { word in
                guard let first = word.first, let last = word.last, isAlphanumeric(first), isAlphanumeric(last) else {
                    return false
                }
                return word.split(omittingEmptySubsequences: true, whereSeparator: isAlphanumeric).allSatisfy {
                    separator in
                    separator.allSatisfy { $0 == UInt8(ascii: "-") }
                        || [".", "_", "__"].contains(String(decoding: separator, as: UTF8.self))
                }
            }
    }

    /// Words of what a path may have as it is, or in hexadecimal behind a `%`.
    private static func isDirectory(_ text: some StringProtocol) -> Bool {
        text.isEmpty
            || text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).allSatisfy { word in
                !word.isEmpty && ![".", ".."].contains(String(decoding: word, as: UTF8.self))
                    && word.allSatisfy { $0.isASCIIAlphanumeric || "-._~%+,=:!$&'()*;".utf8.contains($0) }
            }
    }
}
