import GRDB
import Recipe

extension Database {
    /// The one running process that had opened every model of a recipe when its image was made; nil where there is none,
    /// or more than one. It tells which bytes a server still held that had been replaced by then.
    func likelyRun(_ recipe: Recipe, at time: Timestamp) throws -> Run? {
        let references = recipe.models.map(\.reference).filter { !$0.candidates.isEmpty && !$0.isDirectory }
        guard !references.isEmpty else { return nil }
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
            if common?.isEmpty == true { return nil }
        }
        let alive = try (common ?? []).filter { identity in
            let pid = try Int32.fetchOne(self, sql: "SELECT pid FROM process WHERE identity = ?", arguments: [identity])
            return pid.flatMap { Opener(process: $0) }?.identity == identity
        }
        guard alive.count == 1, let process = alive.first else { return nil }
        return Run(process: process, ended: time, isCertain: false)
    }
}
