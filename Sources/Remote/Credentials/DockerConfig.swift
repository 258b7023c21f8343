import Recipe

/// What a file of Docker's (`config.json`) or of Podman's and Skopeo's (`auth.json`) says of logins.
package struct DockerConfig: Sendable {
    /// Where a login is.
    package enum Found: Sendable, Equatable {
        case login(Login)
        /// A program, `docker-credential-NAME`, that is asked for it.
        case helper(String)
    }

    /// By registry, or by registry and the beginning of a path.
    private var logins: [String: Login] = [:]
    private var helpers: [String: String] = [:]
    private var store: String?

    /// Nil if it is no JSON object. What has another form in it is as if it was not there.
    package init?(_ bytes: [UInt8]) {
        guard let json = try? JSONParser.parse(bytes), json.object != nil else { return nil }
        for (key, value) in json["auths"]?.object?.members ?? [] {
            if let token = value["identitytoken"]?.string, !token.isEmpty {
                logins[Self.normal(key)] = Login(user: Login.tokenUser, secret: token)
            } else if let login = value["auth"]?.string.flatMap({ Login(encoded: $0) }) {
                logins[Self.normal(key)] = login
            }
        }
        for (key, value) in json["credHelpers"]?.object?.members ?? [] {
            if let name = value.string, Self.isHelper(name) { helpers[Self.normal(key)] = name }
        }
        store = json["credsStore"]?.string.flatMap { Self.isHelper($0) ? $0 : nil }
    }

    /// Where the login for a repository may be, in the order in which Docker looks: with the helper of its registry, in the store of all
    /// logins, in the file. Of names in the file, that with the longest beginning of the path counts. `hosts` are the registry's names.
    package func find(hosts: [String], path: String) -> [Found] {
        var keys: [String] = []
        var ending = path[...]
        while true {
            keys += hosts.map { ending.isEmpty ? $0 : "\($0)/\(ending)" }
            guard !ending.isEmpty else { break }
            ending = ending[..<(ending.lastIndex(of: "/") ?? ending.startIndex)]
        }
        let helper = keys.lazy.compactMap { helpers[$0] }.first ?? store
        let login = keys.lazy.compactMap { logins[$0] }.first
        return [helper.map { .helper($0) }, login.map { .login($0) }].compactMap { $0 }
    }

    /// Docker's keys may be addresses: `https://index.docker.io/v1/`.
    private static func normal(_ key: String) -> String {
        var name = key[...]
        for scheme in ["https://", "http://"] where name.hasPrefix(scheme) { name = name.dropFirst(scheme.count) }
        while name.hasSuffix("/") { name = name.dropLast() }
        for version in ["/v1", "/v2"] where name.hasSuffix(version) { name = name.dropLast(version.count) }
        return String(name)
    }

    /// It becomes the name of a program, which must not lead anywhere.
    private static func isHelper(_ name: String) -> Bool {
        (1...64).contains(name.utf8.count)
            && name.utf8.allSatisfy { $0.isASCIIAlphanumeric || "_.-".utf8.contains($0) }
    }
}
