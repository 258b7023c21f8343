/// A model as an output's record names it.
package struct ModelReference: Sendable, Hashable {
    /// The folder that its loader searches; nil if only a suffix shows that it is a model.
    package var folder: String?
    /// The name as recorded, for people.
    package var name: String
    /// The paths that the loader would try in the folder, in order; empty for a name that must be refused.
    package var candidates: [ModelPath]
    /// Whether the path is a directory of files (diffusers).
    package var isDirectory = false
    /// Whether the path has no suffix and may be in any subfolder, as in names by A1111 and its family.
    package var isStem = false
    /// The content hashes that were recorded with the name.
    package var recorded: [RecordedHash] = []
    /// Civitai's name for the version, which does not identify bytes: `urn:air:…`.
    package var air: String?
    /// The node that names it.
    package var node: String
    /// The node's input that names it.
    package var input: String
    package var strength: JSON.Number?
    /// Whether no node names it: the mount saw it being opened while the prompt ran. `node` is then the node that was running, if it is
    /// known.
    package var isUnnamed = false
    /// Where the file can be downloaded, according to the canvas.
    package var url: String?

    package init(folder: String?, name: String, candidates: [ModelPath], node: String, input: String) {
        self.folder = folder
        self.name = name
        self.candidates = candidates
        self.node = node
        self.input = input
    }
}

/// A file of ComfyUI's `input`, `output` or `temp` directory that a graph reads.
package struct InputReference: Sendable, Hashable {
    /// `image`, `mask`, `audio`, `video`, `latent` or `model`.
    package var kind: String
    /// The name in the graph, without an annotation such as `[output]`.
    package var name: String
    /// The directory that the annotation names: `input` unless it says `output` or `temp`.
    package var directory: String
    /// Nil for a name that must be refused.
    package var path: ModelPath?
    /// The id of the node that reads it.
    package var node: String
    /// The SHA-256 that the generator itself computed when it read the file.
    package var recorded: Digest?
}

extension InputReference {
    /// The directory of files outside ComfyUI's: a pack's node read them by absolute paths, or by paths below ComfyUI's base directory.
    package static let outside = "outside"
    package var isOutside: Bool { directory == Self.outside }

    /// Where a snapshot's `input` shows a file of this name in a directory; nil for a name that must be refused. Files outside are
    /// distinguished by a digest of their names.
    /// apart by a digest of their names.
    static func path(of name: String, in directory: String) -> ModelPath? {
        guard directory == outside else { return try? ModelPath(name) }
        guard let last = name.slashed.last else { return nil }
        return try? ModelPath("\(outside)/\(SHA256.digest(of: Array(name.utf8)).hex.prefix(8))/\(last)")
    }

    /// A file that a pack's node names; in one of ComfyUI's directories by its name there, which may be annotated.
    package init(named name: String, in directory: String, node: String) {
        let annotation = " [\(directory)]"
        let plain =
            directory != Self.outside && name.hasSuffix(annotation) ? String(name.dropLast(annotation.count)) : name
        self.init(
            kind: "file", name: plain, directory: directory, path: Self.path(of: plain, in: directory), node: node)
    }

    /// Whether this text in a prompt means the file.
    package func isNamed(by text: String) -> Bool { text == name || text == "\(name) [\(directory)]" }
}
