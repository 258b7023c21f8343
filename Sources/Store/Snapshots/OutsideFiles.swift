import Recipe

/// Files that a pack's node may have read because its prompt names them, although no input is declared as a file: in ComfyUI's directories
/// and elsewhere.
///
/// The report lists them; only names in inputs of packs' nodes that the image was made with count. What is not pinned is a reason against
/// the grade.
struct OutsideFiles {
    private struct Use {
        let kind: String
        let reference: InputReference
        let problem: String?
    }

    private let uses: [Use]
    private let prompt: JSON?

    /// The largest file outside ComfyUI's directories. Bytes.
    static let limit = 64 << 20

    /// `nodes` are the classes of the nodes that made the image, by node number.
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

    /// Removes what is not pinned from the recipe, with a reason for each.
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

    /// Whether an input of a node names a pinned file.
    func isPinned(
        _ node: String, _ input: String, in uses: [Recipe.InputUse],
        found: [InputReference: PreparedImage.FoundInput]
    ) -> Bool {
        guard let name = prompt?[node]?["inputs"]?[input]?.string else { return false }
        return uses.contains {
            $0.reference.node == node && $0.reference.isNamed(by: name) && found[$0.reference] != nil
        }
    }

    /// Why a file is never taken, whatever is in it: hidden files may be secret, and whoever sends a prompt chooses the name.
    static func refusal(of reference: InputReference) -> String? {
        if reference.path == nil { return "its name can stand in no directory" }
        let isHidden = reference.name.slashed.contains { $0.utf8.first == UInt8(ascii: ".") && $0 != "." && $0 != ".." }
        return reference.isOutside && isHidden
            ? "it is hidden, and what is hidden is not taken by a name in a prompt" : nil
    }
}
