import ArgumentParser
import Glibc
import Store
import SystemPackage

/// Which store a command works on.
struct StoreOption: ParsableArguments {
    @Option(name: .customLong("store"), help: "The store to work on.")
    var path: String?

    /// The absolute path of the store.
    var resolved: FilePath {
        get throws {
            if let path { return try Paths.absolute(path) }
            if let path = getenv("REPROFS_STORE").map({ String(cString: $0) }) {
                guard !path.isEmpty else {
                    throw ValidationError("REPROFS_STORE is empty: set it to the path of a store, or unset it")
                }
                return try Paths.absolute(path)
            }
            if let data = environment("XDG_DATA_HOME") { return try Paths.absolute(data).appending("reprofs") }
            guard let home = environment("HOME") else {
                throw ValidationError("say which store with --store PATH: neither REPROFS_STORE nor HOME is set")
            }
            return try Paths.absolute(home).appending(".local/share/reprofs")
        }
    }

    func open() throws -> Store { try Store.open(resolved) }

    /// A variable of the XDG Base Directory Specification, for which empty and not set are one.
    private func environment(_ name: String) -> String? {
        guard let value = getenv(name).map({ String(cString: $0) }), !value.isEmpty else { return nil }
        return value
    }
}
