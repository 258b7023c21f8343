/// What is known of node classes, the strongest source first. The built-in table knows ComfyUI's own; a run's report, and a
/// file that anybody wrote, come before it.
package struct ClassTable: Sendable {
    private let layers: [[String: NodeClass]]

    /// What comes with the program.
    package static let builtIn = ClassTable(layers: [
        Self.read(CoreClasses.lines, isCore: true).merging(Self.read(PackClasses.lines, isCore: false)) { core, _ in
            core
        }
    ])

    private init(layers: [[String: NodeClass]]) { self.layers = layers }

    /// What is known of a class; of one that nobody told of only what its name tells.
    func named(_ name: String) -> NodeClass {
        var found: NodeClass?
        for layer in layers {
            guard let next = layer[name] else { continue }
            found = found?.over(next) ?? next
        }
        return found ?? NodeClass(name)
    }

    /// This table behind another source: an `/object_info`, what a report keeps of it, or lines as `scripts/classes` writes
    /// them. Nil where it is neither.
    package func extended(by bytes: [UInt8]) -> ClassTable? {
        if bytes.starts(with: "# reprofs.classes/1".utf8) {
            return ClassTable(layers: [Self.classes(String(decoding: bytes, as: UTF8.self), isCore: false)] + layers)
        }
        return (try? JSONParser.parse(bytes)).flatMap { $0.object == nil ? nil : extended(byObjectInfo: $0) }
    }

    /// The table with what `/object_info` tells of classes, which counts more than what the table knew of them.
    package func extended(byObjectInfo info: JSON) -> ClassTable {
        var classes: [String: NodeClass] = [:]
        for (name, told) in info.object?.members ?? [] { classes[name] = NodeClass(name, objectInfo: told) }
        return classes.isEmpty ? self : ClassTable(layers: [classes] + layers)
    }

    private static func read(_ text: StaticString, isCore: Bool) -> [String: NodeClass] {
        text.withUTF8Buffer { classes(String(decoding: $0, as: UTF8.self), isCore: isCore) }
    }

    private static func classes(_ text: String, isCore: Bool) -> [String: NodeClass] {
        var classes: [String: NodeClass] = [:]
        for line in text.split(separator: "\n") {
            if let found = NodeClass(line: line, isCore: isCore) { classes[found.name] = found }
        }
        return classes
    }
}
