/// Signs in a graph that a re-run might differ. Source: the table of signals, `docs/GRADES.md`.
struct ComfySignals {
    let graph: ComfyGraph
    let nodes: [ComfyGraph.Node]
    let passes: [ReadPass]
    /// How many passes there are, even if they are not listed.
    let total: Int

    func reasons() -> [Reason] {
        var reasons: [Reason] = []
        if graph.malformed > 0 {
            reasons.append(.init(.metadataDamaged, "\(graph.malformed) entries of the graph are not nodes"))
        }
        if total > passes.count {
            reasons.append(
                .init(.unresolved, "\(total) nodes sample, of which \(passes.count) are in the recipe"))
        }
        for read in passes {
            reasons += sampling(read.pass) + read.doubts.map(doubt)
            if read.isSizeFar {
                reasons.append(
                    .init(
                        .unresolved, "the size of node \(read.pass.node) comes through more nodes than are followed"))
            }
        }
        reasons += nodes.flatMap(single)
        reasons += batches()
        reasons += unpinnedPacks()
        reasons += fuzzy()
        return reasons
    }

    private func sampling(_ pass: Recipe.Pass) -> [Reason] {
        var reasons: [Reason] = []
        if pass.seed == nil, !graph.addsNoNoise(pass) {
            reasons.append(.init(.seedUnknown, "no number is found for the seed of node \(pass.node)"))
        }
        if let sampler = pass.sampler {
            if ComfySamplers.isNondeterministic(sampler) {
                reasons.append(
                    .init(.samplerNondeterministic, "the sampler \(sampler) does not repeat exactly", of: sampler))
            } else if ComfySamplers.drawsNoiseOnDevice(sampler) {
                reasons.append(
                    .init(
                        .deviceNoise,
                        "the sampler \(sampler) draws noise on the device, and that device is not recorded"))
            }
        } else if pass.scheduler == nil || graph.nodes[pass.node]?.kind.isKnown == true {
            // A pack's own sampler may have no name but its schedule.
            reasons.append(
                .init(.unresolved, "the sampler of node \(pass.node) is chosen in a way that is not followed"))
        }
        return reasons
    }

    /// Words that exist but are not known.
    private func doubt(_ doubt: ReadPass.Doubt) -> Reason {
        let text = "the \(ComfyGraph.shown(doubt.input)) text of node \(doubt.teller.id)"
        guard case .unknown(let source) = doubt.found else {
            let isLong = if case .long = doubt.found { true } else { false }
            return .init(
                .unresolved,
                isLong
                    ? "\(text) is too long to be repeated in the recipe; the recorded graph has it"
                    : "\(text) comes through more nodes than are followed")
        }
        guard let maker = graph.makesUp(source) else {
            return .init(.unresolved, "\(text) comes from \(source.classType), whose words are not recorded")
        }
        return .init(.textGenerated, "\(text) is made by \(maker.classType), and its words are not recorded")
    }

    private func single(_ node: ComfyGraph.Node) -> [Reason] {
        if node.kind.isHosted {
            return [
                .init(.remoteNode, "node \(node.id) (\(node.classType)) calls a hosted service; its answer changes")
            ]
        }
        if node.kind.roles.contains(.hidesModels) {
            return [.init(.modelHidden, "node \(node.id) (\(node.classType)) chooses its model files by itself")]
        }
        if node.kind.roles.contains(.unseeded) {
            return [
                .init(
                    .samplerNondeterministic, "node \(node.id) (\(node.classType)) draws noise without a recorded seed",
                    of: node.classType)
            ]
        }
        let dtype = node.inputs["weight_dtype"] != nil ? graph.choice(node, "weight_dtype") : nil
        if node.kind.roles.contains(.reduces) {
            return [
                .init(
                    .approximated,
                    "node \(node.id) (\(node.classType)) computes in a reduced format; other devices round differently")
            ]
        }
        if node.kind.roles.contains(.approximates) || (dtype != nil && dtype != "default") {
            let what = dtype.map { "computes in \($0)" } ?? "approximates"
            return [
                .init(.approximated, "node \(node.id) (\(node.classType)) \(what); other devices round differently")
            ]
        }
        return []
    }

    /// If no file has the name, rgthree's loaders take the first one whose name contains the words.
    private func fuzzy() -> [Reason] {
        nodes.filter { $0.kind.roles.contains(.fuzzy) }.flatMap { node in
            graph.modelReferences(in: [node]).filter { !Folder.isModelFile($0.name) && $0.folder == "loras" }.map {
                reference in
                .init(
                    .modelFuzzy,
                    "node \(node.id) looks for \(reference.name) by a part of its name; it may have found another")
            }
        }
    }

    private func batches() -> [Reason] {
        nodes.flatMap { node -> [Reason] in
            guard node.inputs["batch_size"] != nil, let size = graph.number(node, "batch_size")?.int, size > 1 else {
                return []
            }
            let unknown = Reason(
                .batchIndexUnknown, "the image is one of a batch of \(size), and which one is not recorded")
            // The random numbers of a batch come in groups of 16: an image has noise of its own only if groups are whole.
            guard node.classType == "EmptyLatentImage", let width = graph.number(node, "width")?.int,
                let height = graph.number(node, "height")?.int, width > 0, height > 0, width < 1 << 20,
                height < 1 << 20,
                (4 * (width / 8) * (height / 8)) % 16 != 0
            else { return [unknown] }
            return [
                unknown,
                .init(.batchCoupled, "at this size an image of a batch has other noise than the same image alone"),
            ]
        }
    }

    private func unpinnedPacks() -> [Reason] {
        let custom = Set(nodes.filter { !$0.kind.isCore }.map(\.classType)).sorted()
        guard !custom.isEmpty else { return [] }
        let names = custom.prefix(5).joined(separator: ", ") + (custom.count > 5 ? " and \(custom.count - 5) more" : "")
        return [.init(.nodeVersion, "the code of \(names) is not recorded")]
    }
}
