/// The values of a node's widgets. A canvas stores them by name, or as a list whose names have to be found elsewhere.
struct CanvasWidgets {
    private let node: JSON
    private let kind: NodeClass

    init(_ node: JSON, _ kind: NodeClass) {
        self.node = node
        self.kind = kind
    }

    /// The widget that the frontend adds after a seed: how the seed changes for the next image.
    private static let controls: Set<String> = ["fixed", "increment", "decrement", "randomize"]
    private static let control = "control_after_generate"

    /// The values by name. If the canvas may hold the next seed, a seed that is not fixed is left out.
    func values(holdsNext: Bool) -> JSON.Object {
        if let named = (node["widgets_values_named"] ?? node["widgets_values"])?.object {
            // Some front ends use the control's value as its name.
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
            // Of the widgets that depend on a choice, only those of the actual choice exist.
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
        // A value without a name may still name a model.
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

    /// The names of a list, in order; nil for an entry that is not an input: an upload button.
    private func names(_ values: [JSON]) -> [String?]? {
        let listed = (node["inputs"]?.array ?? []).compactMap { $0["widget"]?["name"]?.string }
        let controlled = values.indices.count { index in
            index > 0 && values[index].string.map(Self.controls.contains) == true && values[index - 1].number != nil
        }
        if !listed.isEmpty, listed.count + controlled == values.count { return listed }
        if kind.isKnown {
            return kind.inputs.filter(\.isWidget).flatMap { $0.hasUpload ? [$0.name, nil] : [$0.name] }
        }
        // An upload button is last.
        if !listed.isEmpty, listed.count + controlled + 1 == values.count { return listed }
        return nil
    }
}

extension NodeSlots {
    /// What a canvas says about a node; nil if it says nothing about its inputs and outputs.
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
