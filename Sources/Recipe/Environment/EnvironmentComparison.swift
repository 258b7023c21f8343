/// The differences between the environment in which an image was made and another one.
package enum EnvironmentComparison {
    /// Environment variables that set a process's numbers of threads, on which the last digits of results depend.
    package static let threadVariables = ["OMP_NUM_THREADS", "MKL_NUM_THREADS"]

    /// The recorded ones of these variables, with their values.
    package static func threads(of environment: JSON?) -> [(name: String, value: String)] {
        threadVariables.compactMap { name in
            environment?["threads"]?[name]?.string.map { (name, $0) }
        }
    }

    /// The flags of an environment's command line for running the same again, with their values: all except those that belong to one
    /// installation, such as ports and directories, and those that the other ComfyUI does not have according to `isKnown`.
    package static func carriedFlags(
        of environment: JSON?, isKnown: (_ flag: String) -> Bool = { _ in true }
    ) -> [String] {
        flags(in: environment.flatMap(arguments) ?? []).filter { $0.effect != .place && isKnown($0.name) }
            .flatMap(\.words)
    }

    /// The flags of a command line, each with its values: everything that follows a flag is its value.
    private static func flags(
        in arguments: [String]
    ) -> [(name: String, words: [String], effect: EnvironmentFlags.Effect)] {
        var found: [(name: String, words: [String], effect: EnvironmentFlags.Effect)] = []
        for argument in arguments {
            if argument.hasPrefix("--") {
                let name = String(argument.prefix { $0 != "=" })
                found.append((name, [argument], EnvironmentFlags.effect(of: name)))
            } else if !found.isEmpty {
                found[found.count - 1].words.append(argument)
            }
        }
        return found
    }

    /// The differences between two command lines: flags that change what is computed, and unknown flags.
    private static func flags(_ then: [String], _ now: [String]) -> [Reason] {
        let shown = { (list: [String]) in list.isEmpty ? "none" : list.joined(separator: " ") }
        let sides = [then, now].map { arguments in flags(in: arguments) }
        let relevant = sides.map { $0.filter { $0.effect == .pixels }.flatMap(\.words) }
        let unknown = sides.map { $0.filter { $0.effect == .unknown }.map { $0.words.joined(separator: " ") }.sorted() }
        var found: [Reason] = []
        if relevant[0] != relevant[1] {
            found.append(
                .init(
                    .environmentFlags,
                    "the flags that change what is computed were \(shown(relevant[0])) and are \(shown(relevant[1]))"))
        }
        if unknown[0] != unknown[1] {
            found.append(
                .init(
                    .environmentFlags,
                    "flags of which nobody knows whether they change pixels were \(shown(unknown[0])) and are \(shown(unknown[1]))"
                ))
        }
        return found
    }

    /// Every difference, as a reason why an image may not come out the same. What one side does not report is not a difference.
    package static func reasons(recorded: JSON, present: JSON) -> [Reason] {
        var found: [Reason] = []
        func compare(_ code: Reason.Code, _ what: String, _ path: [String]) {
            guard let then = value(recorded, path), let now = value(present, path), then != now else { return }
            found.append(.init(code, "\(what) was \(then) and is \(now)"))
        }
        compare(.environmentVersion, "ComfyUI", ["comfyui", "version"])
        compare(.environmentVersion, "ComfyUI's commit", ["comfyui", "commit"])
        if value(recorded, ["comfyui", "dirty"]) == "true" {
            found.append(.init(.environmentVersion, "ComfyUI's files were changed against its commit"))
        }
        compare(.environmentVersion, "Python", ["python"])
        compare(.environmentVersion, "torch", ["torch"])
        compare(.environmentVersion, "CUDA", ["cuda"])
        compare(.environmentDevice, "the device", ["device", "name"])
        compare(.environmentDevice, "the kind of device", ["device", "type"])
        compare(.environmentDevice, "the driver", ["device", "driver"])
        compare(.environmentDevice, "the attention", ["attention"])
        for name in threadVariables + ["torch"] {
            compare(.environmentThreads, name == "torch" ? "the number of threads" : name, ["threads", name])
        }
        if let then = arguments(recorded), let now = arguments(present) { found += flags(then, now) }
        return found + packs(recorded, present)
    }

    private static func packs(_ recorded: JSON, _ present: JSON) -> [Reason] {
        guard let now = present["nodePacks"]?.array else { return [] }
        return (recorded["nodePacks"]?.array ?? []).compactMap { pack -> Reason? in
            guard let name = pack["name"]?.string else { return nil }
            guard let same = now.first(where: { $0["name"]?.string == name }) else {
                return .init(.environmentNodes, "the node pack \(name) is not there")
            }
            guard let then = pack["commit"]?.string, let current = same["commit"]?.string, then != current else {
                return nil
            }
            return .init(
                .environmentNodes, "the node pack \(name) was at \(then.prefix(10)) and is at \(current.prefix(10))")
        }
    }

    private static func arguments(_ environment: JSON) -> [String]? { environment["argv"]?.array?.compactMap(\.string) }

    private static func value(_ json: JSON, _ path: [String]) -> String? {
        var here: JSON? = json
        for name in path { here = here?[name] }
        switch here {
        case .string(let text): return text
        case .number(let number): return number.literal
        case .bool(let value): return String(value)
        default: return nil
        }
    }

    /// The same facts from `/system_stats`, which every server has. Source: ComfyUI's server.py.
    package static func environment(ofSystemStats stats: JSON) -> JSON {
        let system = stats["system"]
        let device = stats["devices"]?.array?.first
        // `3.11.7 (main, …) [GCC …]`
        let python = system?["python_version"]?.string.map { String($0.prefix { $0 != " " }) }
        // `cuda:0 NVIDIA GeForce RTX 4090 : cudaMallocAsync`
        let name = device?["name"]?.string
        let arguments = Redaction.arguments((system?["argv"]?.array ?? []).dropFirst().compactMap(\.string))
        return [
            "schema": DocumentSchema.environment.json,
            "comfyui": ["version": .string(orNull: system?["comfyui_version"]?.string)],
            "argv": .array(arguments.map { .string($0) }), "python": .string(orNull: python),
            "torch": .string(orNull: system?["pytorch_version"]?.string),
            "device": ["name": .string(orNull: name), "type": .string(orNull: device?["type"]?.string)],
        ]
    }
}
