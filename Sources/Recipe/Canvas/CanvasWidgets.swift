/// The values of a node's widgets, which a canvas stores by name, or as a bare list whose names others tell.
struct CanvasWidgets {
    private let node: JSON
    private let kind: NodeClass

    init(_ node: JSON, _ kind: NodeClass) {
        self.node = node
        self.kind = kind
    }

    /// What the frontend adds after a seed: how it changes for the next image.
    private static let controls: Set<String> = ["fixed", "increment", "decrement", "randomize"]
    private static let control = "control_after_generate"

    /// The values by name. Where the canvas may hold the next seed, one that is not fixed is left out.
    func values(holdsNext: Bool) -> JSON.Object {
        if let named = (node["widgets_values_named"] ?? node["widgets_values"])?.object {
            // Some front ends name the control after its own value.
            let control = named.members.first { isControl($0.key, $0.value) }
            var values = named
            if let control { values[control.key] = nil }
            return without(values, holdsNext && control?.value != "fixed")
        }
        let values = node["widgets_values"]?.array ?? []
        var object = JSON.Object()
        var index = 0
        var isFixed = false
        let names = names(values) ?? []
        for name in names where index < values.count {
            guard let name else {
                index += 1
                continue
            }
            // Of the widgets that a choice brings, those of the choice that was made are there.
            if let options = kind.input(name)?.options, let dot = name.utf8.lastIndex(of: UInt8(ascii: ".")),
                let choice = object[String(name[..<dot])]?.string, !options.contains(choice)
            {
                continue
            }
            object.append(name, values[index])
            index += 1
            if index < values.count, let control = values[index].string, Self.controls.contains(control),
                values[index - 1].number != nil
            {
                isFixed = isFixed || control == "fixed"
                index += 1
            }
        }
        // What has no name may still name a model.
        for (place, value) in values.enumerated().dropFirst(index) where !kind.isKnown {
            object.append("widget_\(place)", value)
        }
        return without(object, holdsNext && !isFixed)
    }

    private func isControl(_ name: String, _ value: JSON) -> Bool {
        value.string.map { Self.controls.contains($0) && (name == Self.control || name == $0) } ?? false
    }

    private func without(_ values: JSON.Object, _ isNext: Bool) -> JSON.Object {
        var values = values
        guard isNext else { return values }
        for seed in Conventions.seeds where values[seed] != nil { values[seed] = .null }
        return values
    }

    /// The names of a bare list, in its order; nil for one that is not an input: a button to upload.
    private func names(_ values: [JSON]) -> [String?]? {
        let listed = (node["inputs"]?.array ?? []).compactMap { $0["widget"]?["name"]?.string }
        let controlled = values.indices.count { index in
            index > 0 && values[index].string.map(Self.controls.contains) == true && values[index - 1].number != nil
        }
        if !listed.isEmpty, listed.count + controlled == values.count { return listed }
        if kind.isKnown {
            return kind.inputs.filter(\.isWidget).flatMap { $0.hasUpload ? [$0.name, nil] : [$0.name] }
        }
        // A button to upload stands last.
        if !listed.isEmpty, listed.count + controlled + 1 == values.count { return listed }
        return nil
    }
}

extension NodeSlots {
    /// What a canvas says of a node; nil where it says nothing of what it takes or gives.
    init?(_ node: JSON) {
        for input in node["inputs"]?.array ?? [] {
            if let name = input["name"]?.string, let type = input["type"]?.string { inputs[name] = type }
        }
        outputs = (node["outputs"]?.array ?? []).map {
            NodeClass.Output(name: $0["name"]?.string ?? "", type: $0["type"]?.string ?? "*")
        }
        let properties = node["properties"]
        pack = properties?["cnr_id"]?.string ?? properties?["aux_id"]?.string
        version = properties?["ver"]?.string
        guard inputs.values.contains(where: { $0 != "*" }) || outputs.contains(where: { $0.type != "*" }) else {
            return nil
        }
    }
}
