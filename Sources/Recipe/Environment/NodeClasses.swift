/// Compares the inputs of a graph's node classes when an image was made with a server's present ones.
package enum NodeClasses {
    /// A difference that a person should know about before a graph is queued.
    package struct Difference: Sendable, Equatable {
        /// What differs, as a sentence that names the class.
        package let message: String
        /// Whether the graph cannot run as it is.
        package let prevents: Bool
    }

    /// `recorded` and `present` are answers of `/object_info`, or the part of one that the node pack keeps; `recorded` may be nil.
    package static func differences(_ graph: ComfyGraph, recorded: JSON?, present: JSON) -> [Difference] {
        var found: [Difference] = []
        var seen: Set<String> = []
        for node in graph.list.sorted(by: { $0.classType < $1.classType }) {
            guard let now = present[node.classType] else {
                if seen.insert(node.classType).inserted {
                    let pack = recorded?[node.classType]?["python_module"]?.string.flatMap(Self.pack)
                    found.append(
                        .init(
                            message: "the server has no node class '\(node.classType)'"
                                + (pack.map { "; it came from the node pack '\($0)'" } ?? ""), prevents: true))
                }
                continue
            }
            found += missing(node, now)
            if seen.insert(node.classType).inserted, let then = recorded?[node.classType] {
                found += changed(node.classType, then, now, used: Set(node.inputs.members.map(\.key)))
            }
        }
        return found
    }

    /// The node packs whose code a graph runs, as far as that was recorded; and of the other classes those that are not ComfyUI's own.
    package static func packs(of graph: ComfyGraph, recorded: JSON?) -> (named: [String], classes: [String]) {
        var (named, classes): (Set<String>, Set<String>) = ([], [])
        for node in graph.list {
            if let module = recorded?[node.classType]?["python_module"]?.string {
                if let pack = pack(module) { named.insert(pack) }
            } else if !node.kind.isCore {
                classes.insert(node.classType)
            }
        }
        return (named.sorted(), classes.sorted())
    }

    /// Inputs that are required now and that the node has not; values that are no longer an option.
    private static func missing(_ node: ComfyGraph.Node, _ now: JSON) -> [Difference] {
        var found: [Difference] = []
        for (name, spec) in now["input"]?["required"]?.object?.members ?? [] {
            guard let value = node.inputs[name] else {
                // A node whose inputs depend on others may have inputs that its class does not list.
                if spec.array?.first?.string?.hasPrefix("COMFY_") == true { continue }
                found.append(
                    .init(
                        message:
                            "\(node.classType) (node \(node.id)) now needs the input '\(name)', which the recipe has not",
                        prevents: true))
                continue
            }
            guard let text = value.string, let options = Self.options(spec), !options.isEmpty, !options.contains(text),
                !Folder.isModelFile(text), !options.contains(where: { Folder.isModelFile($0) })
            else { continue }
            if spec.array?.dropFirst().first?["image_upload"]?.bool == true { continue }
            found.append(
                .init(
                    message: "\(node.classType) (node \(node.id)) no longer takes '\(text)' for '\(name)'; it takes "
                        + options.prefix(12).joined(separator: ", "), prevents: true))
        }
        return found
    }

    /// Differences between the class's former inputs and its present ones.
    private static func changed(_ name: String, _ then: JSON, _ now: JSON, used: Set<String>) -> [Difference] {
        var found: [Difference] = []
        for kind in ["required", "optional"] {
            for (input, spec) in now["input"]?[kind]?.object?.members ?? [] {
                guard let old = then["input"]?["required"]?[input] ?? then["input"]?["optional"]?[input] else {
                    // Required inputs that are missing have been reported with their node.
                    if kind == "optional", !used.contains(input) {
                        found.append(
                            .init(message: "\(name) has a new input '\(input)', left at its default", prevents: false))
                    }
                    continue
                }
                let (before, after) = (Self.fallback(old), Self.fallback(spec))
                if let before, let after, before != after, !used.contains(input) {
                    found.append(
                        .init(
                            message: "the default of '\(input)' of \(name), which the recipe leaves to it, was "
                                + "\(before.compact()) and is \(after.compact())", prevents: false))
                }
                if let a = Self.kind(old), let b = Self.kind(spec), a != b {
                    found.append(.init(message: "'\(input)' of \(name) was \(a) and is \(b)", prevents: false))
                }
                if let a = Self.options(old), let b = Self.options(spec), !a.isEmpty, !b.isEmpty, a != b,
                    !a.contains(where: { Folder.isModelFile($0) }), !b.contains(where: { Folder.isModelFile($0) })
                {
                    let gone = a.filter { !b.contains($0) }
                    let new = b.filter { !a.contains($0) }
                    let told = [
                        gone.isEmpty ? nil : "lost \(gone.prefix(8).joined(separator: ", "))",
                        new.isEmpty ? nil : "has new \(new.prefix(8).joined(separator: ", "))",
                    ].compactMap { $0 }
                    if !told.isEmpty {
                        found.append(
                            .init(
                                message:
                                    "the options of '\(input)' of \(name) changed: it \(told.joined(separator: " and "))",
                                prevents: false))
                    }
                }
            }
        }
        return found
    }

    /// The node pack that a module belongs to.
    private static func pack(_ module: String) -> String? {
        module.hasPrefix("custom_nodes.") ? String(module.dropFirst("custom_nodes.".count)) : nil
    }

    private static func fallback(_ spec: JSON) -> JSON? { spec.array?.dropFirst().first?["default"] }

    /// The kind of an input; nil for a list of options, in either of ComfyUI's two forms.
    private static func kind(_ spec: JSON) -> String? {
        guard let kind = spec.array?.first?.string, kind != "COMBO" else { return nil }
        return kind
    }

    private static func options(_ spec: JSON) -> [String]? {
        let list = spec.array?.first?.array ?? spec.array?.dropFirst().first?["options"]?.array
        return list?.compactMap(\.string)
    }
}
