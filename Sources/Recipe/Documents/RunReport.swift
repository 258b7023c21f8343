/// A tool's report of one run of a prompt, ``DocumentSchema/report``, as the node pack writes it.
package struct RunReport: Sendable {
    /// A file that the run left.
    package struct Output: Sendable {
        /// Absolute, as the tool sees it.
        package let path: String
        /// The output folder that contains `path`.
        package let root: String?
        /// The hash of the file when the run had ended.
        package let sha256: Digest
        /// The node that made it, if the tool says.
        package let node: String?
    }

    /// A file that the run read, other than models.
    package struct Input: Sendable {
        /// The name that the prompt uses.
        package let name: String
        /// Absolute, as the tool sees it.
        package let path: String
        /// The hash, computed while the prompt ran.
        package let sha256: Digest
    }

    /// A file that a pack's node may have read because the prompt names it.
    package struct PackFile: Sendable {
        package let name: String
        /// The directory of ComfyUI that contains it, or ``InputReference/outside``.
        package let directory: String
        /// Why its bytes were not reported; nil if they are among ``inputs``.
        package let problem: String?
    }

    /// When a node ran.
    package struct Span: Sendable {
        /// The node's id in the graph.
        package let node: String
        /// By the tool's clock.
        package let begun, ended: Timestamp
    }

    /// Nil if an older node pack does not say it.
    package let begun: Timestamp?
    /// When the prompt counted as done, by the tool's clock.
    package let ended: Timestamp
    /// The threads that ran the prompt, by their numbers within their process: the process's own and those that it started for the prompt.
    package let threads: Set<Int32>
    /// When nodes ran, ordered by when they ended.
    package let spans: [Span]
    /// What nodes said about whether they changed, as ComfyUI's executor saw it: `never` (never equal), `differs` (differs for equal
    /// inputs) or `same`. It was not computed for nodes that are missing here.
    package let changes: [String: String]
    /// The graph that ran, as the JSON text that the tool wrote, which may hold `NaN`.
    package let prompt: [UInt8]
    /// The canvas, as JSON text; nil if the prompt had none.
    package let workflow: [UInt8]?
    /// The files that the run left.
    package let outputs: [Output]
    /// The files that the run read, other than models.
    package let inputs: [Input]
    /// Files that nodes of packs may have read because the prompt names them.
    package let packFiles: [PackFile]
    /// The environment of the run; nil if the tool does not report it.
    package let environment: JSON?
    /// The directories of the environment's node packs, by name.
    package let nodePacks: [String: String]
    /// ComfyUI's base directory.
    package let base: String?
    /// Absolute, as the tool sees them.
    package let pathFiles: [String]
    /// Which directories of this machine a container has mounted where, from inside to outside, as its REPROFS_PATHS says.
    package let places: JSON?
    /// The change that made the prompt from another snapshot's; nil for any other prompt.
    package let variation: Variation?
    /// The process that ran the prompt, as the mount knew it: another process may deliver the report. The outer nil means that the report
    /// does not say.
    package let process: String??

    /// Reads a report; throws if it says too little, names too much, or is not a report.
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

    /// The largest numbers of outputs, inputs and node packs of one run.
    private static let limit = 4096

    /// Why a text is not a report.
    package struct Refusal: Error, CustomStringConvertible {
        package let description: String
        init(_ why: String) { description = why }
    }

    private static func digest(_ json: JSON) -> Digest? { json["sha256"]?.string.flatMap { Digest(hex: $0) } }
}
