extension SnapshotDocument {
    /// This document with everything that is known better in `fresh`; nil if nothing is.
    ///
    /// Evidence never gets weaker: what was pinned with better evidence stays. Equal evidence by time is better if it is based on an
    /// earlier, and so more accurate, time of the image.
    package func improved(by fresh: SnapshotDocument, id: Digest) -> SnapshotDocument? {
        let isEarlier = fresh.image.time < image.time
        var better = self
        var changed = false
        let (told, known) = (fresh.recipe.namedModels, recipe.namedModels)
        var named = known
        if told.map(\.reference.slot) == known.map(\.reference.slot) {
            for (index, use) in told.enumerated() {
                let old = known[index]
                guard Self.isBetter(use.evidence, use.resolution, than: old.evidence, old.resolution, isEarlier) else {
                    continue
                }
                named[index] = use
                changed = true
            }
        } else if told.filter({ $0.evidence > .missing }).count > known.filter({ $0.evidence > .missing }).count {
            // A directory of models may have more files now.
            named = told.map { use in
                known.first { $0.reference.slot == use.reference.slot && $0.evidence > use.evidence } ?? use
            }
            changed = true
        }
        let unnamed = unnamedModels(with: fresh, &changed)
        better.recipe.models = named + unnamed
        for (index, use) in fresh.recipe.inputs.enumerated() where index < recipe.inputs.count {
            let old = recipe.inputs[index]
            guard use.reference == old.reference,
                Self.isBetter(use.evidence, use.resolution, than: old.evidence, old.resolution, isEarlier)
            else { continue }
            better.recipe.inputs[index] = use
            changed = true
        }
        // Files that nodes of packs name are known only from a run; they follow those of the graph.
        for use in fresh.recipe.inputs
        where use.reference.kind == "file" && !recipe.inputs.contains(where: { $0.reference == use.reference }) {
            better.recipe.inputs.append(use)
            changed = true
        }
        // A run's environment is kept: reading the file again says nothing about it. Of two environments, the longer one was recorded from
        // within the process.
        if let surroundings = fresh.environment, surroundings.size > environment?.size ?? 0 {
            better.environment = surroundings
            better.recipe.findings = fresh.recipe.findings
            changed = true
        }
        if variation == nil, let variation = fresh.variation {
            better.variation = variation
            changed = true
        }
        guard changed else { return nil }
        better.image.time = min(image.time, fresh.image.time)
        better.parent = id
        return better
    }

    /// Models that no node names were seen in one run, and perhaps not in another one that left the same file.
    private func unnamedModels(with fresh: SnapshotDocument, _ changed: inout Bool) -> [Recipe.ModelUse] {
        var unnamed = recipe.models.filter(\.reference.isUnnamed)
        for use in fresh.recipe.models where use.reference.isUnnamed {
            guard let index = unnamed.firstIndex(where: { $0.resolution == use.resolution }) else {
                unnamed.append(use)
                changed = true
                continue
            }
            guard use.evidence > unnamed[index].evidence else { continue }
            unnamed[index] = use
            changed = true
        }
        return unnamed
    }

    private static func isBetter(
        _ evidence: Evidence, _ resolution: Recipe.Resolution?, than old: Evidence, _ oldResolution: Recipe.Resolution?,
        _ isEarlier: Bool
    ) -> Bool {
        evidence > old || (isEarlier && evidence == .inferred && old == .inferred && resolution != oldResolution)
    }
}

extension Recipe {
    fileprivate var namedModels: [ModelUse] { models.filter { !$0.reference.isUnnamed } }
}

extension ModelReference {
    /// Identifies a reference in two readings of one image.
    fileprivate var slot: [String] { [node, input, name] }
}
