import Glibc
import Recipe
import SystemPackage

/// The way by which names are taken away from a directory that others can change: first into a directory that nobody else can
/// change, and there what has come is compared with what was meant. Something else goes back.
///
/// What lies there was in the store already when it was taken, so a file that is left by a process that was cut off is either the
/// same as the store has, or none of ours and kept.
struct Outgoing {
    /// Where it is made beneath a directory of another file system; nothing else may be called so there.
    static let name: EntryName = ".reprofs-outgoing"

    private let directory: OpenDirectory

    /// The store's own.
    init(in store: FilePath) throws(StoreError) {
        let parent = try OpenDirectory(named: store)
        directory = try parent.makeDirectory("outgoing", mode: 0o700).directory
    }

    /// One on the file system of `parent`, which somebody else may write to: it counts only if it is ours alone.
    init(beneath parent: OpenDirectory) throws(StoreError) {
        directory = try parent.makeDirectory(Self.name, mode: 0o700).directory
        let facts = try directory.facts()
        guard facts.user == geteuid(), facts.mode & 0o077 == 0 else {
            throw .conflict("\(directory.path) is not this user's alone; nothing was taken away by it")
        }
    }

    /// Takes a name away. `token` says in the store's words what of its has the bytes. `isMeant` looks at what has come; `conflict`
    /// where that is something else.
    func take(
        _ name: EntryName, from parent: OpenDirectory, as token: String,
        _ isMeant: (OpenDirectory, EntryName) throws(StoreError) -> Bool
    ) throws(StoreError) {
        // Whoever sweeps waits.
        let gate = try directory.again()
        _ = Kernel.lock(gate, .shared, waits: true)
        defer { withExtendedLifetime(gate) {} }
        let taken = EntryName.temporary(token)
        guard try parent.rename(name, to: directory, as: taken) else { throw .exists(taken) }
        let verdict: Result<Bool, StoreError>
        do throws(StoreError) { verdict = .success(try isMeant(directory, taken)) } catch { verdict = .failure(error) }
        if case .success(true) = verdict { return try directory.remove(taken) }
        try putBack(taken, to: parent, as: name)
        _ = try verdict.get()
        throw .conflict(
            "\(parent.path(of: [name])) is not what it was when it was read; it was left where it is")
    }

    /// Under the name that it had, or beside what has that by now.
    private func putBack(_ taken: EntryName, to parent: OpenDirectory, as name: EntryName) throws(StoreError) {
        if try directory.rename(taken, to: parent, as: name) { return }
        for number in 1...99 {
            let beside = name.shortened(for: ".\(number)")
            if try directory.rename(taken, to: parent, as: beside) { return }
        }
        throw .conflict("\(parent.path(of: [name])) could not be put back; it is \(directory.path(of: [taken]))")
    }

    /// What processes left that were cut off: `sort` is told of each file, and takes it away or puts it where it is kept. Nothing where
    /// somebody is at work.
    func sweep(_ sort: (OpenDirectory, EntryName) throws(StoreError) -> Void) throws(StoreError) {
        let gate = try directory.again()
        guard Kernel.lock(gate, .exclusive, waits: false) else { return }
        defer { withExtendedLifetime(gate) {} }
        for bytes in try directory.entries() {
            guard let name = try? EntryName(bytes: bytes) else { continue }
            try sort(directory, name)
        }
    }
}
