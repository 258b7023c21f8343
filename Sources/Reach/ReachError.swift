package import Recipe

/// Why nothing could be moved between a store and a remote, as a sentence for a person.
package enum ReachError: Error, Sendable, CustomStringConvertible {
    /// No remote has what was asked for.
    case notThere(String, remote: String)
    /// Several snapshots there begin with these digits.
    case ambiguous(String, remote: String, snapshots: [String])
    /// A manifest that another program put there.
    case anotherKind(String, remote: String)
    /// A manifest of a pinned snapshot that says what cannot be.
    case notAPin(String, remote: String, why: String)
    /// A pin's name that the remote has for another snapshot.
    case nameTaken(String, remote: String, snapshot: Digest?)
    /// Bytes that a manifest names are neither here nor there.
    case lost([String], remote: String)
    /// The remote has other bytes, or another number of them, under a hash. `what` is a name for people.
    case damaged(Digest, remote: String, what: String)
    /// It was not waited for any longer.
    case late(remote: String, seconds: Int)

    package var description: String {
        switch self {
        case .notThere(let what, let remote): "\(remote) does not have \(what)"
        case .ambiguous(let text, let remote, let snapshots):
            "'\(text)' is the beginning of several snapshots at \(remote): \(snapshots.joined(separator: ", "))"
        case .anotherKind(let what, let remote):
            "\(what) at \(remote) is not a pinned snapshot: its manifest is of another kind"
        case .notAPin(let what, let remote, let why): "\(what) at \(remote) is not a pinned snapshot: \(why)"
        case .nameTaken(let name, let remote, let snapshot):
            "'\(name)' is the name of \(snapshot.map { "snapshot \($0.hex.prefix(12))" } ?? "something else") at \(remote); "
                + "--replace gives it to this one"
        case .lost(let paths, let remote):
            "bytes that the manifest names are neither here nor at \(remote): \(paths.prefix(5).joined(separator: ", "))"
                + (paths.count > 5 ? " and \(paths.count - 5) more" : "")
        case .damaged(let digest, let remote, let what):
            "\(remote) has wrong bytes for \(what) (sha256:\(digest.hex)); they were not used. "
                + "A push brings them again once the registry has deleted that blob and collected its garbage"
        case .late(let remote, let seconds): "\(remote) did not answer within \(seconds) seconds"
        }
    }
}
