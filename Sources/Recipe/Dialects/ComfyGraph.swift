/// ComfyUI's executed graph, the `prompt` of its outputs: node id -> class and inputs.
package struct ComfyGraph: Sendable {
    package final class Node: Sendable {
        package let id: String
        package let inputs: JSON.Object
        /// What the node's IS_CHANGED gave: for a node that reads a file, the SHA-256 of that file.
        package let isChanged: JSON?
        let kind: ComfyClass
        /// Its place among the graph's nodes.
        let index: Int
        /// What is known of its inputs by their names.
        let traits: InputTraits
        package var classType: String { kind.name }

        fileprivate init(
            id: String, kind: ComfyClass, inputs: JSON.Object, isChanged: JSON?, index: Int, traits: InputTraits
        ) {
            self.id = id
            self.kind = kind
            self.index = index
            self.traits = traits
            self.inputs = inputs
            self.isChanged = isChanged
        }
    }

    /// The output `slot` of the node `id`.
    package struct Link: Hashable, Sendable {
        package let id: String
        package let slot: Int
    }

    package let nodes: [String: Node]
    /// The nodes in the order of the file.
    package let list: [Node]
    /// For each of them the places of the nodes that feed it, in the order of its inputs.
    private let feeds: [[Int]]
    /// Entries that are no nodes.
    package let malformed: Int

    private typealias KnownClass = (kind: ComfyClass, inputs: [String], traits: InputTraits)

    /// Nil when `json` is no graph: an object of objects that name a `class_type`.
    package init?(_ json: JSON) {
        guard let members = json.object?.members else { return nil }
        var nodes: [String: Node] = [:]
        var list: [Node] = []
        var kinds: [String: KnownClass] = [:]
        nodes.reserveCapacity(members.count)
        for (id, value) in members {
            guard let node = value.object, let classType = node["class_type"]?.string else { continue }
            let inputs = node["inputs"]?.object ?? .init()
            // Nodes of one class mostly have the same inputs.
            let known = kinds[classType]
            let isSame =
                known.map { known in
                    known.inputs.count == inputs.members.count
                        && known.inputs.indices.allSatisfy { known.inputs[$0] == inputs.members[$0].key }
                } ?? false
            let kind = known?.kind ?? ComfyClass.named(classType)
            let traits = isSame ? known?.traits ?? [] : InputTraits(inputs)
            if !isSame { kinds[classType] = (kind, inputs.members.map(\.key), traits) }
            // Of equal ids the last one counts, at the place of the first.
            let before = nodes[id]?.index
            let made = Node(
                id: id, kind: kind, inputs: inputs, isChanged: node["is_changed"], index: before ?? list.count,
                traits: traits)
            nodes[id] = made
            if let before { list[before] = made } else { list.append(made) }
        }
        guard !nodes.isEmpty else { return nil }
        self.nodes = nodes
        self.list = list
        feeds = list.map { node in
            node.inputs.members.indices.compactMap {
                Self.source(of: node.inputs.members[$0].value, in: nodes)?.node.index
            }
        }
        malformed = members.count - list.count
    }

    /// The link that an input's value stands for: `[id, slot]` of a node in this graph.
    package func link(_ value: JSON?) -> Link? {
        value.flatMap { Self.source(of: $0, in: nodes) }.map { Link(id: $0.node.id, slot: $0.slot) }
    }

    private static func source(of value: JSON, in nodes: [String: Node]) -> (node: Node, slot: Int)? {
        guard case .array(let pair) = value, pair.count == 2, let slot = pair[1].number?.int,
            let id = pair[0].string ?? pair[0].number?.literal, let node = nodes[id]
        else { return nil }
        return (node, slot)
    }

    /// The nodes that feed `node`, in the order of its inputs.
    func sources(of node: Node) -> [Node] { feeds[node.index].map { list[$0] } }

    /// The nodes whose work reaches a file: those of output classes, or, where none is known, those that feed nobody.
    ///
    /// Of several that save under different prefixes, only those whose prefix `fileName` begins with.
    func outputs(savedAs fileName: String?) -> [Node] {
        let known = list.filter(\.kind.isOutput)
        guard !known.isEmpty else {
            let feeding = Set(feeds.joined())
            return list.filter { !feeding.contains($0.index) }
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
        var seen = [Bool](repeating: false, count: list.count)
        var queue: [Node] = []
        for root in roots where !seen[root.index] {
            seen[root.index] = true
            queue.append(root)
        }
        var next = 0
        while next < queue.count {
            for source in feeds[queue[next].index] where !seen[source] {
                seen[source] = true
                queue.append(list[source])
            }
            next += 1
        }
        return queue
    }
}
