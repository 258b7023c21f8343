/// Why a variation cannot be made, in words for the person who asked for it.
package struct VariationError: Error, CustomStringConvertible {
    package let description: String
    package init(_ description: String) { self.description = description }
}

/// An input of a node, and the values that it takes.
package struct VariationAxis: Sendable, Equatable {
    /// The id of the node in the graph.
    package let node: String
    /// The name of the node's input.
    package let input: String
    /// Its value in the snapshot.
    package let old: JSON
    /// Its values, one for each run.
    package let values: [Value]

    /// A value, and for a model's name the version that it means.
    package struct Value: Sendable, Equatable {
        /// The value in the graph.
        package let value: JSON
        /// As in `name@v2`; nil for the version that the snapshot or the live view has.
        package let version: Int?
    }

    /// Reads `PATH=VALUES`. The path is `NODE.INPUT`, or only an input's name if just one node has it.
    ///
    /// Values are separated by commas; `1..8` and `0.5..1..0.1` are ranges, both ends included, with a step. Texts with commas are written
    /// as a JSON list.
    package init(_ text: String, in graph: ComfyGraph) throws(VariationError) {
        guard let equals = text.firstIndex(of: "=") else {
            throw VariationError("'\(text)' is not a PATH=VALUES, such as 3.seed=1..8")
        }
        let path = String(text[..<equals])
        (node, input) = try Self.place(path, in: graph)
        guard let value = graph.nodes[node]?.inputs[input] else {
            throw VariationError("node \(node) has no input '\(input)'")
        }
        guard graph.link(value) == nil else {
            throw VariationError("'\(input)' of node \(node) is the output of another node; change it there")
        }
        old = value
        let isModel = graph.modelReferences(in: graph.list).contains { [node, input] in
            $0.node == node && $0.input == input
        }
        values = try Self.values(String(text[text.index(after: equals)...]), like: value, isModel: isModel, path: path)
    }

    private static func place(_ path: String, in graph: ComfyGraph) throws(VariationError) -> (String, String) {
        if let dot = path.lastIndex(of: ".") {
            let node = String(path[..<dot])
            let input = String(path[path.index(after: dot)...])
            if graph.nodes[node]?.inputs[input] != nil { return (node, input) }
            // A class may stand for its only node.
            let named = graph.list.filter { $0.classType == node && $0.inputs[input] != nil }
            if named.count == 1 { return (named[0].id, input) }
            if named.count > 1 { throw VariationError(ambiguous(path, input, named)) }
            guard graph.nodes[node] != nil else { throw VariationError("the graph has no node '\(node)'") }
            let inputs = graph.nodes[node]?.inputs.members.map(\.key).joined(separator: ", ") ?? ""
            throw VariationError("node \(node) has no input '\(input)'; it has \(inputs)")
        }
        let found = graph.list.filter { node in node.inputs[path].map { graph.link($0) == nil } ?? false }
        guard found.count < 2 else { throw VariationError(ambiguous(path, path, found)) }
        guard let only = found.first else {
            throw VariationError("no node has an input '\(path)' with a value of its own")
        }
        return (only.id, path)
    }

    private static func ambiguous(_ path: String, _ input: String, _ nodes: [ComfyGraph.Node]) -> String {
        "'\(path)' is ambiguous; say which: "
            + nodes.sorted { $0.id < $1.id }.map { "\($0.id).\(input) (\($0.classType))" }.joined(separator: ", ")
    }

    private static func values(
        _ text: String, like old: JSON, isModel: Bool, path: String
    ) throws(VariationError) -> [Value] {
        var parts: [JSON] = []
        if text.hasPrefix("["), let list = (try? JSONParser.parse(Array(text.utf8)))?.array {
            parts = list
        } else {
            for part in text.split(separator: ",", omittingEmptySubsequences: false) {
                parts += try range(String(part)) ?? [.string(String(part))]
                guard parts.count <= VariationPlan.limit else {
                    throw VariationError("\(path) takes more than \(VariationPlan.limit) values")
                }
            }
        }
        var values: [Value] = []
        for part in parts { values.append(try value(part, like: old, isModel: isModel, path: path)) }
        guard !values.isEmpty else { throw VariationError("\(path) has no values") }
        return values
    }

    /// A value of the same kind as the old one.
    private static func value(
        _ part: JSON, like old: JSON, isModel: Bool, path: String
    ) throws(VariationError) -> Value {
        let text = part.string ?? part.compact()
        switch old {
        case .number(let number):
            let isWhole = !text.isEmpty && JSON.Number(literal: text).isInteger
            guard isWhole || JSON.Number(literal: text).double != nil else {
                throw VariationError("'\(text)' is not a number, which \(path) takes")
            }
            let isSeed = ["seed", "noise_seed"].contains { path == $0 || path.hasSuffix("." + $0) }
            if isSeed, UInt64(text) == nil {
                throw VariationError("'\(text)' is not a seed: 0 to 18446744073709551615")
            }
            // A seed beyond 64 bits, or steps of 2.5, would be refused or changed on the way.
            if number.isInteger, isWhole, Int64(text) == nil, UInt64(text) == nil {
                throw VariationError("'\(text)' does not fit 64 bits")
            }
            return Value(value: .number(.init(literal: text)), version: nil)
        case .bool:
            guard text == "true" || text == "false" else {
                throw VariationError("\(path) takes true or false, not '\(text)'")
            }
            return Value(value: .bool(text == "true"), version: nil)
        case .string, .null:
            if isModel, let mark = text.lastIndex(of: "@"), text[mark...].hasPrefix("@v"),
                let number = Int(text[mark...].dropFirst(2)), number > 0
            {
                return Value(value: .string(String(text[..<mark])), version: number)
            }
            return Value(value: .string(text), version: nil)
        case .array, .object: throw VariationError("\(path) is not a single value")
        }
    }

    /// The numbers of `a..b` or `a..b..step`; nil for a text that is not a range.
    private static func range(_ text: String) throws(VariationError) -> [JSON]? {
        let ends = text.split(separator: "..", omittingEmptySubsequences: false).map(String.init)
        guard ends.count == 2 || ends.count == 3, let from = Decimal(ends[0]), let to = Decimal(ends[1]) else {
            return nil
        }
        guard let step = ends.count == 3 ? Decimal(ends[2]) : Decimal("1"), step.units > 0 else {
            throw VariationError("the step of '\(text)' must be more than 0")
        }
        let scale = max(from.scale, to.scale, step.scale)
        guard let low = from.units(at: scale), let high = to.units(at: scale), let by = step.units(at: scale) else {
            throw VariationError("'\(text)' has too many digits")
        }
        let (distance, isTooFar) = max(low, high).subtractingReportingOverflow(min(low, high))
        guard !isTooFar, distance / by < VariationPlan.limit else {
            throw VariationError("'\(text)' are more than \(VariationPlan.limit) values")
        }
        return (0...distance / by).map { index in
            .string(Decimal(units: low <= high ? low + index * by : low - index * by, scale: scale).text)
        }
    }

    /// A decimal number, exactly: a step of 0.1 must not give 0.30000000000000004.
    private struct Decimal {
        let units: Int
        /// Digits after the point.
        let scale: Int

        init(units: Int, scale: Int) {
            self.units = units
            self.scale = scale
        }

        init?(_ text: String) {
            let parts = text.split(separator: ".", omittingEmptySubsequences: false)
            guard parts.count <= 2, let whole = parts.first, !whole.isEmpty, parts.count < 2 || !parts[1].isEmpty,
                let units = Int(whole + (parts.count == 2 ? parts[1] : "")), parts.count < 2 || parts[1].first != "-"
            else { return nil }
            self.units = units
            scale = parts.count == 2 ? parts[1].count : 0
        }

        func units(at scale: Int) -> Int? {
            var value = units
            for _ in self.scale..<scale {
                let (next, overflow) = value.multipliedReportingOverflow(by: 10)
                guard !overflow else { return nil }
                value = next
            }
            return value
        }

        var text: String {
            guard scale > 0 else { return String(units) }
            let digits = String(units.magnitude)
            let padded = String(repeating: "0", count: max(0, scale + 1 - digits.count)) + digits
            return (units < 0 ? "-" : "") + padded.dropLast(scale) + "." + padded.suffix(scale)
        }
    }
}
