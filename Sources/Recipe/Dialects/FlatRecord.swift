/// Builds the recipe of a record without a graph: one pass, and models by names that often lack folder and suffix.
struct FlatRecord {
    private(set) var recipe: Recipe
    /// The field of the file; it takes the place of the node in other records.
    private let field: String

    init(_ generator: String, version: String? = nil, dialect: String, field: String) {
        recipe = Recipe(generator: .init(name: generator, version: version, dialect: dialect))
        self.field = field
    }

    /// Adds the pass that these values describe: seed, steps and size under their usual names, the rest by `fill`.
    mutating func sample(_ values: NamedValues? = nil, _ fill: (inout Recipe.Pass) -> Void) {
        var pass = Recipe.Pass(node: field)
        if let values {
            pass.seed = values.seed("seed")
            pass.steps = values.number("steps")
            (pass.width, pass.height) = values.size()
        }
        fill(&pass)
        if let seed = pass.seed, !seed.isInteger || seed.isNegative { pass.seed = nil }
        recipe.passes.append(pass)
    }

    /// Adds a model, unless the name means none. `alias` is another name that the file may have. With `isExact`, blanks at the ends belong
    /// to the name.
    mutating func model(
        _ folder: String, _ name: String?, _ input: String, _ hash: RecordedHash? = nil, strength: JSON.Number? = nil,
        alias: String? = nil, isExact: Bool = false
    ) {
        guard let name = isExact ? name : name?.trimmingBlanks, !Conventions.isNoFile(name.trimmingBlanks) else {
            return
        }
        var reference = ModelReference(
            folder: folder, name: name,
            candidates: [Folder.stem(of: name), alias].compactMap { $0 }.compactMap { try? ModelPath($0) },
            node: field,
            input: input)
        reference.isStem = true
        reference.recorded = [hash].compactMap { $0 }
        reference.strength = strength
        if let air = AIR(name) {
            reference.folder = air.folder ?? folder
            reference.air = air.text
        }
        recipe.models.append(.init(reference: reference))
    }

    /// Adds the name by which a service identifies the version of the last model.
    mutating func identify(last air: String) { recipe.models[recipe.models.count - 1].reference.air = air }

    /// Adds the image that the output was made from.
    mutating func input(_ kind: String, _ name: String?) {
        guard let name = name?.trimmingBlanks, !name.isEmpty else { return }
        recipe.inputs.append(
            .init(
                reference: InputReference(
                    kind: kind, name: name, directory: "input", path: try? ModelPath(name), node: field)
            ))
    }

    mutating func note(_ code: Reason.Code, _ message: String) { recipe.findings.append(.init(code, message)) }

    /// Adds the findings that are true of every flat record, and those that follow from its pass.
    mutating func finish(noise: Noise = .cpu) -> Recipe {
        note(.flatParameters, "the parameters were saved as text; what extensions did may be missing from it")
        for pass in recipe.passes {
            if pass.seed == nil { note(.seedUnknown, "the seed is not recorded as a number") }
            let sampler = pass.sampler ?? ""
            if ComfySamplers.isNondeterministic(sampler) || ["DPM adaptive", "DPM fast"].contains(sampler) {
                note(.samplerNondeterministic, "the sampler \(sampler) does not repeat exactly")
            }
            if noise == .gpu {
                note(.gpuNoise, "the noise was drawn on the graphics card, which is not recorded")
            } else if Self.drawsNoise(sampler) {
                note(.deviceNoise, "the sampler \(sampler) draws noise on the device, and that device is not recorded")
            }
        }
        return recipe
    }

    /// Where a tool draws the initial noise, unless its record says otherwise.
    enum Noise { case cpu, gpu }

    /// The sampler's name may be that of ComfyUI, A1111 or diffusers.
    private static func drawsNoise(_ sampler: String) -> Bool {
        let lower = sampler.lowercased()
        return ComfySamplers.drawsNoiseOnDevice(lower) || lower.hasSuffix(" a") || lower.hasSuffix("_a")
            || lower.holds("sde") || lower == "lcm"
    }
}
