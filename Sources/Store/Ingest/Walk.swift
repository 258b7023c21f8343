import Glibc
package import Recipe
package import SystemPackage

/// The model files that a path stands for, found before anything is added, so that progress has a total.
package struct IngestPlan: Sendable {
    /// One file to be added.
    package struct Item: Sendable {
        /// Where the file is.
        package let source: FilePath
        /// The folder of the models directory that it is added to.
        package let folder: EntryName
        /// Below ``folder``.
        package let path: ModelPath
        /// The file's size. Bytes.
        package let size: Int
        /// The target of the source, if it is a link.
        package let target: FilePath?
        /// Whether the source is in a models directory, so that its name there says what was live.
        let wasLive: Bool
        let place: IngestSource

        /// Opens the file that the walk found, without following links.
        package func open() throws(StoreError) -> OpenFile { try place.open() }
    }

    /// In the order in which they were found.
    package var items: [Item] = []
    /// How many files were skipped because they are not models.
    package var skipped = 0
    /// Files that should have been added and cannot be, each with the reason.
    package var refused: [(path: FilePath, reason: String)] = []
    /// The total size. Bytes.
    package var size: Int { items.total(\.size) }

    package init() {}
}

/// Walks a models directory, one of its folders, or a single file. Links are followed, except to a directory on the way to the link, so
/// every walk ends.
struct Walk {
    private(set) var plan = IngestPlan()
    /// The store itself is never walked.
    let store: FilePath
    /// The directory that was asked for.
    private var root: OpenDirectory?

    init(store: FilePath) { self.store = store }

    /// Adds what `path` stands for; `folder` says which folder single files and plain directories belong to.
    mutating func add(_ path: FilePath, folder: ModelPath?) throws(StoreError) {
        guard let facts = try FileFacts.at(path) else { throw .system("cannot find", path, .noSuchFileOrDirectory) }
        root = try OpenDirectory(named: facts.kind == .directory ? path : path.removingLastComponent())
        if let folder {
            let inner = ModelPath(folder.components.dropFirst())
            if facts.kind == .directory {
                return try directory(path, folder: folder.components[0], prefix: inner, above: [facts], wasLive: false)
            }
            return file(
                path, name: try Self.ownName(of: path), folder: folder.components[0], prefix: inner, wasLive: false,
                isNamed: true)
        }
        guard facts.kind == .directory else {
            throw .refusedName("\(path): say which folder it belongs to, as in '--folder checkpoints'")
        }
        // The directory is one folder of a models directory, not a models directory.
        if Folder.isKnown(path.lastComponent?.string ?? "") {
            let name = try Self.ownName(of: path)
            return try directory(path, folder: name, prefix: nil, above: [facts], wasLive: true)
        }
        let models = path.appending("models")
        if let inside = try FileFacts.at(models), inside.kind == .directory {
            return try folders(of: models, facts: inside)
        }
        try folders(of: path, facts: facts)
    }

    /// Every directory in a models directory is a folder; files beside them belong to none.
    private mutating func folders(of models: FilePath, facts: FileFacts) throws(StoreError) {
        for name in try DirectoryListing.entries(in: models) {
            guard let text = checked(name, in: models) else { continue }
            let path = models.appending(text.text)
            guard let inside = try FileFacts.at(path), inside.kind == .directory else {
                if Folder.isModelFile(text.text) {
                    refuse(path, "it lies in no folder; add it with --folder")
                } else {
                    plan.skipped += 1
                }
                continue
            }
            guard !text.hasPrefix("."), (inside.device, inside.inode) != (facts.device, facts.inode) else { continue }
            try directory(path, folder: text, prefix: nil, above: [facts, inside], wasLive: true)
        }
    }

    /// `above` are the directories from the start to this one: following a link to one of them would never end.
    private mutating func directory(
        _ path: FilePath, folder: EntryName, prefix: ModelPath?, above: [FileFacts], wasLive: Bool,
        isPipeline: Bool = false
    ) throws(StoreError) {
        guard try FileFacts.at(store).map({ ($0.device, $0.inode) == (above.last?.device, above.last?.inode) }) != true
        else { return refuse(path, "it is the store itself") }
        guard above.count <= 32 else { return refuse(path, "it lies more than 32 directories deep") }
        let names = try DirectoryListing.entries(in: path)
        // Below the folder: everything beside or below a pipeline's mark belongs to the pipeline.
        let isPipeline =
            isPipeline
            || prefix != nil
                && ModelName.pipelineMarks.contains { mark in names.contains { $0.elementsEqual(mark.utf8) } }
        for name in names {
            guard let text = checked(name, in: path) else { continue }
            let child = path.appending(text.text)
            guard let facts = try FileFacts.at(child) else {
                if Folder.isModelFile(text.text) { refuse(child, "it is a link to nothing") }
                continue
            }
            guard facts.kind == .directory else {
                file(
                    child, name: text, folder: folder, prefix: prefix, wasLive: wasLive, isPipeline: isPipeline)
                continue
            }
            guard !text.hasPrefix("."),
                !above.contains(where: { ($0.device, $0.inode) == (facts.device, facts.inode) })
            else { continue }
            let inner = ModelPath(text)
            do throws(StoreError) {
                try directory(
                    child, folder: folder, prefix: prefix?.appending(inner) ?? inner, above: above + [facts],
                    wasLive: wasLive, isPipeline: isPipeline)
            } catch { refuse(child, error.description) }
        }
    }

    /// A file that was named directly is a model because the user says so.
    private mutating func file(
        _ path: FilePath, name: EntryName, folder: EntryName, prefix: ModelPath?, wasLive: Bool, isNamed: Bool = false,
        isPipeline: Bool = false
    ) {
        let isPart = isPipeline && !name.hasPrefix(".") && !ModelName.isPart(name)
        guard isNamed || isPart || ModelName.isModel(name, in: folder) else { return plan.skipped += 1 }
        do {
            guard let facts = try FileFacts.at(path), facts.kind == .file else {
                return refuse(path, "it is not a regular file")
            }
            guard let root else { return }
            let isLink = try FileFacts.at(path, followLinks: false)?.kind == .link
            let own = ModelPath(name)
            plan.items.append(
                .init(
                    source: path, folder: folder, path: prefix?.appending(own) ?? own, size: facts.size,
                    target: isLink ? Self.target(of: path) : nil, wasLive: wasLive,
                    place: IngestSource(path, beneath: root, facts)))
        } catch { refuse(path, "\(error)") }
    }

    private static func target(of path: FilePath) -> FilePath? {
        path.withPlatformString { realpath($0, nil) }.map { resolved in
            defer { free(resolved) }
            return FilePath(platformString: resolved)
        }
    }

    private static func ownName(of path: FilePath) throws(StoreError) -> EntryName {
        do { return try EntryName(comingIn: (path.lastComponent?.string ?? "").utf8) } catch {
            throw .refusedName(error.description)
        }
    }

    /// Nil if the name is refused.
    private mutating func checked(_ name: [UInt8], in directory: FilePath) -> EntryName? {
        do { return try EntryName(comingIn: name) } catch {
            refuse(directory.appending(String(decoding: name, as: UTF8.self)), error.description)
            return nil
        }
    }

    private mutating func refuse(_ path: FilePath, _ reason: String) { plan.refused.append((path, reason)) }
}
