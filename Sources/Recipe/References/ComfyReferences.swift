extension ComfyGraph {
    /// The models that `nodes` name: by class and input where the loader is known, by suffix elsewhere.
    package func modelReferences(in nodes: [Node]) -> [ModelReference] {
        var found: [ModelReference] = []
        for node in nodes {
            let own = modelReferences(of: node)
            if own.isEmpty { continue }
            let (model, clip) = (number(node, "strength_model", "strength"), number(node, "strength_clip"))
            // A LoRA of no strength is not even loaded.
            if node.inputs["lora_name"] != nil, model?.double == 0, clip.map({ $0.double == 0 }) ?? true { continue }
            for var reference in own {
                reference.strength = reference.strength ?? model
                found.append(reference)
            }
        }
        var seen: Set<ModelReference> = []
        return found.filter { seen.insert($0).inserted }
    }

    private func modelReferences(of node: Node) -> [ModelReference] {
        // ComfyUI's own nodes name models by known inputs alone, and most of them none.
        if node.kind.isCore, !node.kind.isLoader, node.traits.isDisjoint(with: [.model, .words]) { return [] }
        let stack = LoraStack(node, self)
        var found = stack?.references ?? []
        let carried = ComfyClasses.carriedInput(of: node)
        for (input, value) in node.inputs.members {
            // Most inputs are links and numbers; only a known one is followed through a link.
            switch value {
            case .null, .bool, .number: continue
            default: break
            }
            if stack?.inputs.contains(input) == true || node.kind.files[input] != nil || input == "filename_prefix" {
                continue
            }
            if let folder = LoaderTable.folder(classType: node.classType, input: input) {
                guard let name = self.value(node, input)?.string else { continue }
                found += references(folder: folder, name: name, node: node, input: input)
            } else if ComfyClasses.textInputNames.contains(input) {
                let text = self.value(node, input)?.string ?? ""
                found += embeddings(in: text, node: node, input: input)
                // ComfyUI's own encoders take tags for words.
                if !node.kind.isCore { found += tagged(in: text, node: node, input: input) }
            } else if !node.kind.isCore, carried != input {
                // What a node only carries is named by the loader that it goes to.
                for name in modelNames(in: value) {
                    found.append(reference(folder: nil, name: name, tries: [name], node: node, input: input))
                }
            }
        }
        return found
    }

    /// The files of ComfyUI's own directories that `nodes` read.
    func inputReferences(in nodes: [Node]) -> [InputReference] {
        nodes.filter { !$0.kind.files.isEmpty }.flatMap { node in
            node.inputs.members.compactMap { input, _ -> InputReference? in
                guard let kind = node.kind.files[input], var name = value(node, input)?.string else { return nil }
                var directory = "input"
                for place in ["input", "output", "temp"] where name.hasSuffix(" [\(place)]") {
                    name.removeLast(place.count + 3)
                    directory = place
                }
                return InputReference(
                    kind: kind, name: name, directory: directory, path: try? ModelPath(name), node: node.id,
                    recorded: node.isChanged?.array?.first?.string.flatMap { Digest(hex: $0) })
            }
        }
    }

    private func references(folder: String, name: String, node: Node, input: String) -> [ModelReference] {
        if LoaderTable.isNoFile(name) { return [] }
        if folder == "vae", let pair = LoaderTable.approximateVAE(name) {
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
        // A hostile name stays refused, also where a suffix would make another name of it.
        let candidates = (try? ModelPath(name)) == nil ? [] : tries.compactMap { try? ModelPath($0) }
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

    /// A LoRA without its suffix, in whatever subfolder, as tags and LoRA-Manager name it.
    func lora(stem name: String, strength: JSON.Number?, node: Node, input: String, folder: String = "loras")
        -> ModelReference
    {
        var one = reference(folder: folder, name: name, tries: [Folder.stem(of: name)], node: node, input: input)
        one.isStem = true
        one.strength = strength
        return one
    }

    private func tagged(in text: String, node: Node, input: String) -> [ModelReference] {
        PromptTags.models(in: text).map {
            lora(stem: $0.name, strength: $0.strength, node: node, input: input, folder: $0.folder)
        }
    }

    /// `embedding:name` in a prompt's words.
    private func embeddings(in text: String, node: Node, input: String) -> [ModelReference] {
        PromptTags.embeddings(in: text).map { name in
            let tries = [name] + [".safetensors", ".pt", ".bin"].map { name + $0 }
            return reference(folder: "embeddings", name: name, tries: tries, node: node, input: input)
        }
    }

    /// Every string in a value, however deep, that ends like a model file or is a model's name in Civitai.
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
