import GRDB
package import Recipe

// Which files of the live view are models: by their names, or because they are in a pipeline's directory.

extension Store {
    /// The model's name for a path of the live view; nil if the path is not a model's.
    package func modelName(live path: [EntryName]) throws(StoreError) -> ModelName? {
        if let name = ModelName(live: path) { return name }
        guard let name = ModelName(pipeline: path), path.count > 2 else { return nil }
        return try catalogue.readOne { try $0.isInPipeline(path) } ? name : nil
    }
}

extension Database {
    /// The same within a transaction.
    func modelName(live path: [EntryName]) throws -> ModelName? {
        if let name = ModelName(live: path) { return name }
        guard let name = ModelName(pipeline: path), path.count > 2 else { return nil }
        return try isInPipeline(path) ? name : nil
    }

    /// The same for a name that a file is losing: if it had a version it was a model, whatever is still beside it.
    func modelName(of row: LiveRow, live path: [EntryName]) throws -> ModelName? {
        row.version == nil ? try modelName(live: path) : ModelName(live: path) ?? ModelName(pipeline: path)
    }

    /// Whether a directory on the way to a file, below its folder, is a pipeline's. A link on the way stands for the directory that it
    /// leads to.
    fileprivate func isInPipeline(_ path: [EntryName]) throws -> Bool {
        var id = LiveRow.root
        for (depth, name) in path.dropLast().enumerated() {
            var row = try live(named: name, in: id)
            if let link = row, link.kind == .link { row = try follow(link)?.row }
            guard let row, row.kind == .directory else { return false }
            id = row.id
            guard depth > 0 else { continue }
            for mark in ModelName.pipelineMarks {
                if let found = try live(named: mark, in: id), found.kind != .directory { return true }
            }
        }
        return false
    }

    /// The drafts below a directory: a file that makes it a pipeline's directory may have made models of them.
    func drafts(below directory: Int64) throws -> [Int64] {
        guard let row = try live(directory) else { return [] }
        return try files(below: row, path: []).filter { $0.row.blob == nil }.map(\.row.id)
    }
}
