import Glibc
import Recipe
import SystemPackage

/// Removes names from a directory that other programs can change. A name is first moved into a directory that only this user can change;
/// there the file is compared with the one that was meant, and moved back if it is another.
///
/// The bytes of every file that is removed this way are already in the store. So a file that a killed process left there is either the same
/// as the store's, and is removed, or not the store's, and is kept.
struct Outgoing {
    /// The name of such a directory on another file system; nothing else may have this name.
    static let name: EntryName = ".reprofs-outgoing"

    private let directory: OpenDirectory

    /// The store's own directory.
    init(in store: FilePath) throws(StoreError) {
        let parent = try OpenDirectory(named: store)
        directory = try parent.makeDirectory("outgoing", mode: 0o700).directory
    }

    /// A directory on the file system of `parent`, where other users may write; it must belong to this user alone.
    init(beneath parent: OpenDirectory) throws(StoreError) {
        directory = try parent.makeDirectory(Self.name, mode: 0o700).directory
        let facts = try directory.facts()
        guard facts.user == geteuid(), facts.mode & 0o077 == 0 else {
            throw .conflict("\(directory.path) is not this user's alone; nothing was taken away by it")
        }
    }

    /// Removes a name. `token` says which object of the store has the bytes. `isMeant` examines the moved file; throws `conflict` if it is
    /// another one.
    func take(
        _ name: EntryName, from parent: OpenDirectory, as token: String,
        _ isMeant: (OpenDirectory, EntryName) throws(StoreError) -> Bool
    ) throws(StoreError) {
        // A process that sweeps waits for this.
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

    /// Moves a file back to its name, or to a similar one if that is taken.
    private func putBack(_ taken: EntryName, to parent: OpenDirectory, as name: EntryName) throws(StoreError) {
        if try directory.rename(taken, to: parent, as: name) { return }
        for number in 1...99 {
            let beside = name.shortened(for: ".\(number)")
            if try directory.rename(taken, to: parent, as: beside) { return }
        }
        throw .conflict("\(parent.path(of: [name])) could not be put back; it is \(directory.path(of: [taken]))")
    }

    /// Sorts what killed processes left: `sort` is called for each file, and removes it or moves it to where it is kept. Does nothing while
    /// another process uses that directory.
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
