import Foundation
import GRDB
import Glibc
import Recipe
import SystemPackage

// Makes the snapshots of a report.

extension Store {
    func snapshot(
        _ report: RunReport, by process: String?, _ reader: ReportReader
    ) throws(StoreError) -> [(image: String, result: SnapshotResult)] {
        let environment = try publishEnvironment(of: report, by: reader)
        var images: [PreparedImage] = []
        var gone: StoreError?
        var inputs: [Digest: PublishedBlob?] = [:]
        for output in report.outputs {
            do throws(StoreError) {
                images.append(try prepare(output, of: report, by: process, reader, environment, &inputs))
            } catch {
                switch error {
                // An output that no longer exists, or may not be read, gets no snapshot, but the others do. If a report is delivered twice,
                // its snapshot may exist already.
                case .notFound, .conflict:
                    if try snapshot(ofImage: output.sha256) == nil { gone = error }
                case .refusedReport:
                    gone = error
                    reader.leaveOut("output '\(output.path)'", error)
                default: throw error
                }
            }
        }
        if let gone, images.isEmpty { throw gone }
        let results = try commit(images)
        return zip(images, results).map { ($0.name, $1) }
    }

    /// Prepares one output of the report. The graph that ran is the report's: the file may say less, or nothing.
    private func prepare(
        _ output: RunReport.Output, of report: RunReport, by process: String?, _ reader: ReportReader,
        _ environment: PublishedEnvironment?, _ inputs: inout [Digest: PublishedBlob?]
    ) throws(StoreError) -> PreparedImage {
        var image = try prepare(FilePath(output.path), root: output.root.map { FilePath($0) }, told: reader)
        guard image.facts.sha256 == output.sha256 else {
            throw .conflict("\(output.path) is not the file that was reported: it has been overwritten")
        }
        let name = FilePath(output.path).lastComponent?.string
        let told = report.environment?["objectInfo"]
        // What another user's process reports about classes is used for its own images only.
        if let told, reader.isOwn { try KnownClasses.learn(told, store: path) }
        let classes = told.map { self.classes.extended(byObjectInfo: $0) }
        let read = RecipeReader.read(
            prompt: report.prompt, workflow: report.workflow, parameters: nil, records: nil, fileName: name,
            node: output.node, classes: classes ?? self.classes)
        guard var recipe = read else { throw .refusedReport("its prompt is not a graph") }
        if image.isFilm { recipe.holdsItsBatch() }
        recipe.take(reported: report.environment, holdsAllNodes: environment?.holdsAllNodes == true)
        let nodes = (try? JSONParser.parse(report.prompt)).flatMap {
            ComfyGraph($0, classes: classes ?? self.classes)?.classes(making: name, at: output.node)
        }
        let outside = OutsideFiles(of: report, nodes: nodes ?? [:], besides: recipe)
        recipe.inputs += outside.references.map(Recipe.InputUse.init)
        image.inputs = try self.inputs(of: recipe, in: report, by: reader, &inputs)
        outside.settle(&recipe, found: image.inputs)
        let (uses, found) = (recipe.inputs, image.inputs)
        recipe.doubt(
            nodes: nodes ?? [:], changes: report.changes, classes: told,
            isPinned: { node, input in outside.isPinned(node, input, in: uses, found: found) },
            isCaptured: { pack, path in
                guard let begun = report.begun else { return false }
                return environment?.packs[pack]?.holds(path, asOf: begun) == true
            })
        image.recipe = recipe
        image.run = Run(process: process, ended: report.ended, variation: report.variation)
        image.run?.activity = RunActivity(report, nodes: nodes ?? [:])
        // Documents of the run are as private as the image.
        let isPrivate = !image.file.isReadableByAll
        image.documents = SnapshotDocuments(
            prompt: try files.publish(report.prompt, isPrivate: isPrivate),
            workflow: try report.workflow.map { bytes throws(StoreError) in
                try files.publish(bytes, isPrivate: isPrivate)
            },
            environment: environment?.document, nodes: environment?.nodes ?? [])
        return image
    }

    /// Finds the inputs whose bytes are still those that were read. A name in `input` is easily overwritten, so the hash decides before
    /// anything is kept. `known`: what was found for other outputs of the report.
    private func inputs(
        of recipe: Recipe, in report: RunReport, by reader: ReportReader,
        _ known: inout [Digest: PublishedBlob?]
    ) throws(StoreError) -> [InputReference: PreparedImage.FoundInput] {
        var found: [InputReference: PreparedImage.FoundInput] = [:]
        for use in recipe.inputs {
            guard let input = report.inputs.first(where: { use.reference.isNamed(by: $0.name) }) else { continue }
            if OutsideFiles.refusal(of: use.reference) != nil { continue }
            let blob: PublishedBlob?
            if let before = known[input.sha256] {
                blob = before
            } else {
                blob = try publish(
                    input, atMost: use.reference.isOutside ? OutsideFiles.limit : ReportReader.inputLimit, by: reader)
                known[input.sha256] = .some(blob)
            }
            if let blob { found[use.reference] = .init(blob: blob, evidence: .observed) }
        }
        return found
    }

    private func publish(
        _ input: RunReport.Input, atMost limit: Int, by reader: ReportReader
    ) throws(StoreError) -> PublishedBlob? {
        let path = FilePath(input.path)
        // A file that is gone, or that the writer cannot read, counts as not found.
        if let source = try? reader.file(path) {
            let facts = try source.facts()
            do throws(StoreError) {
                try reader.require(facts.size, atMost: limit, path)
                if try files.hash(source.descriptor, path, size: facts.size) == input.sha256 {
                    return try files.publish(source.descriptor, path, size: facts.size, as: input.sha256)
                }
            } catch {
                switch error {
                case .changedWhileRead, .refusedReport: reader.leaveOut("input '\(input.name)'", error)
                default: throw error
                }
            }
        }
        return try blob(input.sha256).map { PublishedBlob(served: $0) }
    }

    private struct PublishedEnvironment {
        let document: PublishedBlob
        let nodes: [PublishedBlob]
        /// Whether the code of every class in the prompt is known: ComfyUI's own by its version, packs by their files.
        let holdsAllNodes: Bool
        /// What was captured of each pack, by name.
        let packs: [String: NodePacks.Capture]
    }

    /// Publishes the environment as a document of its own, which all runs in it share, and the files of its node packs.
    private func publishEnvironment(
        of report: RunReport, by reader: ReportReader
    ) throws(StoreError) -> PublishedEnvironment? {
        guard let environment = report.environment else { return nil }
        var all: [PublishedBlob] = []
        var packs: [JSON] = []
        var captures: [String: NodePacks.Capture] = [:]
        let directories = PackDirectories(
            base: report.base.map { FilePath($0) }, pathFiles: report.pathFiles.map { FilePath($0) }, reader)
        for pack in environment["nodePacks"]?.array ?? [] {
            guard var object = pack.object else { continue }
            if let name = object["name"]?.string, let path = report.nodePacks[name].map({ FilePath($0) }) {
                let captured: NodePacks.Capture
                do throws(StoreError) {
                    captured = try nodePacks.capture(path, by: reader, from: directories, into: files)
                } catch {
                    guard let why = error.refusal else { throw error }
                    object["refused"] = .string(why)
                    packs.append(.object(object))
                    continue
                }
                captures[name] = captured
                all += captured.files.map(\.blob)
                object["files"] = .array(
                    captured.files.map {
                        [
                            "path": .string($0.path), "sha256": .string($0.blob.digest.hex),
                            "size": .integer($0.blob.size),
                        ]
                    })
                object["digest"] = .string(
                    SHA256.digest(of: Array((object["files"] ?? .null).canonical().utf8)).hex)
                object["omitted"] = .integer(captured.omitted)
                if !captured.leftOut.isEmpty { object["leftOut"] = .array(captured.leftOut.map(\.json)) }
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
            holdsAllNodes: holdsAll, packs: captures)
    }
}

extension StoreError {
    /// Why something that a report names is left out; nil if the whole report is to be tried again.
    var refusal: String? {
        switch self {
        case .refusedReport(let why), .refusedName(let why): why
        case .notFound: "it is not there"
        case .system(_, _, let errno)
        where [.permissionDenied, .notPermitted, .noSuchFileOrDirectory, .notDirectory, .tooManySymbolicLinkLevels]
            .contains(errno):
            "the user who reported it cannot read it"
        default: nil
        }
    }
}
