import Recipe

/// Files that a node of a pack can have read by a name in the prompt, though nobody says of its inputs that they are files: in ComfyUI's
/// directories, and outside.
///
/// A report says which they are; only names count that a node of a pack has which made the image. What is not pinned is a reason.
struct OutsideFiles {
    private struct Use {
        let kind: String
        let reference: InputReference
        let problem: String?
    }

    private let uses: [Use]
    private let prompt: JSON?

    /// Bytes of one outside.
    static let limit = 64 << 20

    /// `nodes` are those that made the image, by their numbers, with their classes.
    init(of report: RunReport, nodes: [String: String], besides recipe: Recipe) {
        prompt = try? JSONParser.parse(report.prompt)
        let told = Dictionary(report.packFiles.map { ($0.name, $0) }) { first, _ in first }
        let classes = report.environment?["objectInfo"]
        var uses: [Use] = []
        for (node, kind) in told.isEmpty ? [] : nodes.sorted(by: { $0.key < $1.key }) {
            guard classes?[kind]?["python_module"]?.string?.hasPrefix("custom_nodes.") == true else { continue }
            for (_, value) in prompt?[node]?["inputs"]?.object?.members ?? [] {
                guard let name = value.string, let file = told[name] else { continue }
                let reference = InputReference(named: name, in: file.directory, node: node)
                let isKnown = (recipe.inputs.map(\.reference) + uses.map(\.reference)).contains {
                    $0.node == node && $0.name == reference.name
                }
                if !isKnown { uses.append(Use(kind: kind, reference: reference, problem: file.problem)) }
            }
        }
        self.uses = uses
    }

    var references: [InputReference] { uses.map(\.reference) }

    /// Takes out of the recipe what is not pinned, and says why.
    func settle(_ recipe: inout Recipe, found: [InputReference: PreparedImage.FoundInput]) {
        for use in uses where found[use.reference] == nil {
            recipe.inputs.removeAll { $0.reference == use.reference }
            let why =
                Self.refusal(of: use.reference) ?? use.problem
                ?? "it cannot be read any more, or has other bytes than it had while the prompt ran"
            recipe.findings.append(
                .init(
                    .inputUnpinned,
                    "the file \(use.reference.name), which node \(use.reference.node) (\(use.kind)) can have read, is not pinned: \(why)"
                ))
        }
    }

    /// Whether an input of a node names a file that is pinned.
    func isPinned(
        _ node: String, _ input: String, in uses: [Recipe.InputUse],
        found: [InputReference: PreparedImage.FoundInput]
    ) -> Bool {
        guard let name = prompt?[node]?["inputs"]?[input]?.string else { return false }
        return uses.contains {
            $0.reference.node == node && $0.reference.isNamed(by: name) && found[$0.reference] != nil
        }
    }

    /// Why a file is not taken, whatever is in it; what is hidden may be secret, and whoever sends a prompt chooses the name.
    static func refusal(of reference: InputReference) -> String? {
        if reference.path == nil { return "its name can stand in no directory" }
        let isHidden = reference.name.slashed.contains { $0.utf8.first == UInt8(ascii: ".") && $0 != "." && $0 != ".." }
        return reference.isOutside && isHidden
            ? "it is hidden, and what is hidden is not taken by a name in a prompt" : nil
    }
}
