/// What a node's inputs are by their names, told once for each node.
struct InputTraits: OptionSet {
    let rawValue: UInt16

    static let sampler = InputTraits(rawValue: 1)
    static let seed = InputTraits(rawValue: 2)
    static let positive = InputTraits(rawValue: 4)
    static let latent = InputTraits(rawValue: 8)
    static let batch = InputTraits(rawValue: 16)
    static let format = InputTraits(rawValue: 32)
    /// Names a model.
    static let model = InputTraits(rawValue: 64)
    /// Holds a prompt's words.
    static let words = InputTraits(rawValue: 128)

    init(rawValue: UInt16) { self.rawValue = rawValue }
    init(_ inputs: JSON.Object) {
        self = inputs.members.reduce(into: []) { $0.formUnion(Self.byName[$1.key] ?? []) }
    }

    private static let byName: [String: InputTraits] = {
        var traits: [String: InputTraits] = [
            "sampler_name": .sampler, "seed": .seed, "noise_seed": .seed, "positive": .positive,
            "latent_image": .latent,
            "latent": .latent, "samples": .latent, "batch_size": .batch, "weight_dtype": .format,
        ]
        for name in LoaderTable.inputNames { traits[name, default: []].formUnion(.model) }
        for name in ComfyClasses.textInputs { traits[name, default: []].formUnion(.words) }
        return traits
    }()
}
