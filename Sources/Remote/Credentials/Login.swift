import Foundation
import Recipe

/// A user and what proves him. It does not show what it holds, however it is printed.
package struct Login: Sendable, Hashable, CustomStringConvertible, CustomReflectable {
    let user: String
    let secret: String

    /// The secret may hold colons; the user cannot.
    package init(user: String, secret: String) {
        self.user = user
        self.secret = secret
    }

    /// `user:secret` in base64, as Docker keeps it; nil if it is something else. The first colon parts them.
    init?(encoded: String) {
        guard let bytes = base64(encoded) else { return nil }
        // Docker pads what it keeps with zeros.
        let text = String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        guard let colon = text.firstIndex(of: ":"), colon != text.startIndex else { return nil }
        user = String(text[..<colon])
        secret = String(text[text.index(after: colon)...])
    }

    /// Docker's name for a user whose secret is a refresh token.
    static let tokenUser = "<token>"
    var isRefreshToken: Bool { user == Self.tokenUser }

    /// The value of an `Authorization` header.
    var basic: String { "Basic " + Data("\(user):\(secret)".utf8).base64EncodedString() }

    /// How it may come back in what somebody answers.
    var forms: Set<String> {
        func encoded(_ text: String) -> [String] {
            let base64 = Data(text.utf8).base64EncodedString().filter { $0 != "=" }
            return [
                base64, base64.replacing("+", with: "-").replacing("/", with: "_"),
                text.addingPercentEncoding(withAllowedCharacters: .urlQueryAllowed) ?? "",
                text.addingPercentEncoding(
                    withAllowedCharacters: .alphanumerics.union(CharacterSet(charactersIn: "-._~"))) ?? "",
                text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;"),
                // As JSON has it, without its quotation marks.
                String(JSON.string(text).compact().dropFirst().dropLast()),
            ]
        }
        return Set([secret] + encoded(secret) + encoded("\(user):\(secret)")).filter { !$0.isEmpty }
    }

    package var description: String { "a login" }
    package var customMirror: Mirror { Mirror(self, children: EmptyCollection<Mirror.Child>()) }
}
