import GRDB
package import Recipe

// Which files of the live view are models: by their names, because they are in a pipeline's directory, or because their name has versions.

extension Store {
    /// The model's name for a path of the live view; nil if the path is not a model's.
    package func modelName(live path: [EntryName]) throws(StoreError) -> ModelName? {
        if let name = ModelName(live: path) { return name }
        guard ModelName(pipeline: path) != nil else { return nil }
        return try catalogue.readOne { try $0.modelName(live: path) }
    }
}

extension Database {
    /// The same within a transaction.
    func modelName(live path: [EntryName]) throws -> ModelName? {
        if let name = ModelName(live: path) { return name }
        guard let name = ModelName(pipeline: path) else { return nil }
        return try isInPipeline(path) || hasVersion(name) ? name : nil
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
            guard let next = try directory(named: name, in: id) else { return false }
            id = next
            if depth > 0, try hasPipelineMark(id) { return true }
        }
        return false
    }

    /// `add` takes a file of any name that is given to it: its history goes on in the live view.
    private func hasVersion(_ name: ModelName) throws -> Bool {
        guard let directory = try directory(under: DirectoryRow.Root.models.rawValue, name.directories) else {
            return false
        }
        return try first(
            "SELECT 1 FROM model WHERE directory = ? AND name = ?", [directory, name.path.name.databaseValue]
        ) { _ in true } ?? false
    }

    private func directory(named name: EntryName, in parent: Int64) throws -> Int64? {
        let found = try first(
            "SELECT id, kind FROM live WHERE parent = ? AND name = ?", [parent, name.databaseValue]
        ) { (id: try $0.id(0), kind: try $0.number(1)) }
        switch found.map({ LiveRow.Kind(rawValue: Int($0.kind)) }) {
        case .directory: return found?.id
        case .link:
            let row = try found.flatMap { try live($0.id) }.flatMap { try follow($0)?.row }
            return row?.kind == .directory ? row?.id : nil
        default: return nil
        }
    }

    private func hasPipelineMark(_ directory: Int64) throws -> Bool {
        for mark in ModelName.pipelineMarks {
            let isMarked = try first(
                "SELECT kind FROM live WHERE parent = ? AND name = ?", [directory, mark.databaseValue]
            ) { try $0.number(0) != LiveRow.Kind.directory.rawValue }
            if isMarked == true { return true }
        }
        return false
    }

    /// The drafts below a directory: a file that makes it a pipeline's directory may have made models of them.
    func drafts(below directory: Int64) throws -> [Int64] {
        guard let row = try live(directory) else { return [] }
        return try files(below: row, path: []).filter { $0.row.blob == nil }.map(\.row.id)
    }
}
