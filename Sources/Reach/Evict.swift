import Recipe
import Remote
package import Store

/// What came of bytes whose file here was to go.
package enum Eviction: Sendable {
    /// It went; the room that this made, in bytes.
    case freed(Int)
    /// It was gone, and the bytes are at a remote.
    case elsewhere
    /// It is still here; why, as a sentence without its end.
    case stays(String)
}

extension Reaching {
    /// So many tags are asked for at most to find one that keeps a blob.
    private static let mostTags = 100

    /// Lets the file of bytes go, after all of them were read at the remote and were right. Whatever is not right there leaves the file.
    package func evict(_ wanted: WantedBytes) async throws -> Eviction {
        switch try store.evictability(of: wanted.digest) {
        case .elsewhere: return .elsewhere
        case .stays(let why): return .stays(why)
        case .here: break
        }
        guard let blob = try store.blobs(at: remote, wanted.digest).first else {
            return .stays("\(remote.name) is not known to have it\(try help(for: wanted.digest))")
        }
        if try await isKept(blob.content) == false {
            return .stays("no manifest at \(remote.name) keeps it\(try help(for: wanted.digest))")
        }
        show(.planned(blob.content.size))
        let begin = Timestamp.now()
        let outcome = try await check(blob, .all)
        if let unread = outcome.unread { return .stays("it cannot be read back: \(unread.problem)") }
        if outcome.loss?.isGone == true {
            return .stays("\(remote.name) does not have it any more\(try help(for: wanted.digest))")
        }
        guard outcome.isProven else {
            return .stays(
                "\(remote.name) has other bytes under its name; the registry has to delete that blob and collect its garbage before "
                    + "a push brings it again\(try help(for: wanted.digest))")
        }
        // What was read now may be there in another way than before.
        guard try await isKept(blob.content) == true else {
            return .stays("no manifest at \(remote.name) keeps what was read there\(try help(for: wanted.digest))")
        }
        do throws(StoreError) { return .freed(try store.evict(wanted.digest, to: remote, provenSince: begin)) } catch {
            guard case .conflict(let why) = error else { throw error }
            return .stays(why)
        }
    }

    /// Whether a tag there stands for a manifest with this blob. Registries collect what has none. Nil if the blob is not there.
    private func isKept(_ blob: PinManifest.Content) async throws -> Bool? {
        try await repository.keeps(
            blob, under: try store.tags(at: remote, keeping: blob.digest).prefix(Self.mostTags))
    }

    /// How the bytes come to the remote.
    private func help(for blob: Digest) throws -> String {
        guard !repository.isReadOnly else { return ", and nothing can be pushed there" }
        guard let snapshot = try store.snapshots(pinning: blob).last else {
            return "; only what an image's snapshot was made with can be pushed"
        }
        return "; bring it there with: \(ShellCommand.reprofs("push", remote.name, "\(snapshot.short)"))"
    }
}
