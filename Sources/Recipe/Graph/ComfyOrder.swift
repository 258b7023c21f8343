/// What is found once for a graph, each node after those that feed it, so that chains may have any length and nothing is computed twice. By
/// the places of nodes.
struct Settled: Sendable {
    /// The inputs of switches that did not run.
    var deadArms: [Int: String] = [:]
    /// The inputs that switches and reroutes pass on.
    var passed: [Int: String] = [:]
    /// Where the values of switches and reroutes come from.
    var origins: [Int: ComfyGraph.Link] = [:]
    /// The words that ComfyUI's own nodes compute from other words.
    var words: [Int: ComfyGraph.Words] = [:]
    /// The results of its comparisons of texts.
    var comparisons: [Int: Bool] = [:]
}

/// Switches, which compute only one of their arms, and the order in which nodes run.
extension ComfyGraph {
    /// The input of a switch that was not used; nil if that is unknown.
    func deadArm(of node: Node) -> String? { node.kind.hasLazyInputs ? settled.deadArms[node.index] : nil }

    /// A condition may come through other switches, or, in a hostile graph, from the switch itself.
    mutating func settle() {
        let roots = list.filter { node in
            node.kind.hasLazyInputs || node.kind.roles.contains(.first) || node.classType == "Reroute"
                || ComfyStrings.known[node.classType] != nil || node.classType == ComfyStrings.comparison
        }
        var room = ComfyStrings.allTexts
        for place in sourcesFirst(roots) {
            let node = list[place]
            if node.kind.hasLazyInputs { settled.deadArms[place] = unusedArm(of: node) }
            if let input = passing(node) {
                settled.passed[place] = input
                if let next = link(node.inputs[input]) { settled.origins[place] = origin(next) }
            }
            if let computed = ComfyStrings.known[node.classType] {
                settled.words[place] = words(of: node, computed, &room)
            } else if node.classType == ComfyStrings.comparison {
                settled.comparisons[place] = comparison(node, &room)
            }
        }
    }

    private func passing(_ node: Node) -> String? {
        if node.kind.roles.contains(.first) {
            let links = feeds(of: node)
            return (links.first { meaning(of: $0.input, in: node) != .value } ?? links.first)?.input
        }
        if let dead = deadArm(of: node) {
            return node.kind.inputs.first { $0.isLazy && $0.name != dead }?.name
        }
        return node.classType == "Reroute" ? node.inputs.members.first?.key : nil
    }

    private func unusedArm(of node: Node) -> String? {
        let lazy = node.kind.inputs.filter(\.isLazy)
        guard let yes = lazy.first(where: { $0.name.holds("true") }),
            let no = lazy.first(where: { $0.name.holds("false") }),
            let condition = node.kind.inputs.first(where: { $0.type == "BOOLEAN" }),
            let value = truth(node, condition.name)
        else { return nil }
        return value ? no.name : yes.name
    }

    /// The places of `roots` and of everything that feeds them, each after those that feed it, in linear time. In a circle, one link is
    /// passed over.
    func sourcesFirst(_ roots: [Node]) -> [Int] {
        var order: [Int] = []
        if roots.isEmpty { return order }
        var isEntered = [Bool](repeating: false, count: list.count)
        var stack = roots.map(\.index)
        while let next = stack.popLast() {
            if next < 0 {
                // All that feeds it has been left.
                order.append(~next)
            } else if !isEntered[next] {
                isEntered[next] = true
                stack.append(~next)
                for feed in feeds(of: list[next]) where !isEntered[feed.source] { stack.append(feed.source) }
            }
        }
        return order
    }
}
