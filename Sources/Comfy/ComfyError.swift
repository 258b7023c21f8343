import Recipe

/// Why a ComfyUI did not do what it was asked to do, as a sentence for a person.
package enum ComfyError: SeveralLines, Sendable {
    /// Nothing answers at the address.
    case absent(String)
    /// A text that is not an address of a server.
    case noAddress(String)
    /// Something answers that is not a ComfyUI, or not as its API says.
    case unexpected(String)
    /// The prompt was refused, with what the server says of each node.
    case rejected([String])
    /// A node failed.
    case failed(node: String, message: String)
    case interrupted
    /// It has ended.
    case died(String)
    /// It sent nothing for this many seconds.
    case silent(Int)
    /// It redirects requests to another address.
    case elsewhere(from: String, to: String)
    /// An answer is longer than this many bytes.
    case tooLong(String, limit: Int)
    /// An answer was not complete after this many seconds.
    case endless(String, seconds: Int)
    /// It cannot be started.
    case cannotStart(String)

    /// Whether this is the result of a run: the server was there, and did not make what it was asked for.
    package var endsRun: Bool {
        switch self {
        case .rejected, .failed, .died, .silent, .unexpected, .tooLong, .endless: true
        case .absent, .noAddress, .interrupted, .elsewhere, .cannotStart: false
        }
    }

    package var lines: [String] {
        if case .rejected(let reasons) = self { return ["ComfyUI refuses the prompt:"] + reasons.map { "  " + $0 } }
        return [sentence]
    }

    private var sentence: String {
        switch self {
        case .absent(let address): "no ComfyUI answers at \(address)"
        case .noAddress(let text): "'\(text)' is not the address of a server, such as 'http://127.0.0.1:8188'"
        case .unexpected(let what): "the server does not answer as ComfyUI does: \(what)"
        case .rejected: "ComfyUI refuses the prompt"
        case .failed(let node, let message): "ComfyUI failed in \(node): \(message)"
        case .interrupted: "the run was interrupted"
        case .died(let what): "ComfyUI ended in the middle of the run\(what.isEmpty ? "" : ": \(what)")"
        case .silent(let seconds): "ComfyUI said nothing for \(seconds) seconds"
        case .elsewhere(let from, let to):
            "the server at \(from) sends its callers to another address (\(to)), which nobody named; it is not followed"
        case .tooLong(let what, let limit):
            "the server's answer to \(what) is longer than \(limit >> 20) MiB; it is not taken"
        case .endless(let what, let seconds):
            "the server's answer to \(what) has not come to an end after \(seconds) seconds; it is not waited for"
        case .cannotStart(let why): "ComfyUI cannot be started: \(why)"
        }
    }
}
