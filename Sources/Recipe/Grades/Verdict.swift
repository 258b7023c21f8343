/// The grade of a recipe against the blobs that can be served now, and every reason for it.
package struct Verdict: Sendable, Equatable {
    package let grade: Grade
    package let reasons: [Reason]

    /// `isServed` says whether the store can give a blob's bytes now. Nothing is ever guessed upwards.
    package init(_ recipe: Recipe, isServed: (Digest) -> Bool) {
        let found =
            recipe.findings + recipe.models.compactMap { Self.reason(for: $0, isServed: isServed) }
            + recipe.inputs.compactMap { Self.reason(for: $0, isServed: isServed) }
        var seen: Set<Reason> = []
        reasons = found.filter { seen.insert($0).inserted }
        grade = reasons.map(\.cap).min() ?? .full
    }

    private static func reason(for use: Recipe.ModelUse, isServed: (Digest) -> Bool) -> Reason? {
        let name = (use.reference.folder.map { $0 + "/" } ?? "") + use.reference.name
        if use.reference.candidates.isEmpty { return refusal(name) }
        guard let resolution = use.resolution else {
            let hash = use.reference.recorded.first.map { " with the recorded hash \($0.value)" } ?? ""
            return .init(.modelMissing, "the model \(name)\(hash) is not in the store")
        }
        guard isServed(resolution.sha256) else {
            return .init(.modelDamaged, "the bytes of \(name) (\(resolution.sha256.autoV2)…) are lost or damaged")
        }
        return switch use.evidence {
        case .observed: nil
        case .recorded: claim(use.reference, name)
        case .inferred:
            .init(
                .modelInferred,
                "\(name) is the version that was live when the image was made; its bytes were not recorded")
        case .assumed, .missing:
            .init(.modelAssumed, "only the name of \(name) is known; its bytes may have been others then")
        }
    }

    private static func reason(for use: Recipe.InputUse, isServed: (Digest) -> Bool) -> Reason? {
        let name = use.reference.name
        if use.reference.path == nil { return refusal(name) }
        guard let resolution = use.resolution else {
            let hash = use.reference.recorded.map { " with SHA-256 \($0)" } ?? ""
            return .init(.inputMissing, "the input \(use.reference.kind) \(name)\(hash) was not found")
        }
        guard isServed(resolution.sha256) else {
            return .init(.inputDamaged, "the bytes of the input \(name) are lost or damaged")
        }
        return switch use.evidence {
        case .observed, .recorded: nil
        case .inferred:
            .init(.inputInferred, "the input \(name) has not changed since the image was made; it was pinned later")
        case .assumed, .missing:
            .init(.inputAssumed, "the input \(name) was found by its name; it may have been another then")
        }
    }

    /// A short hash could be shared by chance.
    private static func claim(_ reference: ModelReference, _ name: String) -> Reason? {
        guard let longest = reference.recorded.map(\.value.count).max(), longest < 12 else { return nil }
        return .init(
            .modelClaimed, "\(name) was found by \(longest) digits of its hash, which is probable but no proof")
    }

    private static func refusal(_ name: String) -> Reason {
        .init(.nameRefused, "the name '\(name)' cannot stand in any folder and is refused")
    }
}
