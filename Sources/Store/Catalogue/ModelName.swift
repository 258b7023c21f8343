package import Recipe

/// A name of the live view that is a model's: what is closed under it becomes a version.
package struct ModelName: Hashable, Sendable, CustomStringConvertible {
    /// The folder of the models directory.
    package let folder: EntryName
    /// Below ``folder``.
    package let path: ModelPath

    package var description: String { "\(folder)/\(path)" }
}

extension ModelName {
    /// Nil for a name that is not a model's: one that lies in no folder or in a hidden directory, previews, notes, sidecars,
    /// and downloads that other programs still work on.
    package init?(live path: [EntryName]) {
        guard path.count > 1, !path.contains(where: { $0.hasPrefix(".") }),
            Self.isModel(path[path.count - 1], in: path[0]), let inner = ModelPath(path.dropFirst())
        else { return nil }
        folder = path[0]
        self.path = inner
    }

    /// A name that a model had once, whatever made it one.
    init?(known text: String) {
        guard let path = ViewPath(parsing: text)?.components else { return nil }
        self.init(pipeline: path)
    }

    /// Any file that is neither hidden nor a part of one: what lies in a pipeline's directory belongs to it. Nil for others.
    init?(pipeline path: [EntryName]) {
        guard path.count > 1, !path.contains(where: { $0.hasPrefix(".") }), !Self.isPart(path[path.count - 1]),
            let inner = ModelPath(path.dropFirst())
        else { return nil }
        folder = path[0]
        self.path = inner
    }

    /// The files by which a directory is one model, whose loader reads whatever it likes beside them: of transformers and diffusers.
    static let pipelineMarks: [EntryName] = ["config.json", "model_index.json"]

    /// Whether a name is that of a download or a write that is not over.
    static func isPart(_ name: EntryName) -> Bool {
        let suffixes = [
            ".part", ".partial", ".aria2", ".incomplete", ".tmp", ".temp", ".download", ".crdownload", ".lock",
        ]
        return suffixes.contains { name.text.endsInASCII(of: $0) } || name.text.utf8.last == UInt8(ascii: "~")
    }

    /// The name under which a snapshot that somebody brought has a model; nil for one in a hidden directory. Other endings than
    /// those of models are there: `add --folder` takes any file.
    init?(brought found: Recipe.Resolution) {
        guard !([found.folder] + found.path.components).contains(where: { $0.hasPrefix(".") }) else { return nil }
        folder = found.folder
        path = found.path
    }

    /// Reads `folder/name`; nil where it has no folder or a component is not a name.
    package init?(_ text: String) {
        guard let path = ViewPath(parsing: text) else { return nil }
        self.init(live: path.components)
    }

    /// The directories on the way to it, its folder first.
    var directories: [EntryName] { [folder] + path.parents }

    /// `NAME@vN` in two; nil where no number is given.
    package static func numbered(_ text: String) -> (name: String, number: Int)? {
        guard let (name, digits) = text.splitAtLast("@v"), let number = Int(digits), digits == "\(number)" else {
            return nil
        }
        return (name, number)
    }

    /// Weights everywhere, configurations where loaders read them.
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
