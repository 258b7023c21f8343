/// A recipe on one page, for people: shown in `by-image/*.txt`, in `recipe.txt` and by `reprofs recipe`.
extension RecipeDocument {
    /// The recipe as a text for people.
    package var card: String {
        let name = name.onOneLine
        var lines = [name, String(repeating: "=", count: max(4, name.count))]
        lines += facts.map { "\(pad($0.label, 10))\($0.value)" }
        for (index, pass) in snapshot.recipe.passes.enumerated() { lines += [""] + describe(pass, index: index) }
        if !snapshot.recipe.models.isEmpty { lines += ["", "Models"] + snapshot.recipe.models.flatMap(describe) }
        if !snapshot.recipe.inputs.isEmpty { lines += ["", "Inputs"] + snapshot.recipe.inputs.flatMap(describe) }
        return (lines + [""]).shown + explanation { $0 }
    }

    /// The end of the card, with commands about the store that this process works on. The card itself is kept, so it names none.
    package var explanation: String { explanation { Remedy($0).sentence } }

    /// The results of making the image again, what the grade means, every reason for it, and what would raise it.
    private func explanation(_ shown: (_ remedy: String) -> String) -> String {
        var lines: [String] = []
        if !attempts.isEmpty {
            lines += ["Made again"] + attempts.suffix(10).map { "  \($0.occasion): \($0.outcome)" } + [""]
        }
        lines += [sentence] + verdict.reasons.map { "  - \($0.message) [\($0.code.rawValue)]" }
        var seen: Set<String> = []
        let remedies = verdict.reasons.compactMap(remedy).filter { seen.insert($0).inserted }
        if !remedies.isEmpty { lines += ["To raise the grade:"] + remedies.map { "  - \(shown($0))" } }
        return lines.shown
    }

    /// What would raise the grade despite this reason. The command in it names this snapshot, so that it can be copied.
    package func remedy(for reason: Reason) -> String? {
        reason.remedy?.replacing("reproduce ID ", with: "reproduce \(id.hex.prefix(12)) ")
    }

    private var facts: [(label: String, value: String)] {
        let image = snapshot.image
        let pixels = image.width.flatMap { width in image.height.map { "\(width) x \($0) pixels, " } } ?? ""
        return [
            ("Image", "\(pixels)\(image.size) bytes, \(image.mediaType)"), ("Made", image.time.brief + " UTC"),
            ("With", tool),
            ("Snapshot", String(id.hex.prefix(12))),
            ("Grade", verdict.grade.rawValue + (verdict.isVerified ? ", verified" : "")),
        ]
    }

    /// The tool, with its version if that was recorded.
    package var tool: String {
        let version = environment?["comfyui"]?["version"]?.string.map { " \($0)" } ?? ""
        return (snapshot.recipe.generator.name ?? "an unknown tool") + version
    }

    /// What the grade means, in one sentence.
    package var sentence: String {
        if verdict.isVerified, verdict.grade == .full { return "This image was reproduced, pixel by pixel." }
        return switch verdict.grade {
        case .full: "Everything this image was made from is known and kept; the same result is expected."
        case .approximate: "This image cannot be exactly reproduced with certainty, because:"
        case .partial: "This image cannot be exactly reproduced, because:"
        }
    }

    private func describe(_ pass: Recipe.Pass, index: Int) -> [String] {
        let title =
            snapshot.recipe.passes.count == 1 ? "Sampling" : "Sampling, pass \(snapshot.recipe.passes.count - index)"
        let size = pass.width.flatMap { width in pass.height.map { "\(width.literal) x \($0.literal)" } }
        let values: [(String, String?)] = [
            ("seed", pass.seed?.literal), ("steps", pass.steps?.literal), ("cfg", pass.cfg?.literal),
            ("sampler", pass.sampler), ("scheduler", pass.scheduler),
            ("denoise", pass.denoise?.literal), ("size", size),
            ("positive", pass.positive), ("negative", pass.negative),
        ]
        // A line of a prompt is indented further than the card's own lines.
        return ["\(title) (node \(pass.node))"]
            + values.flatMap { label, value in
                (value ?? "unknown").shownLines.enumerated().map { "  \(pad($0 == 0 ? label : "", 10))\($1)" }
            }
    }

    private func describe(_ use: Recipe.ModelUse) -> [String] {
        let folder = use.resolution?.folder.text ?? use.reference.folder
        let name = (folder.map { $0 + "/" } ?? "") + (use.resolution?.path.description ?? use.reference.name)
        var line = "  \(name)"
        if let version = use.resolution?.version { line += "  v\(version)" }
        if use.reference.isUnnamed { line += "  unnamed" }
        if let strength = use.reference.strength { line += "  strength \(strength.literal)" }
        return [line, "    " + known(use.resolution, use.evidence)]
    }

    private func describe(_ use: Recipe.InputUse) -> [String] {
        ["  \(use.reference.name) (\(use.reference.kind))", "    " + known(use.resolution, use.evidence)]
    }

    private func known(_ resolution: Recipe.Resolution?, _ evidence: Evidence) -> String {
        resolution.map { "\(evidence.rawValue)  sha256 \($0.sha256.hex)" } ?? evidence.rawValue
    }

    private func pad(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(1, width - text.count))
    }
}
