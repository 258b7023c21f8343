import Recipe
import Synchronization

// Files that are made and renamed in memory and in the journal alone. All of it works only where everything is known that
// decides whether it may be done; otherwise a transaction does it.

/// Which files get their rows with a transaction.
enum Settling: Sendable {
    case all
    /// Those whose names have not changed since: what was just closed is often renamed next, which costs nothing before.
    case quiet(since: Timestamp)
    case files(Set<Int64>)
}

extension LiveMirror {
    /// Files that may wait for their rows at once: what a transaction that waits for them takes then.
    private static let freshLimit = 2000

    struct Fresh {
        var journal: LiveJournal?
        /// Numbers that are nobody's.
        var ids: Range<Int64> = 0..<0
        var waiting = Unsettled()
        /// Those whose rows are being written; whoever wants to change one waits for that.
        var settling = Unsettled()

        var files: [FreshFile] { Array(waiting.files.values) + Array(settling.files.values) }
    }

    /// Files are made in this way from now on.
    func begin(_ journal: LiveJournal) { state.withLock { $0.fresh.journal = journal } }

    /// They are not any more; the journal that was used, where everything in it is settled.
    func end() -> LiveJournal? {
        state.withLock { state in
            guard state.fresh.waiting.isEmpty, state.fresh.settling.isEmpty else { return nil }
            defer { state.fresh.journal = nil }
            return state.fresh.journal
        }
    }

    /// Whether numbers for new files are to be got.
    var wantsIDs: Bool { state.withLock { $0.fresh.journal != nil && $0.fresh.ids.isEmpty } }
    func take(_ ids: Range<Int64>) { state.withLock { $0.fresh.ids = ids } }

    /// The number of a file that can be made under a name; nil where a transaction has to find out.
    func number(for name: EntryName, in directory: Int64) -> Int64? {
        state.withLock { state in
            guard state.fresh.waiting.files.count < Self.freshLimit, isFree(name, in: directory, state) else {
                return nil
            }
            return state.fresh.ids.popFirst()
        }
    }

    /// Makes a file whose draft is there; false where a transaction has to do it.
    func make(_ file: FreshFile) -> Bool {
        state.withLock { state in
            guard isFree(file.name, in: file.parent, state), note(.made(file), state) else { return false }
            state.fresh.waiting.files[file.id] = file
            state.rows[file.id] = file.row
            state.names[file.parent]?[file.name] = file.id
            touch(file.parent, file.made, &state)
            return true
        }
    }

    /// Gives a file that waits for its row another name, which nothing has; false where a transaction has to do it.
    func rename(
        _ name: EntryName, in directory: Int64, to newName: EntryName, in newDirectory: Int64, at time: Timestamp
    ) -> Int64? {
        state.withLock { state in
            guard isFree(newName, in: newDirectory, state), let id = state.names[directory]?[name],
                var file = state.fresh.waiting.files[id],
                note(.renamed(id, parent: newDirectory, name: newName, changed: time), state)
            else { return nil }
            file.parent = newDirectory
            file.name = newName
            file.changed = max(time, Timestamp(nanoseconds: file.changed.nanoseconds + 1))
            state.fresh.waiting.files[id] = file
            state.rows[id] = file.row
            state.names[directory]?[name] = nil
            state.names[newDirectory]?[newName] = id
            touch(directory, time, &state)
            touch(newDirectory, time, &state)
            return id
        }
    }

    /// Whether the catalogue does not know everything yet: what a transaction is writing is not there before it is committed.
    var hasFresh: Bool { state.withLock { !$0.fresh.waiting.isEmpty || !$0.fresh.settling.isEmpty } }

    /// What the current transaction is to write, and for which mount.
    func beginSettling(_ which: Settling) -> (Unsettled, mount: Int64)? {
        state.withLock { state in
            guard let journal = state.fresh.journal, !state.fresh.waiting.isEmpty else { return nil }
            switch which {
            case .all: swap(&state.fresh.settling, &state.fresh.waiting)
            case .quiet(let since):
                let files = state.fresh.waiting.files.filter { $0.value.changed < since }
                // Files that were published before have left their directories' times behind.
                guard !files.isEmpty || state.fresh.waiting.files.isEmpty else { return nil }
                state.fresh.settling = Unsettled(files: files, touched: state.fresh.waiting.touched)
                for id in files.keys { state.fresh.waiting.files[id] = nil }
                state.fresh.waiting.touched = [:]
            case .files(let ids):
                for id in ids {
                    state.fresh.settling.files[id] = state.fresh.waiting.files.removeValue(forKey: id)
                }
                guard !state.fresh.settling.isEmpty else { return nil }
            }
            return (state.fresh.settling, journal.mount)
        }
    }

    /// The transaction is committed, or it was rolled back. Nobody else has written to the catalogue since.
    func endSettling(isDone: Bool) {
        state.withLock { state in
            guard !state.fresh.settling.isEmpty else { return }
            if isDone {
                // Where this fails they are found to have rows.
                try? state.fresh.journal?.append(.settled(Array(state.fresh.settling.files.keys)))
                state.fresh.journal?.shorten(to: state.fresh.waiting.files.values)
            } else {
                state.fresh.waiting.take(state.fresh.settling)
            }
            state.fresh.settling = Unsettled()
        }
    }

    private func isFree(_ name: EntryName, in directory: Int64, _ state: State) -> Bool {
        guard state.fresh.journal != nil, isCurrent(state), state.rows[directory]?.kind == .directory,
            let names = state.names[directory]
        else { return false }
        return names[name] == nil
    }

    private func note(_ record: LiveJournal.Record, _ state: State) -> Bool {
        (try? state.fresh.journal?.append(record)) != nil
    }

    private func touch(_ directory: Int64, _ time: Timestamp, _ state: inout State) {
        guard var row = state.rows[directory] else { return }
        row.touch(time)
        state.rows[directory] = row
        state.fresh.waiting.touched[directory] = row.modified
    }
}
