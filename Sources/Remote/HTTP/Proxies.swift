import Foundation

/// What `HTTPS_PROXY` and `NO_PROXY` say. Plain HTTP and this machine need no proxy.
package struct Proxies: Sendable {
    private let address: String
    private let without: [String]

    /// Reads variables, in either case, as curl does.
    package init(environment: [String: String] = ProcessInfo.processInfo.environment) {
        address = environment["HTTPS_PROXY"] ?? environment["https_proxy"] ?? ""
        without = (environment["NO_PROXY"] ?? environment["no_proxy"] ?? "").lowercased()
            .split { $0 == "," || $0 == " " }.map(String.init)
    }

    struct Proxy: Hashable {
        let host: String
        let port: Int
        let login: Login?
    }

    /// The proxy for a target; nil if it is asked directly.
    func proxy(for target: Target) throws -> Proxy? {
        guard !address.isEmpty, target.scheme == "https", !target.isLoopback, !isExcepted(target) else { return nil }
        guard let url = URL(string: address.contains("://") ? address : "http://" + address), let host = url.host else {
            throw RemoteError.noProxy("it is not an address such as 'http://proxy.example:3128'")
        }
        guard url.scheme == "http" else {
            throw RemoteError.noProxy("only HTTP proxies such as 'http://proxy.example:3128' are supported")
        }
        let login = url.user.flatMap { user in
            Login(user: user.removingPercentEncoding ?? user, secret: url.password?.removingPercentEncoding ?? "")
        }
        return Proxy(host: host, port: url.port ?? 80, login: login)
    }

    private func isExcepted(_ target: Target) -> Bool {
        without.contains { entry in
            if entry == "*" { return true }
            var name = entry
            if let colon = name.lastIndex(of: ":"), let port = Int(name[name.index(after: colon)...]),
                name.firstIndex(of: ":") == colon
            {
                guard port == target.port else { return false }
                name = String(name[..<colon])
            }
            if let slash = name.firstIndex(of: "/") {
                return Self.isIn(target.host, name[..<slash], bits: Int(name[name.index(after: slash)...]))
            }
            if name.hasPrefix("*.") { name.removeFirst() }
            if name.hasPrefix(".") { return target.host.hasSuffix(name) || target.host == name.dropFirst() }
            return target.host == name || target.host.hasSuffix("." + name)
        }
    }

    /// `10.0.0.0/8`
    private static func isIn(_ host: String, _ network: Substring, bits: Int?) -> Bool {
        func number(_ text: some StringProtocol) -> UInt32? {
            let parts = text.split(separator: ".", omittingEmptySubsequences: false)
            let bytes = parts.compactMap { UInt8($0) }
            return bytes.count == 4 && parts.count == 4 ? bytes.reduce(0) { $0 << 8 | UInt32($1) } : nil
        }
        guard let host = number(host), let network = number(network), let bits, (0...32).contains(bits) else {
            return false
        }
        return (host ^ network) >> UInt32(32 - bits) == 0
    }
}
