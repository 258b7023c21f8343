extension SnapshotDocument {
    /// The document that takes from `fresh` whatever is known better than here; nil where nothing is.
    ///
    /// Evidence never gets weaker: what was pinned once with better evidence stays. Equal evidence by time counts as
    /// better when it rests on an earlier, so truer, time of the image.
    package func improved(by fresh: SnapshotDocument, id: Digest) -> SnapshotDocument? {
        let isEarlier = fresh.image.time < image.time
        var better = self
        var changed = false
        if fresh.recipe.models.map(\.reference.slot) == recipe.models.map(\.reference.slot) {
            for (index, use) in fresh.recipe.models.enumerated() {
                let old = recipe.models[index]
                guard Self.isBetter(use.evidence, use.resolution, than: old.evidence, old.resolution, isEarlier) else {
                    continue
                }
                better.recipe.models[index] = use
                changed = true
            }
        } else if fresh.recipe.models.filter({ $0.evidence > .missing }).count
            > recipe.models.filter({ $0.evidence > .missing }).count
        {
            // A directory of models has more files now than it had.
            better.recipe.models = fresh.recipe.models.map { use in
                recipe.models.first { $0.reference.slot == use.reference.slot && $0.evidence > use.evidence } ?? use
            }
            changed = true
        }
        for (index, use) in fresh.recipe.inputs.enumerated() where index < recipe.inputs.count {
            let old = recipe.inputs[index]
            guard use.reference == old.reference,
                Self.isBetter(use.evidence, use.resolution, than: old.evidence, old.resolution, isEarlier)
            else { continue }
            better.recipe.inputs[index] = use
            changed = true
        }
        // What a run said of itself is kept; a file that is read again says nothing of it. Of two that tell, the longer one
        // is from inside the process.
        if let told = fresh.environment, told.size > environment?.size ?? 0 {
            better.environment = told
            better.recipe.findings = fresh.recipe.findings
            changed = true
        }
        if variation == nil, let told = fresh.variation {
            better.variation = told
            changed = true
        }
        guard changed else { return nil }
        better.image.time = min(image.time, fresh.image.time)
        better.parent = id
        return better
    }

    private static func isBetter(
        _ evidence: Evidence, _ resolution: Recipe.Resolution?, than old: Evidence, _ oldResolution: Recipe.Resolution?,
        _ isEarlier: Bool
    ) -> Bool {
        evidence > old || (isEarlier && evidence == .inferred && old == .inferred && resolution != oldResolution)
    }
}

extension ModelReference {
    /// What makes it the same reference in two readings of one image.
    fileprivate var slot: [String] { [node, input, name] }
}
