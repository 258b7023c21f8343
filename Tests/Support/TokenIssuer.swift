import Foundation
import Synchronization
import SystemPackage

/// Gives the tokens that ``DockerRegistry`` takes: JSON web tokens, signed with RS256 by openssl.
package final class TokenIssuer: Sendable {
    private let server: HostileServer

    /// `life` is what it says of a token's life, in seconds. Only the login of ``DockerRegistry`` gets the right to push.
    package init(certificate: TestCertificate, life: Int = 300) throws {
        let pem = try String(contentsOfFile: certificate.certificate.string, encoding: .utf8)
        let der = pem.split(separator: "\n").filter { !$0.hasPrefix("-") }.joined()
        let login = "Basic " + Data("\(DockerRegistry.user):\(DockerRegistry.password)".utf8).base64EncodedString()
        let key = certificate.key
        server = try HostileServer { client in
            let query = client.request.removingPercentEncoding ?? ""
            let isKnown = client.headers["authorization"] == login
            if client.headers["authorization"] != nil, !isKnown {
                return client.answer("{}", status: "401 Unauthorized")
            }
            let scopes = query.split { "?& ".contains($0) }.filter { $0.hasPrefix("scope=") }.map { $0.dropFirst(6) }
            let access = scopes.map { scope -> String in
                let parts = scope.split(separator: ":")
                let rights = parts.last?.split(separator: ",").filter { isKnown || $0 == "pull" } ?? []
                let list = rights.map { "\"\($0)\"" }.joined(separator: ",")
                return
                    "{\"type\":\"repository\",\"name\":\"\(parts.dropFirst().dropLast().joined(separator: ":"))\",\"actions\":[\(list)]}"
            }
            let now = Int(Date().timeIntervalSince1970)
            let claims = """
                {"iss":"\(DockerRegistry.issuer)","sub":"x","aud":"\(DockerRegistry.service)","exp":\(now + life),"nbf":\(now - 5),\
                "iat":\(now),"jti":"\(UInt64.random(in: 0...UInt64.max))","access":[\(access.joined(separator: ","))]}
                """
            func encoded(_ bytes: some Sequence<UInt8>) -> String {
                Data(bytes).base64EncodedString().replacingOccurrences(of: "+", with: "-")
                    .replacingOccurrences(of: "/", with: "_").replacingOccurrences(of: "=", with: "")
            }
            let head = "{\"typ\":\"JWT\",\"alg\":\"RS256\",\"x5c\":[\"\(der)\"]}"
            let text = encoded(head.utf8) + "." + encoded(claims.utf8)
            guard
                let signature = try? TestCertificate.openssl(
                    ["dgst", "-sha256", "-sign", key.string], input: Array(text.utf8))
            else { return client.answer("{}", status: "500 Internal Server Error") }
            client.answer("{\"token\":\"\(text).\(encoded(signature))\",\"expires_in\":\(life)}")
        }
    }

    package var address: String { server.address + "/token" }
    /// What was asked for, as it came.
    package var requests: [String] { server.heard.withLock { $0 } }
}
