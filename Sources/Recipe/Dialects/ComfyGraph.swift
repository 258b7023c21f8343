/// ComfyUI's executed graph, the `prompt` of its outputs: node id -> class and inputs.
package struct ComfyGraph: Sendable {
    package struct Node: Sendable {
        package let id: String
        package let classType: String
        package let inputs: JSON.Object
        /// What the node's IS_CHANGED gave: for a node that reads a file, the SHA-256 of that file.
        package let isChanged: JSON?
    }

    /// The output `slot` of the node `id`.
    package struct Link: Hashable, Sendable {
        package let id: String
        package let slot: Int
    }

    package let nodes: [String: Node]
    /// The ids in the order of the file.
    package let order: [String]
    /// Entries that are no nodes.
    package let malformed: Int

    /// Nil when `json` is no graph: an object of objects that name a `class_type`.
    package init?(_ json: JSON) {
        guard let members = json.object?.members else { return nil }
        var nodes: [String: Node] = [:]
        var order: [String] = []
        for (id, value) in members {
            guard let classType = value["class_type"]?.string else { continue }
            if nodes[id] == nil { order.append(id) }
            nodes[id] = Node(
                id: id, classType: classType, inputs: value["inputs"]?.object ?? .init(),
                isChanged: value["is_changed"])
        }
        guard !nodes.isEmpty else { return nil }
        self.nodes = nodes
        self.order = order
        malformed = members.count - order.count
    }

    /// The link that an input's value stands for: `[id, slot]` of a node in this graph.
    package func link(_ value: JSON?) -> Link? {
        guard let pair = value?.array, pair.count == 2, let slot = pair[1].number?.int else { return nil }
        guard let id = pair[0].string ?? pair[0].number?.literal, nodes[id] != nil else { return nil }
        return Link(id: id, slot: slot)
    }

    /// The nodes that feed `node`, in the order of its inputs.
    func sources(of node: Node) -> [Link] { node.inputs.members.compactMap { link($0.value) } }

    /// The nodes whose work reaches a file: those of output classes, or, where none is known, those that feed nobody.
    ///
    /// Of several that save under different prefixes, only those whose prefix `fileName` begins with.
    func outputs(savedAs fileName: String?) -> [Node] {
        let all = order.compactMap { nodes[$0] }
        let known = all.filter { ComfyClasses.isOutput($0.classType) }
        guard !known.isEmpty else {
            let feeding = Set(all.flatMap { sources(of: $0).map(\.id) })
            return all.filter { !feeding.contains($0.id) }
        }
        guard let fileName else { return known }
        let named = known.filter { node in
            guard let prefix = node.inputs["filename_prefix"]?.string else { return false }
            // ComfyUI appends `_00001_`; what stands for a date in the prefix is not followed.
            let stem = prefix.split { $0 == "/" || $0 == "\\" }.last ?? ""
            let known = stem.prefix { $0 != "%" }
            guard !known.isEmpty, fileName.hasPrefix(known) else { return false }
            guard known.count == stem.count else { return true }
            let rest = fileName.dropFirst(known.count)
            return rest.first == "_" && rest.dropFirst().first?.isNumber == true
        }
        return named.isEmpty ? known : named
    }

    /// `roots` and everything that feeds them; nearest first.
    func ancestors(of roots: [Node]) -> [Node] {
        var seen = Set(roots.map(\.id))
        var queue = roots
        var next = 0
        while next < queue.count {
            for link in sources(of: queue[next]) where seen.insert(link.id).inserted {
                if let node = nodes[link.id] { queue.append(node) }
            }
            next += 1
        }
        return queue
    }
}
