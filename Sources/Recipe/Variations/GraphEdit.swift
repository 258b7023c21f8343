/// A graph that is to run again, with some inputs of its nodes replaced. What is not replaced stays as it was written.
package struct GraphEdit: Sendable {
    /// With all changes that were made.
    package private(set) var graph: JSON

    package init(_ graph: JSON) { self.graph = graph }

    /// Gives an input of a node another value; false if there is no such node.
    @discardableResult
    package mutating func set(_ input: String, of node: String, to value: JSON) -> Bool {
        guard var nodes = graph.object, var object = nodes[node]?.object else { return false }
        var inputs = object["inputs"]?.object ?? .init()
        inputs[input] = value
        object["inputs"] = .object(inputs)
        nodes[node] = .object(object)
        graph = .object(nodes)
        return true
    }

    /// Lets everything that is saved go under a directory of its own, so that a run mixes with nobody's outputs.
    package mutating func save(under directory: String) {
        for (id, node) in graph.object?.members ?? [] {
            guard let prefix = node["inputs"]?["filename_prefix"]?.string else { continue }
            set("filename_prefix", of: id, to: .string("\(directory)/\(prefix)"))
        }
    }

    /// Removes what a server puts into a graph for itself.
    package mutating func removeMarks() {
        guard var nodes = graph.object else { return }
        for (id, node) in nodes.members {
            guard var object = node.object, object["is_changed"] != nil else { continue }
            object["is_changed"] = nil
            nodes[id] = .object(object)
        }
        graph = .object(nodes)
    }
}
