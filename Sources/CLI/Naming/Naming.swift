import Recipe
import Store
import SystemPackage

/// Finds what arguments name: the only place where a text becomes something of the store. If a text has more than one meaning, nothing is
/// done; and an existing file is never taken for another one of its name.
struct Naming {
    let store: Store

    init(_ store: Store) { self.store = store }

    /// The regular file with this path; nil if there is none.
    func file(_ text: String) throws -> FilePath? {
        let path = try Paths.located(text)
        return Paths.isFile(path) ? path : nil
    }

    /// A text in quotation marks, in one line.
    static func quoted(_ text: String) -> String { "'\(text.onOneLine)'" }
}

// MARK: Pins and folders

extension Naming {
    /// The pin with this name.
    func pin(_ text: String) throws -> NamedPin {
        try Paths.requireText(text)
        if let pin = try store.pin(named: text) { return pin }
        throw NamingFailure(
            problem: .unknown, argument: text, message: "There is no pin \(Self.quoted(text)).",
            candidates: try pins(near: text))
    }

    func pins(near text: String) throws -> [NamingFailure.Candidate] {
        var nearest = Nearest<NamingFailure.Candidate>(to: text)
        for pin in try store.pins(after: 0, limit: Int(Int32.max)) {
            nearest.offer(
                pin.name.text, .init(id: pin.snapshotID, name: pin.name.text, time: pin.time, note: ", a pin"))
        }
        return nearest.things
    }

    /// A folder for models, and directories in it: any folder that ComfyUI or the store has. A new one is made, unless its name is similar
    /// to an existing one.
    func folder(_ text: String) throws -> ModelPath {
        try Paths.requireText(text)
        let path: ModelPath
        do { path = try ModelPath(text) } catch { throw StoreError.refusedName(error.description) }
        let top = path.components[0]
        let known = Set(try store.folders()).union(Folder.listed)
        guard !known.contains(top) else { return path }
        var nearest = Nearest<NamingFailure.Candidate>(to: top.text)
        for name in known.sorted() {
            nearest.offer(
                name.text,
                .init(
                    id: nil, name: ModelPath([name] + path.components.dropFirst())?.description ?? name.text, time: nil)
            )
        }
        guard nearest.things.isEmpty else {
            throw NamingFailure(
                problem: .unknown, argument: text,
                message:
                    "There is no folder \(Self.quoted(top.text)); to have one of that name all the same, make it in a mount.",
                candidates: nearest.things)
        }
        return path
    }
}
