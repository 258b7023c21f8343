/// What a tool says of one run of a prompt: ``DocumentSchema/report``, as the node pack writes it.
package struct RunReport: Sendable {
    /// A file that the run left.
    package struct Output: Sendable {
        /// Absolute, as the tool sees it.
        package let path: String
        /// The output folder that `path` lies in.
        package let root: String?
        /// Of the file as it was when the run had ended.
        package let sha256: Digest
        /// The node that left it, where the tool tells.
        package let node: String?
    }

    /// A file that the run read, other than models.
    package struct Input: Sendable {
        /// The name that the prompt uses.
        package let name: String
        /// Absolute, as the tool sees it.
        package let path: String
        /// Taken while the prompt ran.
        package let sha256: Digest
    }

    /// A file that a node of a pack can have read by a name in the prompt.
    package struct PackFile: Sendable {
        package let name: String
        /// ComfyUI's directory that it lies in, or ``InputReference/outside``.
        package let directory: String
        /// Why its bytes are not told; nil where they are among ``inputs``.
        package let problem: String?
    }

    /// When a node was at work.
    package struct Span: Sendable {
        /// The node's id in the graph.
        package let node: String
        /// As the tool's clock says.
        package let begun, ended: Timestamp
    }

    /// Nil where an older node pack does not say it.
    package let begun: Timestamp?
    /// When the prompt counted as done, as the tool's clock says.
    package let ended: Timestamp
    /// The threads that ran the prompt, by the numbers that their process knows them by: its own and those that it started for it.
    package let threads: Set<Int32>
    /// When which nodes were at work, in the order of their ends.
    package let spans: [Span]
    /// What nodes said of whether they changed, as ComfyUI's executor saw it: `never` equal, `differs` for equal inputs, `same`. Of a
    /// node that is not there it was not computed.
    package let changes: [String: String]
    /// The graph that ran: its JSON text as the tool wrote it, which may hold `NaN`.
    package let prompt: [UInt8]
    /// The canvas, as JSON text; nil where the prompt had none.
    package let workflow: [UInt8]?
    /// The files that the run left.
    package let outputs: [Output]
    /// The files that the run read, other than models.
    package let inputs: [Input]
    /// What nodes of packs can have read by names in the prompt.
    package let packFiles: [PackFile]
    /// What it ran in; nil where the tool does not tell.
    package let environment: JSON?
    /// The directories of the environment's node packs, by name.
    package let nodePacks: [String: String]
    /// ComfyUI's base directory, and the files that it takes other paths from.
    package let base: String?
    /// Absolute, as the tool sees them.
    package let pathFiles: [String]
    /// Where a container has mounted which directories of this machine: inside -> outside, as its REPROFS_PATHS says.
    package let places: JSON?
    /// The change by which the prompt came from another snapshot; nil for any other prompt.
    package let variation: Variation?
    /// Who it says that it was to the mount: a report may be delivered by another process than ran the prompt. The outer
    /// nil says that it does not tell.
    package let process: String??

    /// Reads a report; throws where it says too little, names too much, or is none.
    package init(_ bytes: [UInt8]) throws(Refusal) {
        guard let json = try? JSONParser.parse(bytes) else { throw Refusal("it is not JSON") }
        guard json["schema"] == DocumentSchema.report.json else {
            throw Refusal("its schema is not \(DocumentSchema.report.rawValue)")
        }
        guard let prompt = json["prompt"]?.string else { throw Refusal("it has no prompt") }
        guard let ended = json["ended"]?.number?.int else { throw Refusal("it does not say when the run ended") }
        self.prompt = Array(prompt.utf8)
        self.ended = Timestamp(nanoseconds: Int64(ended))
        let time = { (json: JSON?) in json?.number?.int.map { Timestamp(nanoseconds: Int64($0)) } }
        begun = time(json["begun"])
        threads = Set((json["threads"]?.array ?? []).compactMap { $0.number?.int.flatMap { Int32(exactly: $0) } })
        spans = (json["nodes"]?.array ?? []).compactMap { span in
            guard let node = span["id"]?.string, let begun = time(span["begun"]), let ended = time(span["ended"]) else {
                return nil
            }
            return Span(node: node, begun: begun, ended: ended)
        }
        workflow = json["workflow"]?.string.map { Array($0.utf8) }
        outputs = (json["outputs"]?.array ?? []).compactMap { output in
            guard let path = output["path"]?.string, let sha256 = Self.digest(output) else { return nil }
            return Output(
                path: path, root: output["root"]?.string, sha256: sha256, node: output["node"]?.string)
        }
        inputs = (json["inputs"]?.array ?? []).compactMap { input in
            guard let name = input["name"]?.string, let path = input["path"]?.string, let sha256 = Self.digest(input)
            else { return nil }
            return Input(name: name, path: path, sha256: sha256)
        }
        let told = Set(inputs.map(\.name))
        var problems: [String: String] = [:]
        for input in json["inputs"]?.array ?? [] {
            if let name = input["name"]?.string, let why = input["why"]?.string { problems[name] = why }
        }
        packFiles = (json["outside"]?.object?.members ?? []).compactMap { name, directory in
            directory.string.map {
                PackFile(
                    name: name, directory: $0,
                    problem: told.contains(name) ? nil : problems[name] ?? "ComfyUI ended before it was read")
            }
        }
        environment = json["environment"].flatMap { $0.object == nil ? nil : $0 }
        var changes: [String: String] = [:]
        for (node, change) in json["changes"]?.object?.members ?? [] { changes[node] = change.string }
        self.changes = changes
        var packs: [String: String] = [:]
        for (name, path) in json["nodePacks"]?.object?.members ?? [] { packs[name] = path.string }
        nodePacks = packs
        base = json["base"]?.string
        pathFiles = (json["pathFiles"]?.array ?? []).compactMap(\.string)
        places = json["paths"]
        guard max(outputs.count, inputs.count, packFiles.count, nodePacks.count) <= Self.limit else {
            throw Refusal("it names more than \(Self.limit) files")
        }
        guard max(threads.count, spans.count, changes.count) <= Self.limit else {
            throw Refusal("it names more than \(Self.limit) threads or nodes")
        }
        variation = json["variation"].flatMap { Variation($0) }
        process = json["process"].map { $0.string }
    }

    /// Outputs, inputs and node packs that one run may have.
    private static let limit = 4096

    /// Why a text is not a report.
    package struct Refusal: Error, CustomStringConvertible {
        package let description: String
        init(_ why: String) { description = why }
    }

    private static func digest(_ json: JSON) -> Digest? { json["sha256"]?.string.flatMap { Digest(hex: $0) } }
}
