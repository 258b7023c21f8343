import Recipe
package import Store

package enum ModelNames {
    /// The name where it is a model's.
    package static func model(_ path: String) -> String? {
        ModelName(path).map { "\($0)" }
    }
}

extension Store {
    /// Every version as `name digest`, as ``ClosedModels`` has them.
    package func versionLines() throws -> Set<String> {
        var all: Set<String> = []
        try forEachVersion(of: nil) { all.insert("\($0.folder)/\($0.name) \($0.sha256.autoV2)") }
        return all
    }
}
