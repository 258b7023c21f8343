import ArgumentParser
import Glibc
import Recipe
import ReproFS
import Store
import SystemPackage

/// What a shell offers while an argument is typed: names in the store, and files if those are possible.
///
/// It changes nothing. Without a store, or while a store is being rebuilt, nothing is offered and no error is shown.
enum Offers {
    static var model: CompletionKind { kind(files: true) { try $0.models($1) } }
    static var version: CompletionKind { kind(files: true) { try $0.versions($1) } }
    static var image: CompletionKind { kind(files: true) { try $0.images($1) } }
    static var imageOrVersion: CompletionKind { kind(files: true) { try $0.images($1) + $0.versions($1) } }
    static var imageOrModel: CompletionKind { kind(files: true) { try $0.images($1) + $0.models($1) } }
    static var imageOrLive: CompletionKind {
        kind(files: true) { try [Offer("live", "what models/ holds")] + $0.images($1) }
    }
    static var pin: CompletionKind { kind(files: false) { store, _ in try store.pinOffers() } }
    static var remote: CompletionKind {
        kind(files: false) { store, _ in try store.remotes().map { Offer($0.name, $0.url) } }
    }
    static var folder: CompletionKind { kind(files: false) { try $0.folders($1) } }

    /// Directories on which ReproFS is mounted, of any store.
    static var mountPoint: CompletionKind {
        .custom { words, index, _ in
            answer(words, index) { typed, _ in
                let here = try Paths.absolute(".").string + "/"
                return MountPoint.places().map { place in
                    // A path that is begun without a slash goes on from here.
                    let isRelative =
                        !typed.isEmpty && typed.utf8.first != UInt8(ascii: "/")
                        && place.path.utf8.starts(with: here.utf8)
                    let path = isRelative ? place.path.utf8.dropFirst(here.utf8.count) : place.path.utf8[...]
                    return Offer(String(decoding: path, as: UTF8.self), place.store)
                }
            }
        }
    }

    /// Ends the answer if files are offered, too, which each shell lists by itself. It begins every absolute path, so it is not a name.
    static let files = "/"
    /// The limit for each kind.
    fileprivate static let limit = 100

    private static func kind(
        files: Bool, _ find: @escaping @Sendable (Store, String) throws -> [Offer]
    ) -> CompletionKind {
        .custom { words, index, _ in
            answer(words, index) { typed, words in
                try find(Store.glance(at: StoreOption.place(store(in: words)).path), typed)
            } + (files ? [Self.files] : [])
        }
    }

    private static func answer(
        _ words: [String], _ index: Int, _ find: (_ typed: String, _ words: [String]) throws -> [Offer]
    ) -> [String] {
        let shell = CompletionShell.requesting
        let words = shell == .fish ? words : words.map(ShellWord.value)
        let typed = words.indices.contains(index) ? words[index] : ""
        let found = (try? find(typed, words)) ?? []
        return found.filter { $0.text.utf8.starts(with: typed.utf8) }.compactMap { $0.line(for: shell) }
    }

    /// The store that an unfinished line already names.
    private static func store(in words: [String]) -> String? {
        guard let option = words.firstIndex(of: "--store"), words.indices.contains(option + 1) else { return nil }
        let path = words[option + 1]
        guard path.utf8.starts(with: "~/".utf8), let home = UserDirectory.home else { return path }
        return home.string + String(decoding: path.utf8.dropFirst(), as: UTF8.self)
    }
}

/// One possible completion.
private struct Offer {
    let text: String
    /// The description that zsh and fish show beside it.
    let note: String

    init(_ text: String, _ note: String) {
        self.text = text
        self.note = note
    }

    /// The line that the shell's completion script reads; nil if it would take more than a line.
    func line(for shell: CompletionShell?) -> String? {
        guard text.onOneLine.utf8.elementsEqual(text.utf8), !text.isEmpty else { return nil }
        switch shell {
        case .fish: return "\(text)\t\(note.onOneLine)"
        // A directory is not complete yet.
        case .zsh where text.utf8.last != UInt8(ascii: "/"):
            let parts = [text, note.onOneLine].map { $0.replacing("\\", with: "\\\\").replacing(":", with: "\\:") }
            return parts.joined(separator: ":")
        default: return text
        }
    }
}

extension Store {
    /// Models by the paths in `list models`; after an `@`, their versions.
    fileprivate func models(_ typed: String) throws -> [Offer] {
        if let (name, _) = typed.splitAtLast("@") {
            let found = try versionOffers(of: name)
            if !found.isEmpty { return found }
        }
        var found: [Offer] = []
        // The same, one level of directories at a time.
        var level: [Offer] = []
        let depth = Self.depth(of: typed)
        try forEachModel { model in
            let name = "\(model.folder)/\(model.name)"
            guard name.utf8.starts(with: typed.utf8) else { return }
            let offer = Offer(name, model.live.map { "v\($0) of \(model.versions)" } ?? "deleted")
            found.append(offer)
            let parts = ViewPath(parsing: name)?.components ?? []
            if parts.count <= depth + 1 {
                level.append(offer)
            } else {
                let directory = ViewPath(parts.prefix(depth + 1)).description + "/"
                // They are ordered by name.
                if level.last?.text.utf8.elementsEqual(directory.utf8) != true {
                    level.append(Offer(directory, "models"))
                }
            }
        }
        return found.count > Offers.limit ? Array(level.prefix(Offers.limit)) : found
    }

    /// How many directories have been typed.
    private static func depth(of typed: String) -> Int {
        typed.splitAtLast("/").flatMap { ViewPath(parsing: $0.0)?.components.count } ?? 0
    }

    /// The same, and the versions if only one model is left.
    fileprivate func versions(_ typed: String) throws -> [Offer] {
        let found = try models(typed)
        guard found.count == 1, found[0].text.utf8.last != UInt8(ascii: "/") else { return found }
        return try found + versionOffers(of: found[0].text)
    }

    private func versionOffers(of name: String) throws -> [Offer] {
        try versions(called: name).filter { $0.fullName.utf8.elementsEqual(name.utf8) }.suffix(Offers.limit).map {
            Offer("\($0.fullName)@v\($0.number)", "\($0.recorded.brief)\($0.isLive ? ", live" : "")")
        }
    }

    /// Images by the paths in `list images`, or by a name that one image alone has, snapshots by their ids and their pins.
    fileprivate func images(_ typed: String) throws -> [Offer] {
        let (directory, prefix) = typed.splitAtLast("/") ?? ("", typed)
        guard let path = ViewPath(parsing: directory) else { return [] }
        let lead = path.components.isEmpty ? "" : path.description + "/"
        var found = try imageDirectories(beginningWith: prefix, in: path.components, limit: Offers.limit).map {
            Offer(lead + $0.text + "/", "images")
        }
        found += try images(beginningWith: prefix, in: path.components, limit: Offers.limit).map {
            Offer($0.path, "\($0.snapshotID.hex.prefix(12)), \($0.time.brief)")
        }
        if let (name, _) = prefix.splitAtLast("@"), let name = try? EntryName(name) {
            found += try images(called: name, in: path.components, limit: Offers.limit).map {
                Offer($0.path, "\($0.snapshotID.hex.prefix(12)), \($0.time.brief)")
            }
        }
        guard path.components.isEmpty else { return found }
        if !typed.isEmpty {
            found += try imageNames(beginningWith: typed, limit: Offers.limit).map { Offer($0.text, "an image") }
        }
        found += try pinOffers()
        if let digits = DigestPrefix(hex: typed) {
            found += try snapshots(beginningWith: digits, limit: Offers.limit).map {
                Offer(String($0.digest.hex.prefix(max(12, digits.digits))), $0.imageName)
            }
        }
        return found
    }

    fileprivate func pinOffers() throws -> [Offer] {
        try pins(after: 0, limit: Int(Int32.max)).map { Offer($0.name.text, "\($0.snapshot), \($0.image)") }
    }

    /// Folders, and the directories in the folder that has been typed.
    fileprivate func folders(_ typed: String) throws -> [Offer] {
        guard Self.depth(of: typed) > 0 else {
            let used = Set(try folders())
            return used.union(Folder.listed).sorted().map { Offer($0.text, used.contains($0) ? "has models" : "") }
        }
        var found: Set<ViewPath> = []
        try forEachModel { model in
            guard let path = ViewPath(parsing: "\(model.folder)/\(model.name)") else { return }
            for depth in 2..<max(2, path.components.count) where found.count < Offers.limit {
                let directory = ViewPath(path.components.prefix(depth))
                if directory.description.utf8.starts(with: typed.utf8) { found.insert(directory) }
            }
        }
        return found.map { Offer($0.description, "has models") }
    }
}
