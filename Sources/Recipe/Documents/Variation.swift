/// How a snapshot was made from another one: the snapshot that was varied, and the changes.
package struct Variation: Sendable, Equatable {
    /// An input of a node that got another value.
    package struct Change: Sendable, Equatable {
        /// The id of the node in the graph.
        package let node: String
        /// The name of the node's input.
        package let input: String
        /// The value in the snapshot that was varied; null if the input did not exist.
        package let old: JSON
        /// The new value.
        package let new: JSON

        package init(node: String, input: String, old: JSON, new: JSON) {
            self.node = node
            self.input = input
            self.old = old
            self.new = new
        }
    }

    /// The id of the snapshot that was varied.
    package let base: Digest
    /// In the order in which they were made.
    package let changes: [Change]

    package init(base: Digest, changes: [Change]) {
        self.base = base
        self.changes = changes
    }

    /// The member `variation` of a snapshot.
    package var json: JSON {
        [
            "base": .string(base.hex),
            "changes": .array(
                changes.map { ["node": .string($0.node), "input": .string($0.input), "old": $0.old, "new": $0.new] }),
        ]
    }

    /// Reads what ``json`` returned; nil if no base is named. Changes that name no input are left out.
    package init?(_ json: JSON) {
        guard let base = json["base"]?.string.flatMap({ Digest(hex: $0) }) else { return nil }
        self.base = base
        changes = (json["changes"]?.array ?? []).compactMap { change in
            guard let node = change["node"]?.string, let input = change["input"]?.string else { return nil }
            return Change(node: node, input: input, old: change["old"] ?? .null, new: change["new"] ?? .null)
        }
    }
}
