/// Something that an image was made with, which may be the reason why a run gives the same pixels again, or others.
package struct ProofCause: Sendable, Hashable {
    /// The kinds of things that can change an image.
    package enum Kind: String, Sendable {
        case nodeClass = "class"
        case sampler, device, version

        /// Whether it can make two runs in one environment differ.
        package var canDiffer: Bool { self == .nodeClass || self == .sampler }
    }

    /// The kind of the cause.
    package let kind: Kind
    /// The node class, the sampler, the device, or what has the version.
    package let name: String
    /// Identifies its code: different code is a different cause.
    package let code: String

    package init(kind: Kind, name: String, code: String) {
        self.kind = kind
        self.name = name
        self.code = code
    }

    /// The key of the cause in the catalogue.
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
    /// The causes of an image, as far as its run's environment identifies their code; without an environment nothing can be learned.
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

/// What all certificates say together about one cause.
package struct Lesson: Sendable, Equatable {
    /// What the lesson is about.
    package let cause: ProofCause
    /// How many runs gave the same pixels, and how many in the recorded environment and from the pinned bytes gave others.
    package let same, other: Int
    /// Whether one of the latter runs can have no other cause: everything else in it was in runs that gave the same pixels.
    package let isAlone: Bool

    package init(_ cause: ProofCause, same: Int, other: Int, isAlone: Bool) {
        self.cause = cause
        self.same = same
        self.other = other
        self.isAlone = isAlone
    }

    /// This many runs with the same pixels, and none with others, outweigh doubts about the code.
    package static let enough = 3

    /// Whether it was seen to repeat often enough to outweigh doubts.
    package var repeats: Bool { cause.kind.canDiffer && other == 0 && same >= Self.enough }
    /// Whether it was seen not to repeat, in a run that can have no other cause.
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

    /// The reason that it adds to a grade.
    var reason: Reason? {
        guard differs else { return nil }
        return .init(
            .proofCause,
            "\(cause.text) has been seen not to repeat: images made with it came out differently when they were made again, and nothing "
                + "else in them was new")
    }

    /// Whether it answers a doubt: it does if the cause was seen to repeat, whatever its code looks like.
    func answers(_ reason: Reason) -> Bool {
        guard repeats, let subject = reason.subject else { return false }
        return subject == cause.name
            && [.nodeChanges, .nodeUnrepeatable, .nodeUnread, .samplerNondeterministic].contains(reason.code)
    }
}
