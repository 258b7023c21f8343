import GRDB
package import Recipe
package import SystemPackage

/// InvokeAI's database: the metadata of images whose files have none, and the files and hashes of its models.
///
/// Source: InvokeAI's tables `images` (`image_name`, `metadata`) and `models` (`config`, JSON with `name`, `hash`, `path`).
package final class InvokeDatabase: RecordSource {
    private struct Model: Sendable {
        let path: String?
        let hash: RecordedHash?
    }

    private let connection: DatabaseQueue
    private let models: [String: Model]

    /// Opens `invokeai.db`, given by its own path or by InvokeAI's root directory; nil if the path is neither. It is only read.
    package init?(_ path: FilePath) throws(StoreError) {
        let inside = path.appending("databases").appending("invokeai.db")
        let file = try FileFacts.at(inside)?.kind == .file ? inside : path
        guard try FileFacts.at(file)?.kind == .file else { return nil }
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(5)
        do {
            connection = try DatabaseQueue(path: file.string, configuration: configuration)
            let columns = try connection.read { db in try db.columns(in: "images").map(\.name) }
            guard columns.contains("image_name"), columns.contains("metadata") else { return nil }
            models = try connection.read { db in
                guard try db.tableExists("models"),
                    try db.columns(in: "models").contains(where: { $0.name == "config" })
                else { return [:] }
                var models: [String: Model] = [:]
                for config in try String.fetchAll(db, sql: "SELECT config FROM models WHERE config IS NOT NULL") {
                    guard let json = try? JSONParser.parse(config), let name = json["name"]?.string else { continue }
                    models[name] = Model(
                        path: json["path"]?.string, hash: json["hash"]?.string.flatMap { RecordedHash(prefixed: $0) })
                }
                return models
            }
        } catch { return nil }
    }

    /// What InvokeAI's database has about an image and its file may lack.
    package func records(of imageName: String) throws(StoreError) -> [RecipeReader.Sidecar] {
        do {
            let metadata = try connection.read { db in
                try String.fetchOne(
                    db, sql: "SELECT metadata FROM images WHERE image_name = ? AND metadata IS NOT NULL",
                    arguments: [imageName])
            }
            return metadata.map { [.init(name: "invokeai.json", source: MemorySource(Array($0.utf8)))] } ?? []
        } catch { throw .catalogue("InvokeAI's database: \(error)") }
    }

    package func complete(_ recipe: Recipe) -> Recipe {
        guard recipe.generator.name == "InvokeAI" else { return recipe }
        var recipe = recipe
        for index in recipe.models.indices {
            guard let known = models[recipe.models[index].reference.name] else { continue }
            recipe.models[index].claim(known.hash)
            // The names are titles; the file has a name of its own.
            if let path = known.path.flatMap({ FilePath($0).lastComponent?.string }),
                let candidate = try? ModelPath(Folder.stem(of: path)),
                !recipe.models[index].reference.candidates.contains(candidate)
            {
                recipe.models[index].reference.candidates.append(candidate)
            }
        }
        return recipe
    }
}
