/// A file that a run made, as the server names it: always a name in one of the server's directories.
package struct RunOutput: Sendable, Hashable {
    /// The id of the node that saved it.
    package let node: String
    /// Its file name, without directories.
    package let name: String
    /// Below the directory of its type; empty for that directory itself.
    package let subfolder: String
    /// `output`, `temp` or `input`.
    package let type: String

    /// Throws if the server's name cannot be an output's.
    package init(node: String, name: String, subfolder: String, type: String) throws(Refusal) {
        do {
            _ = try ModelPath(name)
            if !subfolder.isEmpty { _ = try ModelPath(subfolder) }
        } catch { throw Refusal("it names an output that cannot be one: \(error)") }
        guard ["output", "temp", "input"].contains(type) else {
            throw Refusal("it names an output of the kind '\(type.prefix(40))'")
        }
        self.node = node
        self.name = name
        self.subfolder = subfolder
        self.type = type
    }

    /// The suffix of its file name, such as `.png`; empty if there is no plain one.
    package var suffix: String {
        guard let ending = name.splitAtLast(".")?.after, (1...8).contains(ending.utf8.count),
            ending.utf8.allSatisfy(\.isASCIIAlphanumeric)
        else { return "" }
        return ".\(ending)"
    }

    /// Why a server's answer about a run is refused.
    package struct Refusal: Error, CustomStringConvertible {
        package let description: String
        init(_ why: String) { description = why }
    }

    /// The largest number of outputs of one run.
    private static let limit = 4096

    /// The outputs in a run's history, as `GET /history/ID` returns it.
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
