/// The order in which a thread takes locks: each below those that it holds already. This is the whole table; every lock below the
/// commands is a ``Lock`` with one of these ranks.
///
/// A rank says what may be done while the lock is held. The first two are one file's own: they are held for as long as its bytes
/// are copied or hashed, and only who wants the same bytes waits. The catalogue's writer is held for a transaction's statements.
/// All others are leaves, held for a few instructions.
package enum Rank: Int, Sendable, CaseIterable {
    /// Which bytes a draft has, and whether they count as closed.
    case draftBytes
    /// The hash of a draft, as far as it was read.
    case draftHash
    /// The one connection that writes to the catalogue.
    case catalogue
    /// What the catalogue's writer knows of its connection.
    case connection
    /// The lease to write the live view.
    case lease
    /// Which files of the live view are being written.
    case view
    /// Which nodes are open in processes that do not write.
    case openRows
    /// One draft's counters.
    case draft
    /// Rows of the live view in memory.
    case mirror
    /// Images of a transaction whose rows in the library are to be made.
    case library
    /// Files that were looked up last, what the kernel keeps, what it reads by itself, who opened what.
    case nodes, texts, backings, loads, openers, retries, message, writers, nodePacks, rights, thumbnails, anchors
    /// Which threads take requests, and how one ends.
    case gate, session, thread, bell
    /// What is told of this process, and what it keeps for others to use.
    case report, spare

    /// What may take long, and is allowed under some locks only.
    package enum Work: Int, Sendable, CaseIterable {
        /// Copying, hashing, reading or syncing the bytes of a file.
        case bytes
        case sql
        /// Waiting for somebody else, or for a time.
        case wait
        /// A call into the kernel that may come back to this file system.
        case kernel
    }

    func allows(_ work: Work) -> Bool {
        switch self {
        case .draftBytes: work == .bytes || work == .sql
        case .draftHash: work == .bytes
        case .catalogue: work == .sql
        default: false
        }
    }
}
