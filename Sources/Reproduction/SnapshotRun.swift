package import Comfy
import Foundation
package import Recipe
package import Store
package import SystemPackage

/// Receives the progress of a run.
package typealias RunProgress = @Sendable (PromptRun.Progress) -> Void

/// A snapshot's graph, ready to run again: its bytes and inputs are available.
package struct SnapshotRun: Sendable {
    package let store: Store
    package let row: SnapshotRow
    package let document: RecipeDocument
    package let graph: JSON
    /// The pinned files of the graph's models, under the names that it uses.
    package let models: [PinnedModel]
    /// Whether its progress has previews of the picture.
    package var wantsPreviews = false

    /// `isComplete` says whether every pinned byte has to be here; if not, ``requireBytes()`` is to be called before anything runs.
    package init(_ snapshot: Int64, named name: String, store: Store, isComplete: Bool = true) throws {
        guard let row = try store.snapshot(snapshot) else { throw StoreError.notFound("the snapshot") }
        self.store = store
        self.row = row
        document = try store.recipeDocument(of: snapshot, named: name)
        guard let prompt = document.prompt else {
            throw ReproductionError(
                "\(name) has no record of the graph that ran, so there is nothing to queue; '\(ShellCommand.reprofs("explain"))' says more"
            )
        }
        var edit = GraphEdit(try JSONParser.parse(prompt))
        edit.removeMarks()
        graph = edit.graph
        models = try store.pinnedModels(of: row)
        try requirePins()
        if isComplete { try requireBytes() }
    }

    /// Throws unless everything that the graph names is pinned.
    private func requirePins() throws {
        let recipe = document.snapshot.recipe
        var absent = recipe.models.filter { $0.resolution == nil }.map { "the model \($0.reference.name)" }
        absent += recipe.inputs.filter { $0.resolution == nil }.map { "the input \($0.reference.name)" }
        guard absent.isEmpty else {
            throw ReproductionError("it cannot be reproduced: \(absent.joined(separator: ", ")) is not in the store")
        }
    }

    /// Throws unless everything that is pinned is here.
    package func requireBytes() throws {
        let recipe = document.snapshot.recipe
        for use in recipe.models.compactMap(\.resolution) + recipe.inputs.compactMap(\.resolution) {
            guard let blob = try store.blob(use.sha256) else { throw StoreError.blobMissing(use.sha256) }
            _ = try store.contents(of: blob)
        }
    }

    /// The bytes of the image's file: of the one that was given, or of the one that was read.
    package func original(_ given: FilePath? = nil) throws -> [UInt8]? {
        let wanted = document.snapshot.image.sha256
        let own = try given.flatMap { try store.digest(ofFile: $0) == wanted ? $0 : nil }
        let path = try own ?? store.file(ofImage: wanted)
        return try path.map { try OpenFile(named: $0).bytes() }
    }

    /// The graph for the server: outputs go into a directory of their own, and inputs have names on the server.
    func prepared(_ graph: JSON, on stage: Stage) async throws -> JSON {
        var edit = GraphEdit(graph)
        edit.save(under: "reprofs/\(row.short)")
        let inputs = document.snapshot.recipe.inputs
        for use in inputs where use.reference.isOutside { try name(use, in: &edit, on: stage) }
        guard !stage.hasInputs else { return edit.graph }
        for use in inputs where !use.reference.isOutside {
            guard let resolution = use.resolution, let blob = try store.blob(resolution.sha256) else { continue }
            // Temporary files are cleaned up by the server, and overwrite none of its owner's files.
            let stored = try await stage.server.upload(
                try store.bytes(of: blob), name: resolution.path.name.text, subfolder: "reprofs-\(row.short)",
                type: "temp")
            for (input, value) in edit.graph[use.reference.node]?["inputs"]?.object?.members ?? []
            where value.string.map(use.reference.isNamed) == true {
                edit.set(input, of: use.reference.node, to: .string("\(stored) [temp]"))
            }
        }
        return edit.graph
    }

    /// If a node names a file outside ComfyUI's directories, names the pinned one instead, unless the file still has the same bytes.
    private func name(_ use: Recipe.InputUse, in edit: inout GraphEdit, on stage: Stage) throws {
        guard let resolution = use.resolution else { return }
        let name = use.reference.name
        if name.utf8.first == UInt8(ascii: "/"), let now = try? store.digest(ofFile: FilePath(name)),
            now == resolution.sha256
        {
            return
        }
        guard let mount = stage.mount else {
            throw ReproductionError(
                "node \(use.reference.node) reads the file \(name) by its path, which a server on another machine cannot"
            )
        }
        for (input, value) in edit.graph[use.reference.node]?["inputs"]?.object?.members ?? []
        where value.string == name {
            let path = "\(mount)/by-snapshot/\(row.short)/input/\(resolution.path)"
            edit.set(input, of: use.reference.node, to: .string(path))
        }
    }

    /// Differences between the inputs of the server's node classes and those when the image was made.
    func differences(on server: ComfyServer) async throws -> [NodeClasses.Difference] {
        guard let nodes = ComfyGraph(graph) else { return [] }
        return try await server.differences(of: nodes, recorded: document.environment)
    }

    /// Queues a graph on a stage and returns its outputs.
    func run(
        _ graph: JSON, on stage: Stage, patience: Int, extra: JSON = [:], _ show: @escaping RunProgress
    ) async throws -> [(file: RunOutput, bytes: [UInt8])] {
        var run = PromptRun(on: stage.server, try await prepared(graph, on: stage))
        run.patience = patience
        run.isThere = stage.isThere
        run.extra = extra
        run.wantsPreviews = wantsPreviews
        let outputs = try await run.outputs { show($0) }
        var files: [(RunOutput, [UInt8])] = []
        // All outputs are held in memory until they are compared.
        var room = 1 << 30
        for output in outputs {
            let bytes = try await stage.server.view(output)
            room -= bytes.count
            guard room >= 0 else { throw ComfyError.tooLong("the run, all its outputs together,", limit: 1 << 30) }
            files.append((output, bytes))
        }
        return files
    }

    /// The pinned models that the stage's process was seen to open under their names since it was set up; and other bytes that it opened
    /// under one of those names.
    func opened(
        on stage: Stage, _ models: [PinnedModel]
    ) async throws -> (proven: [LoadListing], strangers: [LoadListing]) {
        guard let process = stage.process else { return ([], []) }
        // The mount writes what it saw a moment later.
        for _ in 0..<20 {
            let seen = try seen(models, by: process, since: stage.since)
            if Set(seen.proven.map(\.name.key)).count == models.count { return seen }
            try await Task.sleep(for: .milliseconds(100))
        }
        return try seen(models, by: process, since: stage.since)
    }

    /// The same, as far as it has been written.
    func seen(
        _ models: [PinnedModel], by process: Opener, since: Timestamp
    ) throws -> (proven: [LoadListing], strangers: [LoadListing]) {
        let loads = try store.loads(by: process.identity, since: since, limit: 100_000)
        let wanted = Dictionary(models.map { ($0.key, $0.sha256) }) { first, _ in first }
        let named = loads.filter { wanted[$0.name.key] != nil }
        return (
            named.filter { wanted[$0.name.key] == $0.sha256 }, named.filter { wanted[$0.name.key] != $0.sha256 }
        )
    }
}

extension LoadName {
    /// The name by which loads and pinned models are compared.
    var key: ViewPath { path }
}

extension PinnedModel {
    var key: ViewPath { ViewPath([folder] + path.components) }
}
