import GRDB
import Glibc
package import Recipe
package import SystemPackage

/// An entry of a directory that is to be moved into the live view, with its path there.
package struct AdoptionItem: Sendable {
    /// What the entry becomes in the live view.
    package enum Kind: Sendable { case directory, file, link }
    /// The directory that was named.
    let top: OpenDirectory
    /// From the root of the adopted directory.
    package let path: [EntryName]
    /// What it becomes.
    package let kind: Kind
    /// The last component.
    package var name: EntryName { path[path.count - 1] }
    /// The file's size. Bytes.
    package let size: Int

    /// For messages.
    package var source: FilePath { top.path(of: path) }
    /// Opens the file again, without following links.
    package func open() throws(StoreError) -> OpenFile { try top.ownFile(path) }
    /// The directory that holds its name now.
    func parent() throws(StoreError) -> OpenDirectory { try top.directory(path.dropLast()) }
}

extension Store {
    /// Everything in a models directory, directories before their contents. `refused` lists names that cannot be in a view.
    package func adoptable(
        _ directory: FilePath
    ) throws(StoreError) -> (items: [AdoptionItem], refused: [(path: FilePath, reason: String)]) {
        let top = try OpenDirectory(named: directory)
        let own = try OpenDirectory(named: path).facts()
        guard try !own.isSameFile(as: top.facts()) else { throw .conflict("\(directory) is the store itself") }
        if try top.facts(Outgoing.name) != nil { try sweep(Outgoing(beneath: top), keepsRest: true) }
        var items: [AdoptionItem] = []
        var refused: [(path: FilePath, reason: String)] = []
        try collect(top, [], (top, try top.facts(), own), &items, &refused)
        return (items, refused)
    }

    private func collect(
        _ directory: OpenDirectory, _ path: [EntryName],
        _ top: (directory: OpenDirectory, facts: FileFacts, store: FileFacts),
        _ items: inout [AdoptionItem], _ refused: inout [(path: FilePath, reason: String)]
    ) throws(StoreError) {
        func append(_ kind: AdoptionItem.Kind, _ name: EntryName, size: Int = 0) {
            items.append(AdoptionItem(top: top.directory, path: path + [name], kind: kind, size: size))
        }
        for name in try directory.entries() {
            let text: EntryName
            do { text = try EntryName(comingIn: name) } catch {
                refused.append((directory.path, error.description))
                continue
            }
            let source = directory.path(of: [text])
            guard let facts = try directory.facts(text) else { continue }
            switch facts.kind {
            case .directory where facts.device != top.facts.device:
                refused.append((source, "it is another file system"))
            case .directory where facts.isSameFile(as: top.store): refused.append((source, "it is the store itself"))
            case .directory where path.isEmpty && text == Outgoing.name:
                refused.append(
                    (source, "it holds what was taken away by a move that was cut off, and is not in the store"))
            case .directory:
                append(.directory, text)
                try collect(try directory.directory([text]), path + [text], top, &items, &refused)
            case .file: append(.file, text, size: facts.size)
            case .link: append(.link, text)
            case .other: refused.append((source, "it is not a file, directory or link"))
            }
        }
    }

    /// What would keep an item from being moved, as far as that is known beforehand; nil if nothing would.
    package func obstacle(to item: AdoptionItem) throws(StoreError) -> String? {
        switch item.kind {
        case .directory: return nil
        case .link:
            let target = try item.parent().target(ofLink: item.name).string
            let inner = Self.relative(target, from: item) ?? target
            guard LiveView.staysInside(inner, from: item.path.dropLast()) else {
                return "it leads out of the directory; replace it by what it leads to, or remove it"
            }
            guard let old = try holder(of: item), try !holds(old, link: inner, of: item) else { return nil }
            return "the store has something else under this name"
        case .file:
            let source = try item.open()
            if let old = try holder(of: item) {
                // Other bytes under a model's name become another version of it.
                let name = old.kind == .file ? try modelName(live: item.path) : nil
                if name == nil, try !holds(old, source) { return "the store has something else under this name" }
            }
            do throws(StoreError) {
                _ = try ReadLease.take(source.descriptor, source.path, patience: .milliseconds(500))
                return nil
            } catch {
                guard case .conflict = error else { throw error }
                return "a program is writing it"
            }
        }
    }
}
