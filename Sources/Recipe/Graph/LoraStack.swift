/// Nodes with several LoRAs, some of which may be switched off. Source: rgthree's Power Lora Loader and Lora Loader Stack, Efficiency's
/// LoRA Stacker, Comfyroll's and Easy-Use's stacks, LoRA-Manager.
struct LoraStack {
    let references: [ModelReference]
    /// The inputs that name these models, or repeat them.
    let inputs: Set<String>

    /// Nil if the node is not such a stack.
    init?(_ node: ComfyGraph.Node, _ graph: ComfyGraph) {
        if let listed = node.inputs["loras"], let entries = listed.array ?? listed["__value__"]?.array,
            entries.contains(where: { $0["name"]?.string != nil })
        {
            references = Self.manager(entries, node, graph)
            inputs = ["loras", "text"]
        } else if node.inputs.members.contains(where: { $0.value["lora"]?.string != nil }) {
            references = Self.power(node, graph)
            inputs = Set(node.inputs.members.filter { $0.value["lora"] != nil }.map(\.key))
        } else {
            let numbered = node.inputs.members.filter { Self.isLora($0) && Self.number(of: $0.key) != nil }
            if numbered.isEmpty { return nil }
            references = Self.numbered(node, graph)
            inputs = Set(numbered.map(\.key))
        }
    }

    /// `{name, strength, clipStrength, active}`, without suffixes; tags in the text beside them repeat the list.
    private static func manager(_ entries: [JSON], _ node: ComfyGraph.Node, _ graph: ComfyGraph) -> [ModelReference] {
        entries.compactMap { entry in
            guard entry["active"] != false, let name = entry["name"]?.string else { return nil }
            return graph.lora(stem: name, strength: entry["strength"]?.numeric, node: node, input: "loras")
        }
    }

    /// `lora_1: {on, lora, strength, strengthTwo}`.
    private static func power(_ node: ComfyGraph.Node, _ graph: ComfyGraph) -> [ModelReference] {
        node.inputs.members.compactMap { input, value in
            guard let name = value["lora"]?.string, !Conventions.isNoFile(name), value["on"] != false,
                value["active"] != false
            else { return nil }
            let strength = value["strength"]?.numeric
            let second = value["strengthTwo"]?.numeric
            guard strength?.double != 0 || (second != nil && second?.double != 0) else { return nil }
            var reference = graph.reference(folder: "loras", name: name, tries: [name], node: node, input: input)
            reference.isStem = !Folder.isModelFile(name)
            reference.strength = strength
            return reference
        }
    }

    /// `lora_name_1`, `lora_01`, `lora_1_name` with a weight, perhaps a switch of the same number, and a count.
    private static func numbered(_ node: ComfyGraph.Node, _ graph: ComfyGraph) -> [ModelReference] {
        let count = graph.number(node, "lora_count", "num_loras")?.int ?? .max
        return node.inputs.members.compactMap { input, value in
            guard let number = number(of: input), isLora((input, value)), let name = graph.choice(node, input),
                !Conventions.isNoFile(name), number <= count
            else { return nil }
            let weights =
                ["lora_wt_", "model_str_", "model_weight_", "strength_", "lora_weight_"].flatMap {
                    [$0 + String(number), $0 + (number < 10 ? "0" : "") + String(number)]
                } + ["lora_\(number)_strength", "lora_\(number)_model_strength"]
            let weight = weights.first(giving: { graph.number(node, $0) })
            guard weight?.double != 0, graph.choice(node, "switch_\(number)") != "Off" else { return nil }
            var reference = graph.reference(folder: "loras", name: name, tries: [name], node: node, input: input)
            reference.strength = weight
            return reference
        }
    }

    private static func isLora(_ member: (key: String, value: JSON)) -> Bool {
        member.key.utf8.starts(with: "lora_".utf8) && member.value.string != nil
            && (member.key.hasPrefix("lora_name_") || isPlainlyNumbered(member.key))
    }

    /// `lora_01`, `lora_1_name`.
    private static func isPlainlyNumbered(_ key: String) -> Bool {
        let parts = key.split(separator: "_")
        return parts.first == "lora" && parts.count >= 2 && parts[1].allSatisfy(\.isNumber)
            && (parts.count == 2 || (parts.count == 3 && parts[2] == "name"))
    }

    private static func number(of key: String) -> Int? {
        key.split(separator: "_").first(giving: { Int($0) })
    }
}
