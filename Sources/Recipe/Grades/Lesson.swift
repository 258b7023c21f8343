/// Something that an image was made with, and that may be why a run of it gives the same pixels again, or others.
package struct ProofCause: Sendable, Hashable {
    /// What kinds of things can keep an image from being the same again.
    package enum Kind: String, Sendable {
        case nodeClass = "class"
        case sampler, device, version

        /// Whether it can be why two runs in one environment differ.
        package var canDiffer: Bool { self == .nodeClass || self == .sampler }
    }

    /// What kind of thing it is.
    package let kind: Kind
    /// The node class, the sampler, the device, or what has the version.
    package let name: String
    /// What stands for its code: another code is another cause.
    package let code: String

    package init(kind: Kind, name: String, code: String) {
        self.kind = kind
        self.name = name
        self.code = code
    }

    /// What a catalogue calls it.
    package var key: String { "\(kind.rawValue) \(name) \(code)" }

    /// The cause in words, as messages name it.
    package var text: String {
        switch kind {
        case .nodeClass: name
        case .sampler: "the sampler \(name)"
        case .device: "the device \(name)"
        case .version: "\(name) \(code)"
        }
    }
}

extension Recipe {
    /// What it was made with, as far as the environment of its run tells which code that was; without one nothing is learned.
    package func causes(in environment: JSON?) -> [ProofCause] {
        guard let environment, let version = environment["comfyui"]?["version"]?.string else { return [] }
        let core = "ComfyUI " + (environment["comfyui"]?["commit"]?.string ?? version)
        var packs: [String: String] = [:]
        for pack in environment["nodePacks"]?.array ?? [] {
            if let name = pack["name"]?.string, let digest = pack["digest"]?.string { packs[name] = digest }
        }
        var found: [ProofCause] = features.compactMap { feature in
            guard let info = environment["objectInfo"]?[feature] else { return nil }
            guard let module = info["python_module"]?.string, module.hasPrefix("custom_nodes.") else {
                return ProofCause(kind: .nodeClass, name: feature, code: core)
            }
            return packs[String(module.dropFirst("custom_nodes.".count))].map {
                ProofCause(kind: .nodeClass, name: feature, code: $0)
            }
        }
        for sampler in Set(passes.compactMap(\.sampler)).sorted() {
            found.append(ProofCause(kind: .sampler, name: sampler, code: core))
        }
        if let device = environment["device"]?["name"]?.string {
            found.append(ProofCause(kind: .device, name: device, code: environment["device"]?["driver"]?.string ?? ""))
        }
        found.append(ProofCause(kind: .version, name: "ComfyUI", code: version))
        if let torch = environment["torch"]?.string {
            found.append(ProofCause(kind: .version, name: "torch", code: torch))
        }
        return found
    }
}

/// What all certificates together say of one cause.
package struct Lesson: Sendable, Equatable {
    /// What the lesson is about.
    package let cause: ProofCause
    /// Runs that gave the same pixels, and runs in the recorded environment from the pinned bytes that gave others.
    package let same, other: Int
    /// Whether in one of the latter nothing else could be why: all else was in runs that gave the same pixels.
    package let isAlone: Bool

    package init(_ cause: ProofCause, same: Int, other: Int, isAlone: Bool) {
        self.cause = cause
        self.same = same
        self.other = other
        self.isAlone = isAlone
    }

    /// So many runs with the same pixels, and none with others, outweigh what its code looks like.
    package static let enough = 3

    /// Whether it was seen to repeat often enough to outweigh doubts.
    package var repeats: Bool { cause.kind.canDiffer && other == 0 && same >= Self.enough }
    /// Whether it was seen not to repeat, in a run in which nothing else can be why.
    package var differs: Bool { cause.kind.canDiffer && same == 0 && isAlone }

    /// In words: "repeated in 14 of 14 runs".
    package var text: String { "\(cause.text) repeated in \(same) of \(same + other) runs" }

    /// An element of `lessons` in an explanation.
    package var json: JSON {
        [
            "kind": .string(cause.kind.rawValue), "name": .string(cause.name), "code": .string(cause.code),
            "same": .integer(same), "other": .integer(other), "repeats": .bool(repeats), "differs": .bool(differs),
        ]
    }

    /// What it adds to a grade.
    var reason: Reason? {
        guard differs else { return nil }
        return .init(
            .proofCause,
            "\(cause.text) is seen not to repeat: images made with it came out otherwise when they were made again, and nothing "
                + "else in them was new")
    }

    /// Whether it answers a doubt: what was seen to repeat does, whatever its code looks like.
    func answers(_ reason: Reason) -> Bool {
        guard repeats, let subject = reason.subject else { return false }
        return subject == cause.name
            && [.nodeChanges, .nodeUnrepeatable, .nodeUnread, .samplerNondeterministic].contains(reason.code)
    }
}
