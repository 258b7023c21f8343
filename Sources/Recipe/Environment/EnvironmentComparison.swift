/// What differs between the environment in which an image was made and another one.
package enum EnvironmentComparison {
    /// Flags of ComfyUI that change what is computed, not only where files lie.
    private static let flags = [
        "--fast", "--force-fp32", "--force-fp16", "--fp32-unet", "--fp64-unet", "--bf16-unet", "--fp16-unet",
        "--fp8_e4m3fn-unet", "--fp8_e5m2-unet", "--fp8_e8m0fnu-unet", "--fp16-vae", "--fp32-vae", "--bf16-vae",
        "--cpu-vae",
        "--fp8_e4m3fn-text-enc", "--fp8_e5m2-text-enc", "--fp16-text-enc", "--fp32-text-enc", "--bf16-text-enc",
        "--force-channels-last", "--directml", "--use-split-cross-attention", "--use-quad-cross-attention",
        "--use-pytorch-cross-attention", "--use-sage-attention", "--use-flash-attention", "--disable-xformers",
        "--force-upcast-attention", "--dont-upcast-attention", "--gpu-only", "--highvram", "--normalvram", "--lowvram",
        "--novram", "--cpu", "--deterministic", "--fp16-intermediates",
    ]

    /// The variables of a process that set its numbers of threads, on which the last digits of results depend.
    package static let threadVariables = ["OMP_NUM_THREADS", "MKL_NUM_THREADS"]

    /// Those that an environment recorded, with their values.
    package static func threads(of environment: JSON?) -> [(name: String, value: String)] {
        threadVariables.compactMap { name in
            environment?["threads"]?[name]?.string.map { (name, $0) }
        }
    }

    /// The flags of an environment's command line that change what is computed, with their values.
    package static func relevantFlags(of environment: JSON?) -> [String] {
        relevantFlags(in: environment.flatMap(arguments) ?? [])
    }

    /// The flags of a command line that change what is computed, with their values.
    private static func relevantFlags(in arguments: [String]) -> [String] {
        var found: [String] = []
        var isTaking = false
        for argument in arguments {
            let name = String(argument.prefix { $0 != "=" })
            if argument.hasPrefix("--") {
                isTaking = flags.contains(name)
                if isTaking { found.append(argument) }
            } else if isTaking {
                found.append(argument)
            }
        }
        return found
    }

    /// Every difference, each as a reason that keeps an image from being the same with certainty. What one side does not
    /// tell is no difference.
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
        if let then = arguments(recorded), let now = arguments(present) {
            let (a, b) = (relevantFlags(in: then), relevantFlags(in: now))
            if a != b {
                let shown = { (list: [String]) in list.isEmpty ? "none" : list.joined(separator: " ") }
                found.append(
                    .init(
                        .environmentFlags, "the flags that change what is computed were \(shown(a)) and are \(shown(b))"
                    ))
            }
        }
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

    /// The same facts from `/system_stats`, which every server tells. Source: ComfyUI's server.py.
    package static func environment(ofSystemStats stats: JSON) -> JSON {
        let system = stats["system"]
        let device = stats["devices"]?.array?.first
        // `3.11.7 (main, …) [GCC …]`
        let python = system?["python_version"]?.string.map { String($0.prefix { $0 != " " }) }
        // `cuda:0 NVIDIA GeForce RTX 4090 : cudaMallocAsync`
        let name = device?["name"]?.string
        let arguments = Redaction.arguments((system?["argv"]?.array ?? []).dropFirst().compactMap(\.string))
        return [
            "schema": "reprofs.environment/1",
            "comfyui": ["version": .string(orNull: system?["comfyui_version"]?.string)],
            "argv": .array(arguments.map { .string($0) }), "python": .string(orNull: python),
            "torch": .string(orNull: system?["pytorch_version"]?.string),
            "device": ["name": .string(orNull: name), "type": .string(orNull: device?["type"]?.string)],
        ]
    }
}
