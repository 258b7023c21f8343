/// The order in which a thread takes locks: each must rank below those that it holds already. This is the complete table; every lock below
/// the commands is a ``Lock`` with one of these ranks.
///
/// A rank says what may be done while the lock is held. The first two belong to one file: they are held while its bytes are copied or
/// hashed, and only threads that want the same bytes wait. The catalogue's writer is held for the statements of a transaction. All others
/// are leaves, held for a few instructions.
package enum Rank: Int, Sendable, CaseIterable {
    /// Which bytes a draft has, and whether they count as closed.
    case draftBytes
    /// The hash of a draft, as far as it has been read.
    case draftHash
    /// The one connection that writes to the catalogue.
    case catalogue
    /// The state of the catalogue's writing connection.
    case connection
    /// The lease to write the live view.
    case lease
    /// The files of the live view that are being written.
    case view
    /// The nodes that are open in other processes.
    case openRows
    /// One draft's counters.
    case draft
    /// Rows of the live view in memory.
    case mirror
    /// The images of a transaction whose library rows have to be made.
    case library
    /// Caches of look-ups, of what the kernel keeps or reads by itself, and of who opened what.
    case nodes, texts, backings, loads, openers, retries, message, writers, nodePacks, rights, thumbnails, anchors
    /// What comes while it is read, and the requests that wait for it.
    case lazy, waiting
    /// Which threads take requests, and how a thread ends.
    case gate, session, thread, bell
    /// What this process reports of itself, and what it keeps for later use.
    case report, spare

    /// Work that may take long and is allowed only under some locks.
    package enum Work: Int, Sendable, CaseIterable {
        /// Copying, hashing, reading or syncing the bytes of a file.
        case bytes
        case sql
        /// Waiting for another thread or process, or for a time.
        case wait
        /// A system call that may come back to this file system.
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
