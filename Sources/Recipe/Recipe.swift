/// What one output was made from, as far as its file says; the store adds the bytes that the names stood for.
package struct Recipe: Sendable, Equatable {
    /// The tool, according to its record.
    package var generator: Generator
    /// Sampling passes, the last one first.
    package var passes: [Pass] = []
    /// Every model that is named, whether or not the store has it.
    package var models: [ModelUse] = []
    /// Every other file that is named.
    package var inputs: [InputUse] = []
    /// Findings about the file that affect the grade.
    package var findings: [Reason] = []
    /// What was used besides models: node classes, number formats. Sorted; later changes in tools may affect it.
    package var features: [String] = []

    package init(generator: Generator) { self.generator = generator }

    /// The tool that made the output.
    package struct Generator: Sendable, Equatable {
        /// Nil if the file does not say what made it.
        package var name: String?
        /// As the tool writes it.
        package var version: String?
        /// The format of its record: `comfyui-prompt`, `a1111-infotext`, …; nil if there is none.
        package var dialect: String?
        /// `valid` or `invalid` if the tool signed its record and the signature was checked.
        package var signature: String?
        package init(name: String?, version: String? = nil, dialect: String?) {
            self.name = name
            self.version = version
            self.dialect = dialect
        }
    }

    /// One run of a sampler. A nil parameter could not be resolved; ``Recipe/findings`` say why.
    package struct Pass: Sendable, Equatable {
        /// The sampler's node in the graph; for other tools, a name for the pass.
        package var node: String
        /// The tool's own name for it.
        package var sampler: String?
        package var scheduler: String?
        /// As requested; some tools run fewer.
        package var steps: JSON.Number?
        package var cfg: JSON.Number?
        /// The exact integer, up to 64 bits.
        package var seed: JSON.Number?
        package var denoise: JSON.Number?
        /// The prompt; several texts are joined.
        package var positive: String?
        /// The negative prompt.
        package var negative: String?
        /// Pixels.
        package var width: JSON.Number?
        /// Pixels.
        package var height: JSON.Number?
        package init(node: String) { self.node = node }
    }

    /// A model that the output was made with.
    package struct ModelUse: Sendable, Equatable {
        /// The name in the recipe.
        package var reference: ModelReference
        /// The bytes that the name stood for; nil if they are not known.
        package var resolution: Resolution?
        /// How those bytes are known.
        package var evidence: Evidence = .missing
        /// The recorded hash that found the bytes.
        package var match: RecordedHash?
        /// Whether the store has the name with bytes other than the recorded ones.
        package var isChanged = false
        /// Whether the name held several bytes while the process ran, so that the node may have had others than these.
        package var mayBeKept = false
        package init(reference: ModelReference) { self.reference = reference }
    }

    /// An image, mask or other file that the output was made from.
    package struct InputUse: Sendable, Equatable {
        /// The name in the recipe.
        package var reference: InputReference
        /// The bytes that the name stood for; nil if they are not known.
        package var resolution: Resolution?
        /// How those bytes are known.
        package var evidence: Evidence = .missing
        package init(reference: InputReference) { self.reference = reference }
    }

    /// The bytes that a name stood for.
    package struct Resolution: Sendable, Equatable {
        /// The folder and the path in it under which the bytes were found and are pinned.
        package var folder: EntryName
        /// Below ``folder``.
        package var path: ModelPath
        /// The hash of the bytes, which the store may have lost since.
        package var sha256: Digest
        /// Bytes.
        package var size: Int
        /// The number of the version of that name; nil for inputs.
        package var version: Int?
        package init(folder: EntryName, path: ModelPath, sha256: Digest, size: Int, version: Int?) {
            self.folder = folder
            self.path = path
            self.sha256 = sha256
            self.size = size
            self.version = version
        }
    }
}

/// How a reference's bytes are known; the order is that of strength.
package enum Evidence: String, Sendable, CaseIterable, Comparable {
    /// Nothing in the store has the name.
    case missing
    /// Only the name matches.
    case assumed
    /// The version that was live when the image was made.
    case inferred
    /// A hash of the content in the output's metadata.
    case recorded
    /// A process was seen to open the bytes.
    case observed

    package static func < (a: Evidence, b: Evidence) -> Bool { a.rank < b.rank }
    private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}

extension Recipe.ModelUse {
    /// Where a pinned tree shows it: the folder and the path, under the name in the prompt. A file that was found by its hash may have a
    /// different name now.
    package var pinnedPath: [EntryName] {
        guard let resolution else { return [] }
        guard match != nil, !reference.isStem, let name = reference.candidates.first else {
            return [resolution.folder] + resolution.path.components
        }
        return [reference.folder.flatMap { try? EntryName($0) } ?? resolution.folder] + name.components
    }
}
