extension Recipe {
    /// Adds reasons for nodes that may come out differently, from what a reported run says about them.
    ///
    /// `nodes` are those that made the image, by number; `changes` is what they said about themselves, and `classes` the environment's
    /// `objectInfo`. `isPinned` says whether an input of a node names only a pinned file, and `isCaptured` whether a file or directory of a
    /// pack was captured as it was when the run began. A node that writes files says that it changes in order to run each time, which
    /// changes no pixel.
    package mutating func doubt(
        nodes: [String: String], changes: [String: String], classes: JSON?,
        isPinned: (_ node: String, _ input: String) -> Bool,
        isCaptured: (_ pack: String, _ path: String) -> Bool
    ) {
        for (node, kind) in nodes.sorted(by: { $0.key < $1.key }) {
            guard let change = changes[node], change != "same", classes?[kind]?["output_node"]?.bool != true else {
                continue
            }
            let what =
                change == "never" ? "says that it is never the same" : "said another thing of itself for equal inputs"
            findings.append(.init(.nodeChanges, "node \(node) (\(kind)) \(what)", of: kind))
        }
        for kind in Set(nodes.values).sorted() {
            guard let told = classes?[kind], let module = told["python_module"]?.string,
                module.hasPrefix("custom_nodes.")
            else { continue }
            let pack = String(module.dropFirst("custom_nodes.".count))
            let own = nodes.filter { $0.value == kind }.keys
            findings += Self.doubts(of: kind, code: told["code"]) { use in
                if let input = use["input"]?.string { return own.allSatisfy { isPinned($0, input) } }
                return use["own"]?.string.map { isCaptured(pack, $0) } == true
            }
        }
    }

    /// `isKept` says whether what a use reads is kept as it was.
    private static func doubts(of kind: String, code: JSON?, isKept: (_ use: JSON) -> Bool) -> [Reason] {
        guard let uses = code?["uses"]?.array else {
            let why = code?["unread"]?.string.map { ": \($0)" } ?? ""
            return [.init(.nodeUnread, "what the code of \(kind) uses was not read\(why)", of: kind)]
        }
        return uses.compactMap { use in
            guard let text = use["text"]?.string, let what = use["what"]?.string, let file = use["file"]?.string,
                let line = use["line"]?.number?.int
            else { return nil }
            if isKept(use) { return nil }
            return .init(
                .nodeUnrepeatable, "the code of \(kind) \(text): \(what), line \(line) of \(file)",
                of: kind)
        }
    }
}
