/// What only the name of a class tells, not its types or the graph. Each entry has its reason; a class that can do without does not belong
/// here. `Name` is the whole name, `Name*` its beginning, `*Name` its end, `*name*` any part, ignoring case.
enum NamedClasses {
    struct Roles: OptionSet, Sendable {
        let rawValue: UInt16
        static let output = Roles(rawValue: 1)
        static let zeroes = Roles(rawValue: 2)
        static let quiet = Roles(rawValue: 4)
        static let first = Roles(rawValue: 8)
        static let generates = Roles(rawValue: 16)
        static let hidesModels = Roles(rawValue: 32)
        static let reduces = Roles(rawValue: 64)
        static let approximates = Roles(rawValue: 128)
        static let unseeded = Roles(rawValue: 256)
        static let chance = Roles(rawValue: 512)
        static let fuzzy = Roles(rawValue: 1024)
    }

    private static let entries: [(roles: Roles, reason: String, names: [String])] = [
        (
            .zeroes, "what it gives has no words, whatever was put in", ["ConditioningZeroOut"]
        ),
        (.quiet, "it stands for no noise at all", ["DisableNoise"]),
        (
            .first, "it hands on the first input that is there",
            ["Any Switch (rgthree)", "Any Switch*", "easy anythingIndexSwitch", "ImpactSwitch"]
        ),
        (
            .output, "a pack's saver, by the habit of its kind; ComfyUI's own say so themselves",
            ["Save*", "Preview*", "*SaveImage*", "*Image Save*", "*ImageSaver*", "*Save", "VHS_VideoCombine"]
        ),
        (
            .generates, "a language model, a tagger or a chance makes its words",
            [
                "*dprandomgenerator*", "*dpcombinatorialgenerator*", "*random prompts*", "*randomprompt*",
                "*wildcard*", "*ollama*", "*llm*", "*florence2*", "*wd14tagger*", "*joytag*", "*joycaption*",
                "*caption*", "*interrogat*", "*gpt*", "*qwenvl*", "*promptgen*", "*magicprompt*", "*textgenerate*",
            ]
        ),
        (.chance, "its values are drawn, not carried", ["*random*", "*dice*", "*shuffle*"]),
        (
            .hidesModels, "it chooses its files by a rule that the prompt does not show",
            [
                "IPAdapterUnifiedLoader*", "DownloadAndLoad*", "InstantIDFaceAnalysis*",
                "IPAdapterInsightFaceLoader*", "Florence2*", "*Preprocessor", "*Cycler (LoraManager)",
            ]
        ),
        (
            .reduces, "it computes in a reduced format, or for one card",
            ["*gguf*", "Nunchaku*", "TensorRT*", "*teacache*"]
        ),
        (
            .approximates, "its shortcut depends on the machine",
            ["HyperTile", "TomePatchModel", "EasyCache", "LazyCache", "TorchCompileModel"]
        ),
        (
            .unseeded, "it draws from the process' global random state",
            ["SVD_img2vid_Conditioning", "SamplerLCMUpscale", "TomePatchModel"]
        ),
        (.fuzzy, "its loader takes the first file whose name holds the words", ["*(rgthree)*"]),
    ]

    /// Inputs that are passed on although their names do not show it.
    static let carried: [String: String] = [
        // It writes the result of its wildcards there before the prompt is queued.
        "ImpactWildcardProcessor": "populated_text",
        // Its other inputs are the choices.
        "CustomCombo": "choice",
        "RandomNoise": "noise_seed",
        // Of ComfyUI's own classes with a text in and a text out, only these do not change it.
        "PrimitiveString": "value", "PrimitiveStringMultiline": "value",
    ]

    /// What whole names tell.
    static func exactRoles(of name: String) -> Roles { exact[name] ?? [] }

    static func roles(of name: String) -> Roles {
        var found = exactRoles(of: name)
        let lower = name.lowercased()
        for (part, place, roles) in parts where !found.isSuperset(of: roles) {
            let fits =
                switch place {
                case .start: name.utf8.starts(with: part.utf8)
                case .end: name.hasSuffix(part)
                case .anywhere: lower.holds(part)
                }
            if fits { found.formUnion(roles) }
        }
        return found
    }

    private enum Place { case start, end, anywhere }

    private static let exact: [String: Roles] = entries.reduce(into: [:]) { found, entry in
        for name in entry.names where !name.hasPrefix("*") && !name.hasSuffix("*") {
            found[name, default: []].formUnion(entry.roles)
        }
    }

    private static let parts: [(String, Place, Roles)] = entries.flatMap { entry in
        entry.names.compactMap { name -> (String, Place, Roles)? in
            switch (name.hasPrefix("*"), name.hasSuffix("*")) {
            case (true, true): (name.dropFirst().dropLast().lowercased(), .anywhere, entry.roles)
            case (true, false): (String(name.dropFirst()), .end, entry.roles)
            case (false, true): (String(name.dropLast()), .start, entry.roles)
            default: nil
            }
        }
    }
}
