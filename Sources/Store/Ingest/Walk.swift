package import Recipe
package import SystemPackage

/// The model files that a path stands for, found before anything is added, so that progress knows its end.
package struct IngestPlan: Sendable {
    /// One file to be added.
    package struct Item: Sendable {
        package let source: FilePath
        package let folder: String
        package let path: ModelPath
        /// Bytes.
        package let size: Int
        /// Whether the source lies in a models directory, so that its name there says what was live.
        let wasLive: Bool
        let place: IngestSource
    }

    package var items: [Item] = []
    /// Files that are no models, by reason; they were left where they are.
    package var skipped = 0
    /// Files that should have been added and cannot be, each with its reason.
    package var refused: [(path: FilePath, reason: String)] = []
    /// Bytes in all.
    package var size: Int { items.reduce(0) { $0 + $1.size } }

    package init() {}
}

/// Walks a models directory, one of its folders, or a single file. Links are followed; a link back to a directory on
/// the way to it is not, so every walk ends.
struct Walk {
    private(set) var plan = IngestPlan()
    /// The store itself is never walked into.
    let store: FilePath
    /// The directory that was asked for.
    private var root: FilePath = ""

    init(store: FilePath) { self.store = store }

    /// Adds what `path` stands for; `folder` says where single files and plain directories belong.
    mutating func add(_ path: FilePath, folder: ModelPath?) throws(StoreError) {
        guard let facts = try FileFacts.at(path) else { throw .system("cannot find", path, .noSuchFileOrDirectory) }
        root = facts.kind == .directory ? path : path.removingLastComponent()
        if let folder {
            let inner = try subfolder(folder)
            if facts.kind == .directory {
                return try directory(path, folder: folder.components[0], prefix: inner, above: [facts], wasLive: false)
            }
            return file(
                path, name: Array((path.lastComponent?.string ?? "").utf8), folder: folder.components[0], prefix: inner,
                wasLive: false, isNamed: true)
        }
        guard facts.kind == .directory else {
            throw .refusedName("\(path): say which folder it belongs to, as in '--folder checkpoints'")
        }
        let name = path.lastComponent?.string ?? ""
        // One folder of a models directory was meant, not a models directory.
        if Folder.isKnown(name) {
            return try directory(path, folder: name, prefix: nil, above: [facts], wasLive: true)
        }
        let models = path.appending("models")
        if let inside = try FileFacts.at(models), inside.kind == .directory {
            return try folders(of: models, facts: inside)
        }
        try folders(of: path, facts: facts)
    }

    /// Every directory of a models directory is a folder; files beside them belong to none.
    private mutating func folders(of models: FilePath, facts: FileFacts) throws(StoreError) {
        for name in try DirectoryListing.entries(in: models) {
            guard let text = String(validating: name, as: UTF8.self) else {
                refuse(models, name, NameError.notUTF8(String(decoding: name, as: UTF8.self)).description)
                continue
            }
            let path = models.appending(text)
            guard let inside = try FileFacts.at(path), inside.kind == .directory else {
                if Folder.isModelFile(text) {
                    refuse(models, name, "it lies in no folder; add it with --folder")
                } else {
                    plan.skipped += 1
                }
                continue
            }
            guard !text.hasPrefix("."), (inside.device, inside.inode) != (facts.device, facts.inode) else { continue }
            try directory(path, folder: text, prefix: nil, above: [facts, inside], wasLive: true)
        }
    }

    /// `above` are the directories from the start to this one: a link to any of them would never end.
    private mutating func directory(
        _ path: FilePath, folder: String, prefix: ModelPath?, above: [FileFacts], wasLive: Bool
    ) throws(StoreError) {
        guard try FileFacts.at(store).map({ ($0.device, $0.inode) == (above.last?.device, above.last?.inode) }) != true
        else { return refuse(path, "it is the store itself") }
        guard above.count <= 32 else { return refuse(path, "it lies more than 32 directories deep") }
        for name in try DirectoryListing.entries(in: path) {
            guard let text = String(validating: name, as: UTF8.self) else {
                refuse(path, name, NameError.notUTF8(String(decoding: name, as: UTF8.self)).description)
                continue
            }
            let child = path.appending(FilePath.Component(text) ?? "?")
            guard let facts = try FileFacts.at(child) else {
                if Folder.isModelFile(text) { refuse(child, "it is a link to nothing") }
                continue
            }
            guard facts.kind == .directory else {
                file(child, name: name, folder: folder, prefix: prefix, wasLive: wasLive)
                continue
            }
            guard !text.hasPrefix("."),
                !above.contains(where: { ($0.device, $0.inode) == (facts.device, facts.inode) })
            else { continue }
            do {
                let inner = try ModelPath(text)
                try directory(
                    child, folder: folder, prefix: prefix?.appending(inner) ?? inner, above: above + [facts],
                    wasLive: wasLive)
            } catch let error as NameError { refuse(child, error.description) } catch let error as StoreError {
                refuse(child, error.description)
            } catch { refuse(child, "\(error)") }
        }
    }

    /// A file that was named itself is a model because the user says so.
    private mutating func file(
        _ path: FilePath, name: [UInt8], folder: String, prefix: ModelPath?, wasLive: Bool, isNamed: Bool = false
    ) {
        guard let text = String(validating: name, as: UTF8.self) else {
            return refuse(path, NameError.notUTF8(String(decoding: name, as: UTF8.self)).description)
        }
        guard isNamed || ModelName.isModel(text, in: folder) else { return plan.skipped += 1 }
        do {
            guard let facts = try FileFacts.at(path), facts.kind == .file else {
                return refuse(path, "it is no regular file")
            }
            let own = try ModelPath(text)
            plan.items.append(
                .init(
                    source: path, folder: folder, path: prefix?.appending(own) ?? own, size: facts.size,
                    wasLive: wasLive, place: IngestSource(path, beneath: root, facts)))
        } catch { refuse(path, "\(error)") }
    }

    private func subfolder(_ folder: ModelPath) throws(StoreError) -> ModelPath? {
        guard folder.components.count > 1 else { return nil }
        do { return try ModelPath(folder.components.dropFirst().joined(separator: "/")) } catch {
            throw .refusedName(error.description)
        }
    }

    private mutating func refuse(_ path: FilePath, _ reason: String) { plan.refused.append((path, reason)) }
    private mutating func refuse(_ directory: FilePath, _ name: [UInt8], _ reason: String) {
        refuse(directory.appending(String(decoding: name, as: UTF8.self)), reason)
    }
}
