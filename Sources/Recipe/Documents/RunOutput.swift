/// A file that a run made, as the server names it: a name in one of its directories, and nowhere else.
package struct RunOutput: Sendable, Hashable {
    /// The id of the node that saved it.
    package let node: String
    /// Its file name, without directories.
    package let name: String
    /// Below the directory of its type; empty for that directory itself.
    package let subfolder: String
    /// `output`, `temp` or `input`.
    package let type: String

    /// Throws where the server names what cannot be an output.
    package init(node: String, name: String, subfolder: String, type: String) throws(Refusal) {
        do {
            _ = try ModelPath(name)
            if !subfolder.isEmpty { _ = try ModelPath(subfolder) }
        } catch { throw Refusal("it names an output that is none: \(error)") }
        guard ["output", "temp", "input"].contains(type) else {
            throw Refusal("it names an output of the kind '\(type.prefix(40))'")
        }
        self.node = node
        self.name = name
        self.subfolder = subfolder
        self.type = type
    }

    /// The suffix of its file's name, such as `.png`; empty where the name has none that is plain.
    package var suffix: String {
        guard let ending = name.splitAtLast(".")?.after, (1...8).contains(ending.utf8.count),
            ending.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x7A).contains($0 | 0x20) })
        else { return "" }
        return ".\(ending)"
    }

    /// Why what a server says of a run is not taken.
    package struct Refusal: Error, CustomStringConvertible {
        package let description: String
        init(_ why: String) { description = why }
    }

    /// Outputs that one run may have.
    private static let limit = 4096

    /// The outputs of a run by its history, as `GET /history/ID` gives it.
    package static func all(in history: JSON) throws(Refusal) -> [RunOutput] {
        var found: [RunOutput] = []
        for (node, output) in history["outputs"]?.object?.members ?? [] {
            for (_, files) in output.object?.members ?? [] {
                for file in files.array ?? [] {
                    guard let name = file["filename"]?.string else { continue }
                    guard found.count < limit else { throw Refusal("it names more than \(limit) outputs of one run") }
                    found.append(
                        try RunOutput(
                            node: node, name: name, subfolder: file["subfolder"]?.string ?? "",
                            type: file["type"]?.string ?? "output"))
                }
            }
        }
        return found
    }
}
