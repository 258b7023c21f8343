import Store

/// Remembers the files of node numbers as of the catalogue's newest commit, so that opening a file that was just looked up, or the same
/// models repeatedly, needs no query.
final class NodeMemory: Sendable {
    private static let limit = 4096

    private struct State {
        var commit = Commit.unknown
        var files: [NodeID: any File] = [:]
    }

    private let state = Lock(.nodes, State())

    func file(_ id: NodeID, as commit: Commit) -> (any File)? {
        state.withLock { $0.commit.isSame(as: commit) ? $0.files[id] : nil }
    }

    /// `commit` must have been the newest before the file was looked up.
    func keep(_ file: any File, as commit: Commit) {
        // Other files depend on more than the catalogue.
        guard file is BlobFile || file is LiveFile || file is RenderedFile else { return }
        state.withLock { state in
            if !state.commit.isSame(as: commit) || state.files.count >= Self.limit { state = State(commit: commit) }
            state.files[file.id] = file
        }
    }
}
