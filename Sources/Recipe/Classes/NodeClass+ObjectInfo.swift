extension NodeClass {
    /// A class in `/object_info`, or in the part of it that a run's report keeps, which may have only the inputs.
    convenience init?(_ name: String, objectInfo info: JSON) {
        guard let sorts = info["input"]?.object else { return nil }
        let inputs = sorts.members.filter { $0.key != "hidden" }.flatMap { sort in
            (sort.value.object?.members ?? []).flatMap { Input.all($0.key, $0.value) }
        }
        let names = info["output_name"]?.array ?? []
        let outputs = (info["output"]?.array ?? []).enumerated().map { index, type in
            Output(
                name: index < names.count ? names[index].string ?? "" : "",
                type: Input.plain(type.string ?? "COMBO"))
        }
        let module = info["python_module"]?.string ?? ""
        self.init(
            name, inputs: inputs, outputs: outputs, isKnown: info["output"]?.array != nil,
            isOutput: info["output_node"]?.bool,
            isHosted: info["api_node"]?.bool == true || module.hasPrefix("comfy_api_nodes"),
            isCore: !module.isEmpty && !module.hasPrefix("custom_nodes"))
    }
}

extension NodeClass.Input {
    /// A type; one that fits all others always gets the same name.
    fileprivate static func plain(_ type: String) -> String { type == "COMFY_MATCHTYPE_V3" ? "*" : type }

    /// The inputs that one entry stands for: itself, and those that its choices add, which follow a dot.
    fileprivate static func all(_ name: String, _ spec: JSON, depth: Int = 0) -> [Self] {
        let own = Self(name, spec)
        guard spec.array?.first == "COMFY_DYNAMICCOMBO_V3", depth < 4 else { return [own] }
        var found = [own]
        for choice in spec.array?.dropFirst().first?["options"]?.array ?? [] {
            guard let key = choice["key"]?.string else { continue }
            for (_, inputs) in choice["inputs"]?.object?.members ?? [] {
                for (inner, spec) in inputs.object?.members ?? [] {
                    for var input in all("\(name).\(inner)", spec, depth: depth + 1) {
                        if let same = found.firstIndex(where: { $0.name == input.name }) {
                            found[same].options?.append(key)
                            continue
                        }
                        input.options = input.options ?? [key]
                        found.append(input)
                    }
                }
            }
        }
        return found
    }

    /// The type of the inputs of a row.
    private static func row(_ more: JSON?) -> String {
        let sorts = more?["template"]?["input"]?.object?.members ?? []
        let first = sorts.first(giving: { $0.value.object?.members.first?.value.array?.first?.string })
        return first.map(plain) ?? "*"
    }

    fileprivate init(_ name: String, _ spec: JSON) {
        let kind = spec.array?.first
        let more = spec.array?.dropFirst().first
        let type = kind?.string ?? "COMBO"
        let isRow = type == "COMFY_AUTOGROW_V3"
        self.init(
            name: isRow ? name + ".*" : name,
            type: isRow ? Self.row(more) : type == "COMFY_DYNAMICCOMBO_V3" ? "COMBO" : Self.plain(type))
        isLines = more?["multiline"]?.bool == true
        isLazy = more?["lazy"]?.bool == true
        hasControl = more?["control_after_generate"]?.bool == true
        isLinkOnly = more?["forceInput"]?.bool == true
        for kind in ["image", "video", "audio"] where more?["\(kind)_upload"]?.bool == true {
            file = .input(kind)
            hasUpload = true
        }
    }
}
