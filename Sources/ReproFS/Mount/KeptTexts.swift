package import Store

/// Which texts the kernel keeps with their names and attributes until it is told that one has become another.
///
/// A grade rests on the whole store, so any text may change at any time; mostly none does, and whoever lists a million would ask
/// for each again. What was told is kept here by a bit for each text. A change of any tells the kernel of all of them.
package final class KeptTexts: Sendable {
    /// The two texts that listings of images tell.
    package static let kinds: [NodeKind] = [.imageRecipe, .imageCard]
    /// An end for a text that the kernel was told between a change and being told of the change. Seconds.
    static let seconds = 60.0
    /// Rows beyond are not kept; 32 MB of bits.
    private static let limit: Int64 = 1 << 27

    /// The texts that the kernel was told of, a bit each.
    package struct Told: Sendable {
        fileprivate var words: [UInt64] = []

        fileprivate mutating func insert(_ kind: Int, _ row: Int64) {
            let bit = Int(row) * kinds.count + kind
            let word = bit / 64
            if word >= words.count { words += [UInt64](repeating: 0, count: max(word + 1 - words.count, words.count)) }
            words[word] |= 1 << UInt64(bit % 64)
        }

        package func forEach(_ body: (NodeID) -> Void) {
            for (index, word) in words.enumerated() {
                var rest = word
                while rest != 0 {
                    let bit = index * 64 + rest.trailingZeroBitCount
                    rest &= rest - 1
                    body(NodeID(kinds[bit % kinds.count], Int64(bit / kinds.count)))
                }
            }
        }
    }

    private struct State {
        /// The newest commit of which the kernel knows what changed; unknown while it is being told, and where nobody looks.
        var commit = Commit.unknown
        var told = Told()
    }

    private let state = Lock(.texts, State())

    package init() {}

    /// Whether the kernel may keep the text, which was read after `commit` was the newest.
    package func keep(_ id: NodeID, as commit: Commit) -> Bool {
        guard let kind = id.kind.flatMap(Self.kinds.firstIndex), id.row < Self.limit else { return false }
        return state.withLock { state in
            guard state.commit.isSame(as: commit) else { return false }
            state.told.insert(kind, id.row)
            return true
        }
    }

    /// Whether the kernel knows what changed up to `commit`.
    package func isCurrent(_ commit: Commit) -> Bool { state.withLock { $0.commit.isSame(as: commit) } }

    /// Texts have changed: what the kernel is to be told of. Until ``goOn(from:)`` nothing is kept.
    package func stop() -> Told {
        state.withLock { state in
            defer { state = State() }
            return state.told
        }
    }

    /// The kernel was told of everything up to `commit`.
    package func goOn(from commit: Commit) { state.withLock { $0.commit = commit } }
}
