package import Recipe

/// Why a remote did not do what it was asked to do, as a sentence for a person. No address with a query, no header and no password is in it.
package enum RemoteError: Error, Sendable, Equatable, CustomStringConvertible {
    /// A text that is not the address of a remote.
    case noAddress(String, why: String)
    /// A text that cannot be a tag.
    case noTag(String)
    /// A certificate authority's file that cannot be used.
    case noAuthority(String)
    /// A proxy's address that cannot be used.
    case noProxy(String)
    /// Nothing answers, or what answers breaks off, also after waiting.
    case unreachable(String, why: String)
    /// Its certificate is not trusted, or it does not speak TLS.
    case untrusted(String, why: String)
    /// It wants a login, or other rights than this login has (401, 403). `help` is a sentence.
    case refused(String, what: String, help: String)
    /// It is not there (404).
    case notFound(String, what: String)
    /// Other bytes came, or other ones than the registry itself says, or not as many.
    case wrongBytes(String, what: String, why: String)
    /// The registry said that it took a blob, but has another length of it, in bytes; nil if it has none of it.
    case keepsOther(String, what: String, size: Int, stored: Int?)
    /// The registry lacks blobs that a manifest names. Empty if it does not say which.
    case blobUnknown([Digest])
    /// More than the registry takes (413), or than it was said to take. Bytes, if it is known.
    case tooLarge(String, what: String, limit: Int?)
    /// The registry asks to come later (429, or 503 with a time), also after waiting. Seconds that it named.
    case busy(String, seconds: Int?)
    /// It has no space left (507).
    case full(String)
    /// Another answer than was to be expected; `words` are the registry's own, on one line.
    case unexpected(String, what: String, status: Int, words: String)
    /// An answer is longer than this many bytes.
    case tooLong(String, what: String, limit: Int)
    /// It has more tags, or more pages of them, than are taken.
    case tooMany(String, what: String)
    /// What would have more parts there than a manifest can name.
    case tooManyParts(String, what: String, limit: Int)
    /// It redirects to an address that is not followed.
    case elsewhere(String, why: String)
    /// A program that keeps passwords did not give one.
    case helper(String, why: String)
    /// The bytes to be sent are not there.
    case localBytes(String)
    /// A web server that does not show an OCI layout there.
    case noLayout(String, why: String)
    /// A layout behind a web server takes nothing.
    case readOnly(String)

    package var description: String { sentence }

    /// On one line, without a full stop.
    package var sentence: String { text.onOneLine }

    private var text: String {
        switch self {
        case .noAddress(let text, let why):
            "'\(text)' is not the address of a remote, such as 'oci://registry.example/team/models' or 'https://host.example/store': \(why)"
        case .noTag(let text): "'\(text)' cannot be a tag; a tag has up to 128 of a-z, A-Z, 0-9, '_', '.' and '-'"
        case .noAuthority(let file): "\(file) has no certificate in PEM format that can be read"
        case .noProxy(let why): "the proxy that HTTPS_PROXY names cannot be used: \(why)"
        case .unreachable(let name, let why): "\(name) does not answer: \(why)"
        case .untrusted(let name, let why): "the connection to \(name) cannot be trusted: \(why)"
        case .refused(let name, let what, let help): "\(name) refuses \(what): \(help)"
        case .notFound(let name, let what): "\(name) does not have \(what)"
        case .wrongBytes(let name, let what, let why):
            "\(name) sent wrong bytes for \(what): \(why); they were not used"
        case .keepsOther(let name, let what, let size, let stored):
            "\(name) says that it took \(what), but has "
                + (stored.map { "\($0) bytes of it, not \(size)" } ?? "nothing of its \(size) bytes")
        case .blobUnknown(let digests):
            digests.isEmpty
                ? "the registry lacks blobs that the manifest names"
                : "the registry lacks blobs that the manifest names: "
                    + digests.prefix(5).map(\.hex).joined(separator: ", ")
                    + (digests.count > 5 ? " and \(digests.count - 5) more" : "")
        case .tooLarge(let name, let what, let limit):
            "\(name) does not take \(what): it is larger than "
                + (limit.map { "its limit of \($0) bytes" }
                    ?? "the registry, or a proxy in front of it, accepts; add the remote with a smaller --max-blob to have large files kept there in parts")
        case .busy(let name, let seconds):
            "\(name) takes no more requests now and wants to be asked again "
                + (seconds.map { "in \($0) seconds" } ?? "later")
        case .full(let name): "\(name) has no space left"
        case .unexpected(let name, let what, let status, let words):
            "\(name) answers \(what) with status \(status)" + (words.isEmpty ? "" : ": \(words)")
        case .tooLong(let name, let what, let limit):
            "\(name) answers \(what) with more than \(limit) bytes, which is the limit"
        case .tooMany(let name, let what): "\(name) has more than \(what), which is the limit"
        case .tooManyParts(let name, let what, let limit):
            "\(what) would have more than \(limit) parts and files at \(name): add the remote with a larger --max-blob"
        case .elsewhere(let name, let why): "\(name) redirects to another address, which was not followed: \(why)"
        case .helper(let name, let why): "the credential helper \(name) gives no password: \(why)"
        case .localBytes(let what): "the bytes of \(what) cannot be read here"
        case .noLayout(let name, let why): "there is no store to be read at \(name): \(why)"
        case .readOnly(let name):
            "nothing can be pushed to \(name): a store behind a web server is only read. Pin the snapshot in that store, or push it to a "
                + "registry (oci://…)"
        }
    }
}
