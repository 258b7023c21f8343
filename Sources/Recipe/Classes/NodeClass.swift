/// What is known of one class of ComfyUI's nodes: its inputs and outputs, and what its name alone tells.
package final class NodeClass: Sendable {
    struct Input: Sendable {
        let name: String
        /// `MODEL`, `INT`, …; `*` fits every other.
        let type: String
        /// What its values mean for an image.
        let meaning: Meaning
        /// The kind of files that its options are.
        var file: File?
        /// Whether it is a text with several lines.
        var isLines = false
        /// Whether it is computed only if it is needed.
        var isLazy = false
        /// Whether its widget is followed by one that changes it, or by an upload button.
        var hasControl = false
        var hasUpload = false
        /// Whether it has no widget although its type usually has one.
        var isLinkOnly = false
        /// The values of the input before the dot for which it exists.
        var options: [String]?

        init(name: String, type: String) {
            self.name = name
            self.type = type
            meaning = Meaning(type: type)
        }

        /// Whether a canvas stores its value.
        var isWidget: Bool { !isLinkOnly && (file != nil || Meaning.values.contains(type)) }
    }

    enum File: Sendable, Equatable {
        /// A model of this folder.
        case model(String)
        /// A file of the input directory: `image`, `audio`, …
        case input(String)
    }

    struct Output: Sendable {
        let name: String
        let type: String
        let meaning: Meaning

        init(name: String, type: String) {
            self.name = name
            self.type = type
            meaning = Meaning(type: type)
        }
    }

    /// Its name in graphs, the `class_type`.
    package let name: String
    let inputs: [Input]
    let outputs: [Output]
    /// Whether all of its inputs and outputs are listed.
    let isKnown: Bool
    let isOutput: Bool
    /// Whether a hosted service does its work.
    let isHosted: Bool
    /// Whether it belongs to ComfyUI itself.
    let isCore: Bool
    let roles: NamedClasses.Roles
    /// The input that it passes on, known by its name alone.
    let carried: String?
    let hasLazyInputs: Bool
    /// The meanings of its inputs, as bits; all bits if an input is unknown.
    private let taken: UInt16
    /// Whether its inputs and outputs make it a sampler.
    let isSampler: Bool
    /// The inputs that name files, and those with words for a text encoder.
    let files: [Input]
    let words: [Input]
    private let places: [String: Int]

    /// If `isOutput` is nil, the name decides.
    init(
        _ name: String, inputs: [Input] = [], outputs: [Output] = [], isKnown: Bool = false, isOutput: Bool? = nil,
        isHosted: Bool = false, isCore: Bool = false
    ) {
        self.name = name
        self.inputs = inputs
        self.outputs = outputs
        self.isKnown = isKnown
        self.isHosted = isHosted
        self.isCore = isCore
        // The types of ComfyUI's own classes suffice; only what no type shows is listed by name.
        roles = isCore ? NamedClasses.exactRoles(of: name) : NamedClasses.roles(of: name)
        carried = NamedClasses.carried[name]
        self.isOutput = isOutput ?? roles.contains(.output)
        files = inputs.filter { $0.file != nil }
        hasLazyInputs = inputs.contains(where: \.isLazy)
        let takes = Set(inputs.map(\.meaning))
        words =
            takes.contains(.clip) || outputs.contains { $0.meaning == .conditioning }
            ? inputs.filter(\.isLines) : []
        taken = !isKnown || takes.contains(.other) ? .max : takes.reduce(0) { $0 | 1 << $1.rawValue }
        places = Dictionary(inputs.indices.map { (inputs[$0].name, $0) }) { first, _ in first }
        let isFed = takes.contains(.guider) || takes.contains(.pipe) || takes.isSuperset(of: [.model, .conditioning])
        let gives = outputs.contains { [.latent, .image, .pipe].contains($0.meaning) }
        isSampler =
            isFed && gives
            && (takes.contains(.noise) || inputs.contains { Conventions.seeds.contains($0.name) })
    }

    /// Whether an input may have this meaning.
    func mayTake(_ meaning: Meaning) -> Bool { taken & 1 << meaning.rawValue != 0 }

    /// The input of this name, even if it is one of a row of inputs.
    func input(_ name: String) -> Input? { place(ofInput: name).map { inputs[$0] } }

    /// Its place in `inputs`, for those who need one fact of it: a copy of an input costs more than finding it.
    func place(ofInput name: String) -> Int? {
        if let place = places[name] { return place }
        guard let dot = name.utf8.firstIndex(of: UInt8(ascii: ".")) else { return nil }
        return places[name[..<dot] + ".*"]
    }

    /// This class, completed by `other` where it says nothing.
    func over(_ other: NodeClass) -> NodeClass {
        var merged = inputs.map { input in
            var input = input
            guard let same = other.input(input.name) else { return input }
            // For rows of inputs, a run reports only that they exist.
            if input.type == "*" { return same }
            // A run's report does not include lists of files.
            input.file = input.file ?? same.file
            input.isLines = input.isLines || same.isLines
            input.isLazy = input.isLazy || same.isLazy
            return input
        }
        // It does not include the inputs that a choice adds, either.
        merged += other.inputs.filter { input($0.name) == nil && (!isKnown || $0.options != nil) }
        return NodeClass(
            name, inputs: merged, outputs: outputs.isEmpty ? other.outputs : outputs,
            isKnown: isKnown || other.isKnown, isOutput: isOutput || other.isOutput,
            isHosted: isHosted || other.isHosted, isCore: isCore || other.isCore)
    }
}

/// What the values of a type mean for an image, whatever a pack calls the type.
enum Meaning: UInt16, Sendable {
    case model, clip, conditioning, guider, pipe, latent, image, sampler, sigmas, noise, value, other

    /// Types whose values are in widgets.
    static let values: Set<String> = ["INT", "FLOAT", "STRING", "BOOLEAN", "COMBO", "COLOR"]

    private static let exact: [String: Meaning] = [
        "MODEL": .model, "CLIP": .clip, "CONDITIONING": .conditioning, "GUIDER": .guider, "LATENT": .latent,
        "IMAGE": .image, "SAMPLER": .sampler, "SIGMAS": .sigmas, "NOISE": .noise, "VIDEO": .image,
    ]

    init(type: String) {
        if let known = Self.exact[type] {
            self = known
        } else if Self.values.contains(type) {
            self = .value
        } else if type.holds("PIPE") || type.holds("CONTEXT") {
            self = .pipe
        } else if type.hasSuffix("EMBEDS") || type.hasSuffix("CONDITIONING") {
            self = .conditioning
        } else if type.hasSuffix("LATENT") || type.hasSuffix("LATENTS") {
            self = .latent
        } else if type.hasSuffix("MODEL"), !type.holds("_") {
            self = .model
        } else {
            self = .other
        }
    }

    /// The meaning of an input with an unknown type, by its name.
    init(input name: String) { self = Conventions.meaning(ofInput: name) }
}
