/// What is known of node classes, the strongest source first. The built-in table has ComfyUI's own; a run's report, and files that users
/// add, take precedence.
package struct ClassTable: Sendable {
    private enum Layer: Sendable {
        case told([String: NodeClass])
        case lines(ClassLines)

        func named(_ name: String) -> NodeClass? {
            switch self {
            case .told(let classes): classes[name]
            case .lines(let lines): lines.named(name)
            }
        }
    }

    private let layers: [Layer]

    /// The table that comes with the program.
    package static let builtIn = ClassTable(layers: [
        .lines(ClassLines(CoreClasses.lines, isCore: true)), .lines(ClassLines(PackClasses.lines, isCore: false)),
    ])

    private init(layers: [Layer]) { self.layers = layers }

    /// What is known of a class; for an unknown one, only what its name tells.
    func named(_ name: String) -> NodeClass {
        var found: NodeClass?
        for layer in layers {
            guard let next = layer.named(name) else { continue }
            found = found?.over(next) ?? next
        }
        return found ?? NodeClass(name)
    }

    /// This table behind another source: an `/object_info`, the part of it that a report keeps, or lines of `scripts/classes`. Nil if it is
    /// none of these.
    package func extended(by bytes: [UInt8]) -> ClassTable? {
        if bytes.starts(with: "# reprofs.classes/1".utf8) {
            return ClassTable(
                layers: [.lines(ClassLines(String(decoding: bytes, as: UTF8.self), isCore: false))] + layers)
        }
        return (try? JSONParser.parse(bytes)).flatMap { $0.object == nil ? nil : extended(byObjectInfo: $0) }
    }

    /// This table behind what `/object_info` says about classes.
    package func extended(byObjectInfo info: JSON) -> ClassTable {
        var classes: [String: NodeClass] = [:]
        for (name, told) in info.object?.members ?? [] { classes[name] = NodeClass(name, objectInfo: told) }
        return classes.isEmpty ? self : ClassTable(layers: [.told(classes)] + layers)
    }
}
