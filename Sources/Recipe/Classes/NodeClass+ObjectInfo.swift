extension NodeClass {
    /// What `/object_info` tells of a class, or what a run's report kept of it: perhaps only the inputs.
    convenience init?(_ name: String, objectInfo info: JSON) {
        guard let sorts = info["input"]?.object else { return nil }
        let inputs = sorts.members.filter { $0.key != "hidden" }.flatMap { sort in
            (sort.value.object?.members ?? []).map { Input($0.key, $0.value) }
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
    /// A type, where one that fits all others has one name.
    fileprivate static func plain(_ type: String) -> String { type == "COMFY_MATCHTYPE_V3" ? "*" : type }

    fileprivate init(_ name: String, _ spec: JSON) {
        let kind = spec.array?.first
        let more = spec.array?.dropFirst().first
        let type = kind?.string ?? "COMBO"
        let isRow = type == "COMFY_AUTOGROW_V3"
        self.init(
            name: isRow ? name + ".*" : name,
            type: isRow ? "*" : type == "COMFY_DYNAMICCOMBO_V3" ? "COMBO" : Self.plain(type))
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
