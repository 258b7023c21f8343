/// What is known of one node class, looked up once for all nodes of a graph.
final class ComfyClass: Sendable {
    let name: String
    let isOutput, isRemote, hidesItsModels, generatesText, isQuantised, isCore, isSampler, isCustomSampler: Bool
    /// Whether some of its inputs name files by the class alone.
    let isLoader: Bool
    /// The input that its nodes hand on unchanged, for classes that only carry a value; `nil` for the first of them.
    let carried: ComfyClasses.Carried
    /// Inputs that name files of ComfyUI's own directories, each with the kind of file.
    let files: [String: String]

    /// ComfyUI's own classes are in nearly every graph.
    private static let core = Dictionary(uniqueKeysWithValues: ComfyClasses.core.map { ($0, ComfyClass($0)) })

    static func named(_ name: String) -> ComfyClass { core[name] ?? ComfyClass(name) }

    private init(_ name: String) {
        self.name = name
        carried = ComfyClasses.carried(by: name)
        files = LoaderTable.inputKinds[name] ?? [:]
        isCore = ComfyClasses.core.contains(name)
        isOutput = ComfyClasses.isOutput(name)
        // No common class is any of these.
        isRemote = !isCore && ComfyClasses.isRemote(name)
        hidesItsModels = !isCore && ComfyClasses.hidesItsModels(name)
        generatesText = !isCore && ComfyClasses.generatesText(name)
        isQuantised = !isCore && ComfyClasses.isQuantised(name)
        isCustomSampler = name == "SamplerCustom" || name == "SamplerCustomAdvanced"
        isLoader = LoaderTable.isKnown(name)
        isSampler = name.lowercased().holds("sampler")
    }
}
