import ArgumentParser
import Glibc
import Recipe
import Store
import SystemPackage

/// The store that a command works on.
struct StoreOption: ParsableArguments {
    @Option(name: .customLong("store"), help: "The store to work on.", completion: .directory)
    var path: String?

    /// The absolute path of the store.
    var resolved: FilePath { get throws { try Self.place(path).path } }

    /// Commands that are printed from now on name the store, if they would be about another one without that.
    func validate() throws {
        guard let path, let own = try? Paths.absolute(path), own != (try? Self.place(nil).path) else { return }
        ShellCommand.name(store: own.string)
    }

    /// Where the store is: at the path in an argument, else where the environment says, else at the default place.
    static func place(_ argument: String?) throws -> (path: FilePath, isNamed: Bool) {
        if let argument { return (try Paths.absolute(argument), true) }
        if let path = getenv("REPROFS_STORE").map({ String(cString: $0) }) {
            guard !path.isEmpty else {
                throw ValidationError("REPROFS_STORE is empty: set it to the path of a store, or unset it")
            }
            return (try Paths.absolute(path), true)
        }
        guard let data = UserDirectory.data.path else {
            throw ValidationError("say which store with --store PATH: neither REPROFS_STORE nor HOME is set")
        }
        return (data.appending("reprofs"), false)
    }

    /// Makes the store at the default place if there is none yet, and says so. A store that was named is never made: a typing error would
    /// begin a second one.
    func makeDefault() throws {
        let place = try Self.place(path)
        guard !place.isNamed, try !Store.isStore(place.path) else { return }
        _ = try Store.create(place.path)
        Terminal.complain("Made the store \(place.path).")
    }

    /// For a command that a new collection may begin with.
    func openOrMake() throws -> Store {
        try makeDefault()
        return try open()
    }

    /// The log of a mount of the store. If the store is on a read-only file system, the log is among this user's own files.
    func log(of store: FilePath) throws -> FilePath {
        guard try Store.isReadOnly(store) else { return store.appending("mount.log") }
        guard let state = UserDirectory.state.path else {
            throw ValidationError("the log of a read-only store needs XDG_STATE_HOME or HOME; or use --foreground")
        }
        let directory = state.appending("reprofs")
        _ = try Paths.openDirectory(directory)
        return directory.appending("mount.log")
    }

    /// For a command that changes the store.
    func open() throws -> Store {
        let store = try openToRead()
        guard !store.isReadOnly else { throw StoreError.readOnlyStore(store.path) }
        return store
    }

    /// For a command that changes nothing; works on a read-only file system, too.
    func openToRead() throws -> Store { try Store.open(resolved) }
}
