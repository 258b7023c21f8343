import GRDB
import Recipe

extension Store {
    /// The only running process that had opened every model of a recipe when its image was made; nil if there is none, or more than one. A
    /// server may still have had bytes in memory that had already been replaced on disk; its loads tell which.
    func likelyRun(_ recipe: Recipe, at time: Timestamp) throws(StoreError) -> Run? {
        // Not within the transaction: /proc may answer late, see ``ProcessFile/told(of:_:)``.
        let alive = try catalogue.read { try $0.processesThatOpened(recipe, by: time) }
            .filter { Opener(process: $0.pid)?.identity == $0.identity }
        guard alive.count == 1, let process = alive.first else { return nil }
        return Run(process: process.identity, ended: time, isCertain: false)
    }
}

extension Database {
    fileprivate func processesThatOpened(
        _ recipe: Recipe, by time: Timestamp
    ) throws -> [(identity: String, pid: Int32)] {
        let references = recipe.models.map(\.reference).filter { !$0.candidates.isEmpty && !$0.isDirectory }
        guard !references.isEmpty else { return [] }
        var common: Set<String>?
        for reference in references {
            let names = reference.candidates.flatMap { path in
                [path.description] + (reference.isStem ? Folder.modelSuffixes.map { path.description + $0 } : [])
            }
            let marks = names.map { _ in "?" }.joined(separator: ", ")
            let found = try String.fetchSet(
                self,
                sql: """
                    SELECT process.identity FROM load JOIN process ON process.id = load.process
                    WHERE load.name IN (\(marks)) AND load.first <= ?
                    """, arguments: StatementArguments(names) + [time.nanoseconds])
            common = common.map { $0.intersection(found) } ?? found
            if common?.isEmpty == true { return [] }
        }
        return try (common ?? []).compactMap { identity in
            try Int32.fetchOne(self, sql: "SELECT pid FROM process WHERE identity = ?", arguments: [identity])
                .map { (identity, $0) }
        }
    }
}
