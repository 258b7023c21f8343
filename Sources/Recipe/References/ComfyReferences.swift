extension ComfyGraph {
    /// The models that `nodes` name: by class and input where the loader is known, by suffix elsewhere.
    func modelReferences(in nodes: [Node]) -> [ModelReference] {
        var found: [ModelReference] = []
        for node in nodes {
            let first = found.count
            for (input, value) in node.inputs.members where inputKind(node, input) == nil && input != "filename_prefix"
            {
                if let folder = LoaderTable.folder(classType: node.classType, input: input) {
                    guard let name = self.value(node, input)?.string else { continue }
                    found += references(folder: folder, name: name, node: node, input: input)
                } else if ComfyClasses.textInputs.contains(input) {
                    found += embeddings(in: self.value(node, input)?.string ?? "", node: node, input: input)
                } else if ComfyClasses.carriedInput(of: node) != input {
                    // What a node only carries is named by the loader that it goes to.
                    for name in modelNames(in: value) {
                        found.append(reference(folder: nil, name: name, tries: [name], node: node, input: input))
                    }
                }
            }
            let strength = number(node, "strength_model", "strength")
            for index in first..<found.count { found[index].strength = strength }
        }
        var seen: Set<ModelReference> = []
        return found.filter { seen.insert($0).inserted }
    }

    /// The files of ComfyUI's own directories that `nodes` read.
    func inputReferences(in nodes: [Node]) -> [InputReference] {
        nodes.flatMap { node in
            node.inputs.members.compactMap { input, _ -> InputReference? in
                guard let kind = inputKind(node, input), var name = value(node, input)?.string else { return nil }
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

    private func inputKind(_ node: Node, _ input: String) -> String? {
        LoaderTable.inputKind(classType: node.classType, input: input)
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

    private func reference(
        folder: String?, name: String, tries: [String], node: Node, input: String
    ) -> ModelReference {
        // A hostile name stays refused, also where a suffix would make another name of it.
        let candidates = (try? ModelPath(name)) == nil ? [] : tries.compactMap { try? ModelPath($0) }
        return ModelReference(folder: folder, name: name, candidates: candidates, node: node.id, input: input)
    }

    /// `embedding:name` in a prompt's words; weights and brackets around it do not belong to the name.
    private func embeddings(in text: String, node: Node, input: String) -> [ModelReference] {
        text.split { $0.isWhitespace }.flatMap { word -> [ModelReference] in
            word.ranges(of: "embedding:").map { range in
                let tail = word[range.upperBound...].prefix { !"():,[]{}|".contains($0) }
                return String(tail)
            }
            .filter { !$0.isEmpty }
            .map { name in
                let tries = [name] + [".safetensors", ".pt", ".bin"].map { name + $0 }
                return reference(folder: "embeddings", name: name, tries: tries, node: node, input: input)
            }
        }
    }

    /// Every string in a value, however deep, that ends like a model file.
    private func modelNames(in value: JSON) -> [String] {
        switch value {
        case .string(let text):
            Folder.isModelFile(text) && text.utf8.count <= 1024 && !text.utf8.contains(UInt8(ascii: "\n")) ? [text] : []
        case .array(let elements): elements.flatMap(modelNames)
        case .object(let object):
            object["on"] == false || object["active"] == false
                ? [] : object.members.flatMap { modelNames(in: $0.value) }
        default: []
        }
    }
}
