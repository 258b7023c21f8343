// Where the values of links on a canvas come from.

extension ComfyCanvas {
    /// An output of a node on the canvas.
    struct Origin: Hashable {
        let place: Int
        let id: String
        let slot: Int
    }

    enum Source {
        case output(String, Int)
        case value(JSON)
        /// The link leads to nothing, so that the value of the input's own widget counts.
        case own
        /// The node does not run, and the input has no value.
        case nothing
    }

    /// One step from an output towards where its value comes from.
    private enum Step {
        case end(Source)
        case link(String, Int)
        case on(Origin)
    }

    /// Where a link's value comes from, through everything that only passes it on. Each output is followed once; a circle gives nothing.
    mutating func source(of link: String, in place: Int) -> Source {
        var step = Step.link(link, place)
        var passed: [Origin] = []
        while true {
            switch step {
            case .link(let link, let place):
                let origin = places[place].scope.origins[link]
                step = origin.map { .on(Origin(place: place, id: $0.id, slot: $0.slot)) } ?? .end(.nothing)
            case .on(let origin):
                if let known = sources[origin] {
                    step = .end(known)
                } else {
                    sources[origin] = .nothing
                    passed.append(origin)
                    step = self.step(from: origin)
                }
            case .end(let source):
                for origin in passed { sources[origin] = source }
                return source
            }
        }
    }

    private func step(from origin: Origin) -> Step {
        let scope = places[origin.place].scope
        if origin.id == CanvasScope.inputNode {
            guard let (outer, instance) = places[origin.place].outer else { return .end(.nothing) }
            switch instance.input(at: origin.slot) {
            case .link(let link): return .link(link, outer)
            case .value(let value): return .end(.value(value))
            case nil: return .end(.own)
            }
        }
        guard let node = scope.byID[origin.id], let type = node["type"]?.string else { return .end(.nothing) }
        // What exists only on the canvas hands on its value even where it is muted, and the same from each of its outputs.
        if Self.isPassive(type), origin.slot != 0 { return .on(Origin(place: origin.place, id: origin.id, slot: 0)) }
        switch type {
        case "PrimitiveNode": return .end(primitive(node))
        case "Reroute", "SetNode": return Self.passed(node, origin)
        case "GetNode":
            let setter = CanvasScope.variable(of: node).flatMap { scope.setters[$0] }
            return setter.map { .on(Origin(place: origin.place, id: $0, slot: 0)) } ?? .end(.own)
        default: break
        }
        let mode = Self.mode(of: node)
        if mode == Self.never { return .end(.nothing) }
        if mode == Self.bypass { return Self.bypassed(node, origin) }
        guard subgraphs[type] != nil else {
            return .end(.output(places[origin.place].prefix + origin.id, origin.slot))
        }
        guard let inner = places[origin.place].inner[origin.id],
            let output = places[inner].scope.outputs[origin.slot]
        else { return .end(.nothing) }
        return .on(Origin(place: inner, id: output.id, slot: output.slot))
    }

    /// The value of a primitive. If the canvas may hold the next one, a number that is not fixed is unknown.
    private func primitive(_ node: JSON) -> Source {
        guard let values = node["widgets_values"]?.array, let value = values.first else { return .own }
        let isNext = holdsNext && value.number != nil && values.count > 1 && values[1] != "fixed"
        return .value(isNext ? .null : value)
    }

    /// The first link into a node that has one.
    private static func passed(_ node: JSON, _ origin: Origin) -> Step {
        let link = node["inputs"]?.array?.first(giving: { CanvasScope.id($0["link"]) })
        return link.map { .link($0, origin.place) } ?? .end(.own)
    }

    /// The input of the output's number, if it has the output's type, or else the first one that has it.
    private static func bypassed(_ node: JSON, _ origin: Origin) -> Step {
        let inputs = node["inputs"]?.array ?? []
        let outputs = node["outputs"]?.array ?? []
        guard origin.slot >= 0, origin.slot < outputs.count else { return passed(node, origin) }
        let type = outputs[origin.slot]["type"]
        let fits = { (input: JSON) in input["type"] == type || input["type"] == "*" || type == "*" }
        let same = inputs.first(giving: { fits($0) ? CanvasScope.id($0["link"]) : nil })
        let atSlot =
            origin.slot < inputs.count && fits(inputs[origin.slot])
            ? CanvasScope.id(inputs[origin.slot]["link"]) : nil
        return (atSlot ?? same).map { .link($0, origin.place) } ?? .end(.own)
    }
}
