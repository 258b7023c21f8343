import Foundation
import GRDB
import Recipe

/// Finds in the catalogue the bytes that a reference stood for at a moment.
struct Resolver {
    let db: Database
    /// When the image was made.
    let time: Timestamp
    /// The run that made it, if a tool reported it.
    var run: Run?

    /// The uses that a reference resolves to: one, or one for each file of a directory.
    func resolve(_ reference: ModelReference) throws -> [Recipe.ModelUse] {
        if reference.isDirectory { return try resolveDirectory(reference) }
        var use = Recipe.ModelUse(reference: reference)
        // A recorded hash is stronger evidence than what a process that may have made the image had open.
        let isCertain = run?.isCertain == true
        if let seen = try byLoad(reference), try isCertain && !seen.mayBeKept || byHash(reference) == nil {
            use.resolution = seen.resolution
            use.evidence = isCertain && !seen.mayBeKept ? .observed : .inferred
            use.mayBeKept = isCertain && seen.mayBeKept
            return [use]
        }
        if let found = try byHash(reference) {
            use.resolution = found.resolution
            use.match = found.match
            use.evidence = .recorded
            return [use]
        }
        let named = reference.isStem ? try byStem(reference) : try byPath(reference)
        // A file of that name with another hash is not the model.
        if let named, !contradicts(named.resolution.sha256, reference.recorded) {
            use.resolution = named.resolution
            use.evidence = named.evidence
        }
        use.isChanged = named != nil && use.resolution == nil
        return [use]
    }

    /// A path from the store's own rows.
    func own(_ text: String) throws -> ModelPath {
        guard let path = ModelPath(parsing: text) else {
            throw StoreError.catalogue("'\(text)' is not a path of a model")
        }
        return path
    }

    private typealias Found = (resolution: Recipe.Resolution, evidence: Evidence)

    /// The folder of a name in a directory, and the path in that folder.
    func place(_ directory: Int64, _ name: EntryName) throws -> (folder: EntryName, path: ModelPath)? {
        guard let folders = try [directory].named(db.path).first, let folder = folders.first else { return nil }
        return ModelPath(folders.dropFirst() + [name]).map { (folder, $0) }
    }

    /// A model in any subfolder of the folder whose name without its suffix is the recorded one.
    private func byStem(_ reference: ModelReference) throws -> Found? {
        guard let folder = reference.folder, !reference.candidates.isEmpty else { return nil }
        let names = reference.candidates.flatMap { wanted in
            [wanted.name.text] + Folder.modelSuffixes.map { wanted.name.text + $0 }
        }
        let marks = names.map { _ in "?" }.joined(separator: ", ")
        let rows = try Row.fetchAll(
            db, sql: "SELECT directory, name FROM model WHERE name IN (\(marks)) ORDER BY id LIMIT 100",
            arguments: StatementArguments(names))
        return try found(rows, in: folder).first ?? byAlias(reference, in: folder)
    }

    /// A1111 refers to a LoRA by the name that its trainer wrote into it, whatever the file is called; nil if several have that name.
    private func byAlias(_ reference: ModelReference, in folder: String) throws -> Found? {
        let names = reference.candidates.map(\.name.text)
        let marks = names.map { _ in "?" }.joined(separator: ", ")
        let rows = try Row.fetchAll(
            db,
            sql: """
                SELECT DISTINCT model.directory, model.name FROM claim JOIN version ON version.blob = claim.blob
                JOIN model ON model.id = version.model
                WHERE claim.key = 'ss_output_name' AND claim.value IN (\(marks)) ORDER BY model.id LIMIT 100
                """, arguments: StatementArguments(names))
        let found = try found(rows, in: folder)
        return Set(found.map(\.resolution.sha256)).count == 1 ? found.first : nil
    }

    /// What rows of names stand for, limited to places where a loader of `folder` looks.
    private func found(_ rows: [Row], in folder: String) throws -> [Found] {
        try rows.named({ (try $0.value("directory") as Int64, try $0.name("name")) }).compactMap { directory, name in
            guard let place = try place(directory, name),
                Folder.searched(byStemIn: folder).contains(place.folder.text)
            else { return nil }
            return try find(folder: place.folder, place.path)
        }
    }

    private func byPath(_ reference: ModelReference) throws -> Found? {
        for path in reference.candidates {
            for folder in try folders(of: reference, holding: path) {
                if let found = try find(folder: folder, path) { return found }
            }
        }
        return nil
    }

    /// The folders that the loader searches; a reference that is known only by its suffix may be in any folder.
    func folders(of reference: ModelReference, holding path: ModelPath) throws -> [EntryName] {
        if let folder = reference.folder { return Folder.searched(for: folder).compactMap { try? EntryName($0) } }
        return try Row.fetchAll(
            db, sql: "SELECT name FROM directory WHERE parent = ? ORDER BY name",
            arguments: [DirectoryRow.Root.models.rawValue]
        ).named { try $0.name(0) }
    }

    func find(folder: EntryName, _ path: ModelPath) throws -> (
        resolution: Recipe.Resolution, evidence: Evidence
    )? {
        let root = DirectoryRow.Root.models.rawValue
        guard let directory = try db.directory(under: root, [folder] + path.parents) else { return nil }
        let model = try Int64.fetchOne(
            db, sql: "SELECT id FROM model WHERE directory = ? AND name = ?",
            arguments: [directory, path.name.databaseValue])
        guard let model else { return nil }
        return try version(of: model, folder: folder, path)
    }

    /// The version that was live at the time; for an image that is older than everything known of the name, the first known version.
    private func version(
        of model: Int64, folder: EntryName, _ path: ModelPath
    ) throws -> Found? {
        let columns = """
            SELECT version.number, blob.sha256, blob.size, blob.private, version.blob FROM event
            JOIN version ON version.id = event.version JOIN blob ON blob.id = version.blob WHERE event.model = ?
            """
        let before = try Row.fetchOne(
            db, sql: "\(columns) AND event.since <= ? ORDER BY event.since DESC, event.id DESC LIMIT 1",
            arguments: [model, time.nanoseconds])
        // If the name held nothing at the time, what it held last is only likely.
        let wasGone =
            try Bool.fetchOne(
                db,
                sql: """
                    SELECT version IS NULL FROM event WHERE model = ? AND since <= ? ORDER BY since DESC, id DESC LIMIT 1
                    """, arguments: [model, time.nanoseconds]) ?? false
        let then = wasGone ? nil : before
        let row =
            try before ?? Row.fetchOne(db, sql: "\(columns) ORDER BY event.since, event.id LIMIT 1", arguments: [model])
        guard let row else { return nil }
        let blob = try Blob(row)
        let resolution = Recipe.Resolution(
            folder: folder, path: path, sha256: blob.digest, size: blob.size, version: try row.value("number"))
        return (resolution, then == nil ? .assumed : .inferred)
    }

    /// Every model under a directory, as DiffusersLoader reads it.
    private func resolveDirectory(_ reference: ModelReference) throws -> [Recipe.ModelUse] {
        guard let folder = reference.folder.flatMap({ try? EntryName($0) }),
            let path = reference.candidates.first,
            let directory = try db.directory(under: DirectoryRow.Root.models.rawValue, [folder] + path.components)
        else { return [Recipe.ModelUse(reference: reference)] }
        var uses: [Recipe.ModelUse] = []
        var pending = [(directory, path)]
        while let (directory, path) = pending.popLast() {
            pending += try Row.fetchAll(
                db, sql: "SELECT id, name FROM directory WHERE parent = ? AND id > 4", arguments: [directory]
            ).named { (try $0.id("id"), path.appending(ModelPath(try $0.name("name")))) }
            for name in try Row.fetchAll(
                db, sql: "SELECT name FROM model WHERE directory = ? ORDER BY name", arguments: [directory]
            ).named({ try $0.name(0) }) {
                let inner = path.appending(ModelPath(name))
                guard let found = try find(folder: folder, inner) else { continue }
                var use = Recipe.ModelUse(reference: reference)
                use.reference.name = inner.description
                use.reference.candidates = [inner]
                use.reference.isDirectory = false
                use.resolution = found.resolution
                use.evidence = found.evidence
                uses.append(use)
            }
        }
        return uses.isEmpty ? [Recipe.ModelUse(reference: reference)] : uses
    }
}
