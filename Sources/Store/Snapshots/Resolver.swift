import GRDB
import Recipe

/// Finds the bytes that a reference stood for at a moment, from what the catalogue knows.
struct Resolver {
    let db: Database
    /// When the image was made.
    let time: Timestamp

    /// The uses that a reference comes to: one, or for a directory of files one each.
    func resolve(_ reference: ModelReference) throws -> [Recipe.ModelUse] {
        if reference.isDirectory { return try resolveDirectory(reference) }
        for path in reference.candidates {
            for folder in try folders(of: reference, holding: path) {
                if let found = try find(folder: folder, path) {
                    var use = Recipe.ModelUse(reference: reference)
                    use.resolution = found.resolution
                    use.evidence = found.evidence
                    return [use]
                }
            }
        }
        return [Recipe.ModelUse(reference: reference)]
    }

    /// The folders that the loader searches; a reference known only by its suffix may lie in any.
    private func folders(of reference: ModelReference, holding path: ModelPath) throws -> [String] {
        if let folder = reference.folder { return Folder.searched(for: folder) }
        return try String.fetchAll(
            db, sql: "SELECT name FROM directory WHERE parent = ? ORDER BY name",
            arguments: [DirectoryRow.Root.models.rawValue])
    }

    private func find(folder: String, _ path: ModelPath) throws -> (resolution: Recipe.Resolution, evidence: Evidence)?
    {
        let root = DirectoryRow.Root.models.rawValue
        guard let directory = try db.directory(under: root, [folder] + path.parents) else { return nil }
        let model = try Int64.fetchOne(
            db, sql: "SELECT id FROM model WHERE directory = ? AND name = ?", arguments: [directory, path.name])
        guard let model else { return nil }
        return try version(of: model, folder: folder, path)
    }

    /// The version that was live at the time, or, for an image older than all that is known, the first that is known.
    private func version(
        of model: Int64, folder: String, _ path: ModelPath
    ) throws -> (resolution: Recipe.Resolution, evidence: Evidence)? {
        let columns = """
            SELECT version.number, blob.sha256, blob.size, version.blob FROM event
            JOIN version ON version.id = event.version JOIN blob ON blob.id = version.blob WHERE event.model = ?
            """
        let then = try Row.fetchOne(
            db, sql: "\(columns) AND event.since <= ? ORDER BY event.since DESC, event.id DESC LIMIT 1",
            arguments: [model, time.nanoseconds])
        let row =
            try then ?? Row.fetchOne(db, sql: "\(columns) ORDER BY event.since, event.id LIMIT 1", arguments: [model])
        guard let row else { return nil }
        let blob = try Blob(row)
        let resolution = Recipe.Resolution(
            folder: folder, path: path, sha256: blob.digest, size: blob.size, version: row["number"])
        return (resolution, then == nil ? .assumed : .inferred)
    }

    /// Every model under a directory, as DiffusersLoader reads it.
    private func resolveDirectory(_ reference: ModelReference) throws -> [Recipe.ModelUse] {
        guard let folder = reference.folder, let path = reference.candidates.first,
            let directory = try db.directory(under: DirectoryRow.Root.models.rawValue, [folder] + path.components)
        else { return [Recipe.ModelUse(reference: reference)] }
        var uses: [Recipe.ModelUse] = []
        var pending = [(directory, path)]
        while let (directory, path) = pending.popLast() {
            for row in try Row.fetchAll(
                db, sql: "SELECT id, name FROM directory WHERE parent = ?", arguments: [directory])
            {
                pending.append((row["id"], path.appending(try ModelPath(row["name"] as String))))
            }
            for name in try String.fetchAll(
                db, sql: "SELECT name FROM model WHERE directory = ? ORDER BY name", arguments: [directory])
            {
                let inner = path.appending(try ModelPath(name))
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
