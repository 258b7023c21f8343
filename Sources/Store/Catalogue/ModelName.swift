package import Recipe

/// A name of the live view that is a model's: a file that is closed under it becomes a version.
package struct ModelName: Hashable, Sendable, CustomStringConvertible {
    /// The folder of the models directory.
    package let folder: EntryName
    /// Below ``folder``.
    package let path: ModelPath

    package var description: String { "\(folder)/\(path)" }
}

extension ModelName {
    /// Nil for a name that is not a model's: outside any folder or in a hidden directory, previews, notes, sidecars, and downloads in
    /// progress.
    package init?(live path: [EntryName]) {
        guard path.count > 1, !path.contains(where: { $0.hasPrefix(".") }),
            Self.isModel(path[path.count - 1], in: path[0]), let inner = ModelPath(path.dropFirst())
        else { return nil }
        folder = path[0]
        self.path = inner
    }

    /// A name that a model once had, for whatever reason it was one.
    package init?(known text: String) {
        guard let path = ViewPath(parsing: text)?.components else { return nil }
        self.init(pipeline: path)
    }

    /// Any file in a pipeline's directory that is neither hidden nor a partial download. Nil for others.
    init?(pipeline path: [EntryName]) {
        guard path.count > 1, !Self.isPart(path[path.count - 1]), !path.contains(where: { $0.hasPrefix(".") }),
            let inner = ModelPath(path.dropFirst())
        else { return nil }
        folder = path[0]
        self.path = inner
    }

    /// Files that make their directory one model of transformers or diffusers, whose loaders read any file beside them.
    static let pipelineMarks: [EntryName] = ["config.json", "model_index.json"]

    private static let partSuffixes = [
        ".part", ".partial", ".aria2", ".incomplete", ".tmp", ".temp", ".download", ".crdownload", ".lock",
    ]

    /// Whether this is the name of an unfinished download or write.
    static func isPart(_ name: EntryName) -> Bool {
        partSuffixes.contains { name.text.endsInASCII(of: $0) } || name.text.utf8.last == UInt8(ascii: "~")
    }

    /// The name of a model in a snapshot from elsewhere; nil in a hidden directory. Suffixes other than those of models occur: `add
    /// --folder` takes any file.
    init?(brought found: Recipe.Resolution) {
        guard !([found.folder] + found.path.components).contains(where: { $0.hasPrefix(".") }) else { return nil }
        folder = found.folder
        path = found.path
    }

    /// Reads `folder/name`; nil if it has no folder or a component is not a name.
    package init?(_ text: String) {
        guard let path = ViewPath(parsing: text) else { return nil }
        self.init(live: path.components)
    }

    /// The directories that lead to it, beginning with its folder.
    var directories: [EntryName] { [folder] + path.parents }

    /// Splits `NAME@vN`; nil if there is no number.
    package static func numbered(_ text: String) -> (name: String, number: Int)? {
        guard let (name, digits) = text.splitAtLast("@v"), let number = Int(digits), digits == "\(number)" else {
            return nil
        }
        return (name, number)
    }

    /// Weights in any folder, and configurations in folders whose loaders read them.
    static func isModel(_ name: EntryName, in folder: EntryName) -> Bool {
        if Folder.holdsWeights(name.text) { return true }
        let suffixes: [String]
        switch folder {
        case "configs": suffixes = [".yaml", ".yml", ".json"]
        case "diffusers": suffixes = [".json", ".txt", ".model"]
        default: return false
        }
        return suffixes.contains { name.text.endsInASCII(of: $0) }
    }
}
