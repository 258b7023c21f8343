/// The grade of a recipe, given the blobs that can be served now, and every reason for it.
package struct Verdict: Sendable, Equatable {
    /// The lowest cap of all reasons.
    package let grade: Grade
    /// Why the grade is not better, and what supports it.
    package let reasons: [Reason]
    /// Whether a re-run from these bytes gave the same pixels.
    package let isVerified: Bool

    /// Where the bytes of a blob are.
    package enum Place: Sendable, Equatable {
        case here
        /// At the remote of this name, from where a mount brings them when they are read.
        case at(String)
        case nowhere
    }

    /// `place` says where a blob is now; `time` is when the image was made, as far as it is known. Nothing is ever guessed upwards.
    ///
    /// `attempts` are the attempts to make the image again from these bytes, in order. An attempt that gave the same pixels outweighs every
    /// doubt, but only as long as the bytes exist; if the last attempt gave others, that is a doubt itself. `lessons` are what attempts, on
    /// this image and on others, say about what it was made with. `others` are reasons from outside the recipe, such as a server's
    /// environment.
    package init(
        _ recipe: Recipe, made time: Timestamp? = nil, attempts: [Attempt] = [], lessons: [Lesson] = [],
        others: [Reason] = [], place: (Digest) -> Place
    ) {
        let drift = DriftLedger.crossed(by: recipe, made: time).map {
            Reason(.driftKnown, "it was made before a change in \($0.tool): \($0.what)")
        }
        let proof = Proof(attempts)
        var failure: [Reason] = []
        if case .different(let attempt) = proof {
            failure = [
                .init(
                    .proofDifferent, "it was made again from these bytes \(attempt.occasion), with \(attempt.outcome)")
            ]
        }
        let found =
            failure + lessons.compactMap(\.reason)
            + recipe.findings.filter { finding in !lessons.contains { $0.answers(finding) } }
            + recipe.models.flatMap { Self.reasons(for: $0, place: place) }
            + recipe.inputs.compactMap { Self.reason(for: $0, place: place) } + drift
        var seen: Set<Reason> = []
        let all = (found + others).filter { seen.insert($0).inserted }
        let digests = recipe.models.compactMap(\.resolution?.sha256) + recipe.inputs.compactMap(\.resolution?.sha256)
        guard case .verified(let attempt) = proof, digests.allSatisfy({ place($0) != .nowhere }) else {
            isVerified = false
            reasons = all
            grade = all.map(\.cap).min() ?? .full
            return
        }
        isVerified = true
        let earlier = attempts.last { $0.verdict == .different && $0.isFromPinnedBytes }
        let success = Reason(
            .verified,
            "it was made again from these bytes \(attempt.occasion), with the same pixels"
                + (earlier.map { "; before, \($0.occasion), with \($0.outcome)" } ?? ""))
        // Another environment may still give other pixels.
        reasons = [success] + all.filter { $0.code == .modelElsewhere } + others
        grade = reasons.map(\.cap).min() ?? .full
    }

    private static func reasons(for use: Recipe.ModelUse, place: (Digest) -> Place) -> [Reason] {
        let name = (use.reference.folder.map { $0 + "/" } ?? "") + use.reference.name
        if use.reference.candidates.isEmpty { return [refusal(name)] }
        guard let resolution = use.resolution else {
            let hash = use.reference.recorded.first.map { " with the recorded hash \($0.value)" } ?? ""
            let place =
                use.reference.air.map { ", Civitai's \($0)," } ?? use.reference.url.map { ", once at \($0)," } ?? ""
            let missing = Reason(.modelMissing, "the model \(name)\(place)\(hash) is not in the store")
            guard use.isChanged else { return [missing] }
            return [missing, .init(.modelChanged, "the store has \(name), but with other bytes than were recorded")]
        }
        switch place(resolution.sha256) {
        case .here: return [evidence(use, name)].compactMap { $0 }
        case .at(let remote):
            let note = Reason(
                .modelElsewhere,
                "the bytes of \(name) are at the remote '\(remote)', from where a mount brings them when they are read")
            return [note, evidence(use, name)].compactMap { $0 }
        case .nowhere:
            return [
                .init(
                    .modelDamaged,
                    "the bytes of \(name) (\(resolution.sha256.autoV2)…) are not in the store, or are damaged")
            ]
        }
    }

    private static func evidence(_ use: Recipe.ModelUse, _ name: String) -> Reason? {
        switch use.evidence {
        case .observed: nil
        case .recorded: claim(use, name)
        case .inferred where use.reference.isUnnamed:
            .init(
                .modelKept,
                "\(name), which no node names, was opened by node \(use.reference.node)'s class in an earlier run of the process, which may have kept it"
            )
        case .inferred where use.mayBeKept:
            .init(
                .modelKept,
                "\(name) was replaced while the process ran, and node \(use.reference.node) may have kept other bytes of it than are pinned"
            )
        case .inferred:
            .init(
                .modelInferred,
                "\(name) is the version that was live when the image was made; its bytes were not recorded")
        case .assumed, .missing:
            .init(.modelAssumed, "only the name of \(name) is known; its bytes may have been others then")
        }
    }

    private static func reason(for use: Recipe.InputUse, place: (Digest) -> Place) -> Reason? {
        let name = use.reference.name
        if use.reference.path == nil { return refusal(name) }
        guard let resolution = use.resolution else {
            let hash = use.reference.recorded.map { " with SHA-256 \($0)" } ?? ""
            return .init(.inputMissing, "the input \(use.reference.kind) \(name)\(hash) was not found")
        }
        guard place(resolution.sha256) != .nowhere else {
            return .init(.inputDamaged, "the bytes of the input \(name) are not in the store, or are damaged")
        }
        return switch use.evidence {
        case .observed, .recorded: nil
        case .inferred:
            .init(.inputInferred, "the input \(name) has not changed since the image was made; it was pinned later")
        case .assumed, .missing:
            .init(.inputAssumed, "the input \(name) was found by its name; it may have been another then")
        }
    }

    /// A short hash could be shared by chance, one from a header could be another file's.
    private static func claim(_ use: Recipe.ModelUse, _ name: String) -> Reason? {
        guard let match = use.match else { return nil }
        if match.isClaim {
            return .init(
                .modelClaimed,
                "\(name) was found by a hash that the tool did not take from the bytes itself; it may be stale")
        }
        guard match.value.count >= 12, match.algorithm != .crc32 else {
            return .init(
                .modelClaimed,
                "\(name) was found by \(match.value.count) digits of its hash, which is probable but no proof")
        }
        guard match.algorithm == .tensors else { return nil }
        return .init(
            .modelTensorEqual,
            "\(name) was found by its weights; its header may have been another, which changes no image")
    }

    private static func refusal(_ name: String) -> Reason {
        .init(.nameRefused, "the name '\(name)' cannot stand in any folder and is refused")
    }
}
