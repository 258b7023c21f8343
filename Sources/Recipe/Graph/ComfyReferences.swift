extension ComfyGraph {
    /// The models that `nodes` name: by class and input where the loader is known, by suffix elsewhere.
    package func modelReferences(in nodes: [Node]) -> [ModelReference] {
        var found: [ModelReference] = []
        var read: Set<ReadWords> = []
        for node in nodes {
            let own = modelReferences(of: node, &read)
            if own.isEmpty { continue }
            let (model, clip) = (
                number(node, "strength_model", "strength", "lora_model_strength"),
                number(node, "strength_clip", "lora_clip_strength")
            )
            // A LoRA with strength 0 is not even loaded.
            if node.inputs["lora_name"] != nil, model?.double == 0, clip.map({ $0.double == 0 }) ?? true { continue }
            for var reference in own {
                if reference.folder == "loras" || node.inputs["lora_model_strength"] == nil {
                    reference.strength = reference.strength ?? model
                }
                found.append(reference)
            }
        }
        var seen: Set<ModelReference> = []
        return found.filter { seen.insert($0).inserted }
    }

    /// A text in which names were looked for. If several inputs take one text, the first of them names its models.
    private struct ReadWords: Hashable {
        let place: TextPlace
        let withTags: Bool
    }

    private func modelReferences(of node: Node, _ read: inout Set<ReadWords>) -> [ModelReference] {
        // A class that is known to take no files and no words names no models.
        if node.kind.isKnown, node.kind.isCore, node.kind.files.isEmpty, node.kind.words.isEmpty { return [] }
        // Models that a saver is told about end up in the file, not in the image.
        if node.kind.isOutput || (isSink(node) && !node.isKnown), takes(node, .image, .latent) { return [] }
        let stack = LoraStack(node, self)
        var found = stack?.references ?? []
        for (input, value) in node.inputs.members {
            // Most inputs are links and numbers; only known ones are followed through a link.
            switch value {
            case .null, .bool, .number: continue
            default: break
            }
            if stack?.inputs.contains(input) == true || input == "filename_prefix" { continue }
            let declared = node.kind.input(input)
            if case .input = declared?.file { continue }
            var folder = Conventions.folder(input: input)
            if case .model(let known) = declared?.file { folder = known }
            if node.kind.isKnown, node.kind.isCore, declared?.file == nil { folder = nil }
            if let folder {
                guard let name = self.value(node, input)?.string else { continue }
                found += references(folder: folder, name: name, node: node, input: input)
            } else if holdsWords(node, input, declared) {
                // ComfyUI's own encoders treat tags as words.
                let withTags = !node.kind.isCore
                guard case .known(let text, let place) = words(node, input),
                    read.insert(ReadWords(place: place, withTags: withTags)).inserted
                else { continue }
                found += embeddings(in: text, node: node, input: input)
                if withTags { found += tagged(in: text, node: node, input: input) }
            } else if !node.kind.isCore, !isCarried(node) {
                for name in modelNames(in: value) {
                    found.append(reference(folder: nil, name: name, tries: [name], node: node, input: input))
                }
            }
        }
        return found
    }

    private func holdsWords(_ node: Node, _ input: String, _ declared: NodeClass.Input?) -> Bool {
        if node.kind.isKnown, let declared { return declared.isLines && !node.kind.words.isEmpty }
        return Conventions.wordNames.contains(input)
    }

    /// Whether the node only carries a value: the loader that the value goes to names it.
    private func isCarried(_ node: Node) -> Bool {
        node.kind.carried != nil || node.classType == "Reroute"
            || (node.inputs.members.count == 1
                && ["string", "value", "text", "Text"].contains(node.inputs.members[0].key)
                && node.inputs.members[0].value.string != nil && !isSink(node))
    }

    /// The files that `nodes` read from ComfyUI's own directories.
    func inputReferences(in nodes: [Node]) -> [InputReference] {
        nodes.flatMap { node -> [InputReference] in
            if node.kind.isKnown, node.kind.files.isEmpty { return [] }
            let files: [(name: String, kind: String)] =
                node.kind.isKnown ? knownFiles(of: node) : unknownFiles(of: node)
            return files.compactMap { input, kind -> InputReference? in
                guard let whole = value(node, input)?.string else { return nil }
                var name = Self.shown(whole)
                var directory = "input"
                for place in ["input", "output", "temp"] where name.hasSuffix(" [\(place)]") {
                    name.removeLast(place.count + 3)
                    directory = place
                }
                // A node with only mask outputs reads the image for the mask.
                let isMask =
                    kind == "image" && !node.kind.outputs.isEmpty && node.kind.outputs.allSatisfy { $0.type == "MASK" }
                return InputReference(
                    kind: isMask ? "mask" : kind, name: name, directory: directory,
                    path: Self.mayName(whole) ? try? ModelPath(name) : nil,
                    node: node.id, recorded: node.isChanged?.array?.first?.string.flatMap { Digest(hex: $0) })
            }
        }
    }

    /// The inputs that are files according to the class; other versions of it may have used other names.
    private func knownFiles(of node: Node) -> [(name: String, kind: String)] {
        let declared = node.kind.files.compactMap { input -> (name: String, kind: String)? in
            if case .input(let kind) = input.file { (input.name, kind) } else { nil }
        }
        guard !declared.isEmpty, declared.allSatisfy({ node.inputs[$0.name] == nil }) else { return declared }
        return node.inputs.members.compactMap { name, _ in Conventions.inputFiles[name].map { (name, $0) } }
    }

    /// The inputs of an otherwise unknown loader that name files, by their names and suffixes.
    private func unknownFiles(of node: Node) -> [(name: String, kind: String)] {
        guard node.classType.lowercased().holds("load"), !node.kind.isOutput else { return [] }
        return node.inputs.members.compactMap { name, _ in
            guard let kind = Conventions.inputFiles[name], let text = value(node, name)?.string, Self.mayName(text)
            else { return nil }
            // An annotation may follow the name.
            let file = text.split(separator: " ").first { word in
                Conventions.mediaSuffixes.contains { word.lowercased().hasSuffix($0) }
            }
            return file == nil ? nil : (name, kind)
        }
    }

    /// Whether a text can be a file's name; a longer one is refused.
    private static func mayName(_ text: String) -> Bool { text.utf8.count <= longestName }

    /// A name for people. One that is refused for its length is cut, since many nodes may have it.
    static func shown(_ name: String) -> String {
        mayName(name) ? name : String(decoding: name.utf8.prefix(64), as: UTF8.self) + "…"
    }

    private func references(folder: String, name: String, node: Node, input: String) -> [ModelReference] {
        if Self.mayName(name), Conventions.isNoFile(name) { return [] }
        if folder == "vae", let pair = Conventions.approximateVAE(name) {
            return pair.map { stem in
                let tries = Folder.modelSuffixes.map { stem + $0 }
                return reference(folder: "vae_approx", name: stem, tries: tries, node: node, input: input)
            }
        }
        var one = reference(folder: folder, name: name, tries: [name], node: node, input: input)
        one.isDirectory = folder == "diffusers"
        return [one]
    }

    func reference(folder: String?, name: String, tries: [String], node: Node, input: String) -> ModelReference {
        guard Self.mayName(name) else {
            return ModelReference(
                folder: folder, name: Self.shown(name), candidates: [], node: node.id, input: input)
        }
        // A hostile name stays refused, even if adding a suffix would make it a valid one.
        let path = try? ModelPath(name)
        let candidates = path.map { path in tries.compactMap { $0 == name ? path : try? ModelPath($0) } } ?? []
        var reference = ModelReference(folder: folder, name: name, candidates: candidates, node: node.id, input: input)
        if let air = AIR(name) {
            reference.air = air.text
            reference.folder = folder ?? air.folder
        }
        // Cloud services name files by the BLAKE3 of their bytes.
        let stem = Folder.stem(of: name)
        if stem.utf8.count == 64, let hash = RecordedHash(stem, .blake3) { reference.recorded = [hash] }
        return reference
    }

    /// A LoRA without its suffix, in any subfolder, as tags and LoRA-Manager name it.
    func lora(stem name: String, strength: JSON.Number?, node: Node, input: String, folder: String = "loras")
        -> ModelReference
    {
        var one = reference(folder: folder, name: name, tries: [Folder.stem(of: name)], node: node, input: input)
        one.isStem = true
        one.strength = strength
        return one
    }

    private func tagged(in text: String, node: Node, input: String) -> [ModelReference] {
        PromptTags.models(in: text, by: .comfy).map {
            lora(stem: $0.name, strength: $0.strength, node: node, input: input, folder: $0.folder)
        }
    }

    /// `embedding:name` in the words of a prompt.
    private func embeddings(in text: String, node: Node, input: String) -> [ModelReference] {
        PromptTags.embeddings(in: text).map { name in
            let tries = [name] + [".safetensors", ".pt", ".bin"].map { name + $0 }
            return reference(folder: "embeddings", name: name, tries: tries, node: node, input: input)
        }
    }

    /// Every string in a value, at any depth, with the suffix of a model file, or in the form of Civitai's model names.
    private func modelNames(in value: JSON) -> [String] {
        switch value {
        case .string(let text):
            (Folder.isModelFile(text) || AIR(text) != nil) && text.utf8.count <= 1024
                && !text.utf8.contains(UInt8(ascii: "\n")) ? [text] : []
        case .array(let elements): elements.flatMap(modelNames)
        case .object(let object):
            object["on"] == false || object["active"] == false
                ? [] : object.members.flatMap { modelNames(in: $0.value) }
        default: []
        }
    }
}
