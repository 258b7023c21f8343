/// Switches, which compute only one of their arms, and the order in which nodes run.
extension ComfyGraph {
    /// The input of a switch that was not used; nil if that is unknown.
    func deadArm(of node: Node) -> String? { node.kind.hasLazyInputs ? deadArms[node.index] : nil }

    /// Finds the dead arms of all switches once: a condition may come through other switches, or, in a hostile graph, from the switch
    /// itself.
    mutating func findDeadArms() {
        let switches = list.filter { $0.kind.hasLazyInputs }
        for place in sourcesFirst(switches) where list[place].kind.hasLazyInputs {
            deadArms[place] = unusedArm(of: list[place])
        }
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
