import Foundation
import GRDB
package import Recipe
import SystemPackage

/// What a tool says of one run of a prompt: `reprofs.report/1`, as the node pack writes it.
struct Report {
    struct Output {
        /// Absolute, as the tool sees it.
        let path: FilePath
        /// The output folder that `path` lies in.
        let root: FilePath?
        let sha256: Digest
    }

    struct Input {
        /// The name that the prompt uses.
        let name: String
        let path: FilePath
        /// Taken while the prompt ran.
        let sha256: Digest
    }

    let ended: Timestamp
    let prompt: [UInt8]
    let workflow: [UInt8]?
    let outputs: [Output]
    let inputs: [Input]
    let environment: JSON?
    /// The directories of the environment's node packs, by name.
    let nodePacks: [String: FilePath]
    let variation: Variation?
    /// Who it says that it was to the mount: a report may be delivered by another process than ran the prompt. The outer
    /// nil says that it does not tell.
    let process: String??

    init(_ bytes: [UInt8]) throws(StoreError) {
        guard let json = try? JSONParser.parse(bytes) else { throw .refusedReport("it is no JSON") }
        guard json["schema"]?.string == "reprofs.report/1" else {
            throw .refusedReport("its schema is not reprofs.report/1")
        }
        guard let prompt = json["prompt"]?.string else { throw .refusedReport("it has no prompt") }
        guard let ended = json["ended"]?.number?.int else { throw .refusedReport("it does not say when the run ended") }
        self.prompt = Array(prompt.utf8)
        self.ended = Timestamp(nanoseconds: Int64(ended))
        workflow = json["workflow"]?.string.map { Array($0.utf8) }
        outputs = (json["outputs"]?.array ?? []).compactMap { output in
            guard let path = output["path"]?.string, let sha256 = Self.digest(output) else { return nil }
            return Output(
                path: FilePath(path), root: output["root"]?.string.map { FilePath($0) }, sha256: sha256)
        }
        inputs = (json["inputs"]?.array ?? []).compactMap { input in
            guard let name = input["name"]?.string, let path = input["path"]?.string, let sha256 = Self.digest(input)
            else { return nil }
            return Input(name: name, path: FilePath(path), sha256: sha256)
        }
        environment = json["environment"].flatMap { $0.object == nil ? nil : $0 }
        var packs: [String: FilePath] = [:]
        for (name, path) in json["nodePacks"]?.object?.members ?? [] { packs[name] = path.string.map { FilePath($0) } }
        nodePacks = packs
        variation = json["variation"].flatMap { Variation($0) }
        process = json["process"].map { $0.string }
    }

    private static func digest(_ json: JSON) -> Digest? { json["sha256"]?.string.flatMap { Digest(hex: $0) } }
}

/// What came of a report, or of one output of it.
package enum ReportOutcome: Sendable {
    case snapshot(image: String, SnapshotResult)
    /// What could not be done; whether it is not tried again.
    case failed(String, isFinal: Bool)
}

extension Store {
    /// The longest report. Bytes.
    package static let reportLimit = 64 << 20
    /// How often a report is tried that cannot be turned into snapshots; the n-th time not before n squared seconds have
    /// passed since it came, so it is given up after a minute and a half.
    private static let attempts = 10

    /// Keeps a report until its snapshots are made. `process` is who the mount saw writing it.
    package func accept(report bytes: [UInt8], from process: String?) throws(StoreError) {
        let report = try Report(bytes)
        let process = report.process ?? process
        let compressed = Compression.compress(bytes)
        try catalogue.write { db in
            try db.execute(
                sql: "INSERT INTO report (process, received, size, zstd) VALUES (?, ?, ?, ?)",
                arguments: [process, Timestamp.now().nanoseconds, bytes.count, Data(compressed)])
        }
    }

    /// The newest report that waits; nil where none does.
    package func newestReport() throws(StoreError) -> Int64? {
        try one("SELECT max(id) AS id FROM report", []) { $0["id"] as Int64? } ?? nil
    }

    /// Makes the snapshots of the reports up to `newest`, in their order. Several processes may do it at once.
    package func takeReports(
        upTo newest: Int64, at now: Timestamp = .now(), _ body: (ReportOutcome) -> Void
    ) throws(StoreError) {
        var last: Int64 = 0
        while let row = try one(
            """
            SELECT * FROM report WHERE id > ?1 AND id <= ?2 AND received + failures * failures * 1000000000 <= ?3
            ORDER BY id LIMIT 1
            """, [last, newest, now.nanoseconds], { $0.copy() })
        {
            let id: Int64 = row["id"]
            last = id
            do throws(StoreError) {
                guard let bytes = Compression.decompress(Array(row["zstd"] as Data), size: row["size"]) else {
                    throw .refusedReport("it is damaged")
                }
                let report = try Report(bytes)
                for (image, result) in try snapshot(report, by: row["process"]) {
                    body(.snapshot(image: image, result))
                }
                try catalogue.write { db in try db.execute(sql: "DELETE FROM report WHERE id = ?", arguments: [id]) }
            } catch {
                let failures = (row["failures"] as Int) + 1
                let isFinal = failures >= Self.attempts
                try catalogue.write { db in
                    try db.execute(
                        sql: isFinal
                            ? "DELETE FROM report WHERE id = ?" : "UPDATE report SET failures = ? WHERE id = ?",
                        arguments: isFinal ? [id] : [failures, id])
                }
                body(.failed("a reported run has no snapshot: \(error)", isFinal: isFinal))
            }
        }
    }

    /// Makes the snapshots of one report at once. `process` is who ran it, as the mount knew it.
    package func snapshot(
        report: [UInt8], by process: String?
    ) throws(StoreError) -> [(image: String, result: SnapshotResult)] {
        try snapshot(try Report(report), by: process)
    }

    private func snapshot(
        _ report: Report, by process: String?
    ) throws(StoreError) -> [(image: String, result: SnapshotResult)] {
        let environment = try publishEnvironment(of: report)
        var images: [PreparedImage] = []
        for output in report.outputs {
            images.append(try prepare(output, of: report, by: process, environment))
        }
        let results = try commit(images)
        return zip(images, results).map { ($0.name, $1) }
    }

    /// An output as the report has it. The graph that ran is the report's: what the file says may be less, or nothing.
    private func prepare(
        _ output: Report.Output, of report: Report, by process: String?, _ environment: PublishedEnvironment?
    ) throws(StoreError) -> PreparedImage {
        guard try FileFacts.at(output.path) != nil else { throw .notFound("the output \(output.path)") }
        var image = try prepare(output.path, root: output.root)
        guard image.facts.sha256 == output.sha256 else {
            throw .conflict("\(output.path) is not the file that was reported: it has been overwritten")
        }
        let name = output.path.lastComponent?.string
        let read = RecipeReader.read(
            prompt: report.prompt, workflow: report.workflow, parameters: nil, records: nil, fileName: name)
        guard var recipe = read else { throw .refusedReport("its prompt is no graph") }
        if environment?.holdsAllNodes == true { recipe.findings.removeAll { $0.code == .nodeVersion } }
        image.recipe = recipe
        image.inputs = try inputs(of: recipe, in: report)
        image.run = Run(process: process, ended: report.ended, variation: report.variation)
        image.documents = SnapshotDocuments(
            prompt: try files.publish(report.prompt),
            workflow: try report.workflow.map { bytes throws(StoreError) in try files.publish(bytes) },
            environment: environment?.document, nodes: environment?.nodes ?? [])
        return image
    }

    /// The inputs whose bytes are still those that were read. A name in `input` is overwritten easily; the hash decides.
    private func inputs(
        of recipe: Recipe, in report: Report
    ) throws(StoreError) -> [InputReference: PreparedImage.FoundInput] {
        var found: [InputReference: PreparedImage.FoundInput] = [:]
        for use in recipe.inputs {
            guard let input = report.inputs.first(where: { $0.name == use.reference.name }) else { continue }
            if try FileFacts.at(input.path)?.kind == .file {
                let source = try Kernel.open(input.path, .readOnly)
                let blob = try files.publish(
                    source, input.path, by: .reflinkOrCopy, isKnown: { _ throws(StoreError) in false },
                    mayBeKnown: false
                ) { _ in }
                if blob.digest == input.sha256 {
                    found[use.reference] = .init(blob: blob, evidence: .observed)
                    continue
                }
            }
            if let kept = try blob(input.sha256) {
                found[use.reference] = .init(blob: .init(served: kept), evidence: .observed)
            }
        }
        return found
    }

    private struct PublishedEnvironment {
        let document: PublishedBlob
        let nodes: [PublishedBlob]
        /// Whether the code of every class that the prompt uses is known: ComfyUI's own by its version, packs by their files.
        let holdsAllNodes: Bool
    }

    /// The environment as a document of its own, equal for all runs in it, with the files of its node packs.
    private func publishEnvironment(of report: Report) throws(StoreError) -> PublishedEnvironment? {
        guard let environment = report.environment else { return nil }
        var all: [PublishedBlob] = []
        var packs: [JSON] = []
        for pack in environment["nodePacks"]?.array ?? [] {
            guard var object = pack.object else { continue }
            if let path = object["name"]?.string.flatMap({ report.nodePacks[$0] }),
                let captured = try nodePacks.capture(path, into: files)
            {
                all += captured.files.map(\.blob)
                object["files"] = .array(
                    captured.files.map {
                        [
                            "path": .string($0.path), "sha256": .string($0.blob.digest.hex),
                            "size": .integer($0.blob.size),
                        ]
                    })
                object["omitted"] = .integer(captured.omitted)
            }
            packs.append(.object(object))
        }
        guard var object = environment.object else { return nil }
        object["nodePacks"] = .array(packs)
        let captured = Set(packs.filter { $0["files"]?.array?.isEmpty == false }.compactMap { $0["name"]?.string })
        let classes = environment["objectInfo"]?.object?.members ?? []
        let holdsAll =
            !classes.isEmpty
            && classes.allSatisfy { _, info in
                guard let module = info["python_module"]?.string, module.hasPrefix("custom_nodes.") else { return true }
                return captured.contains(String(module.dropFirst("custom_nodes.".count)))
            }
        return PublishedEnvironment(
            document: try files.publish(Array(JSON.object(object).canonical().utf8)), nodes: all,
            holdsAllNodes: holdsAll)
    }
}
