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

    /// Whether a file of this name is a model in any folder.
    static func mayBe(_ name: String) -> Bool {
        Folder.isModelFile(name) || isModel(name, in: "configs") || isModel(name, in: "diffusers")
    }

    /// Weights everywhere, configurations where loaders read them.
    static func isModel(_ name: String, in folder: String) -> Bool {
        if Folder.isModelFile(name) { return true }
        let suffixes: [String]
        switch folder {
        case "configs": suffixes = [".yaml", ".yml", ".json"]
        case "diffusers": suffixes = [".json", ".txt", ".model"]
        default: return false
        }
        let lower = name.lowercased()
        return suffixes.contains { lower.hasSuffix($0) }
    }
}
