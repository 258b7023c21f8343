package import Recipe

/// A name of the live view that is a model's: what is closed under it becomes a version.
package struct ModelName: Hashable, Sendable, CustomStringConvertible {
    package let folder: String
    package let path: ModelPath

    package var description: String { "\(folder)/\(path)" }
}

extension ModelName {
    /// Nil for a name that is no model's: one that lies in no folder or in a hidden directory, previews, notes, sidecars,
    /// and downloads that other programs still work on.
    package init?(live path: [String]) {
        guard path.count > 1, !path.contains(where: { $0.hasPrefix(".") }),
            Self.isModel(path[path.count - 1], in: path[0]),
            let inner = try? ModelPath(path.dropFirst().joined(separator: "/")),
            inner.components.count == path.count - 1
        else { return nil }
        folder = path[0]
        self.path = inner
    }

    package init?(_ text: String) { self.init(live: text.split(separator: "/").map(String.init)) }

    /// Weights everywhere, configurations where loaders read them.
    static func isModel(_ name: String, in folder: String) -> Bool {
        if Folder.isModelFile(name) { return true }
        let lower = name.lowercased()
        return switch folder {
        case "configs": [".yaml", ".yml", ".json"].contains { lower.hasSuffix($0) }
        case "diffusers": [".json", ".txt", ".model"].contains { lower.hasSuffix($0) }
        default: false
        }
    }
}
