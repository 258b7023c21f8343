import Comfy
import Foundation
package import Recipe
package import Store
import SystemPackage

/// Runs the graphs of a plan and stores the results as snapshots; graphs with the same models share a stage.
package struct VariationRuns: Sendable {
    let base: SnapshotRun
    let plan: VariationPlan
    let place: ComfyChoice
    /// Where the outputs are written.
    let directory: OpenDirectory
    let show: RunProgress

    package init(
        base: SnapshotRun, plan: VariationPlan, place: ComfyChoice, directory: OpenDirectory,
        _ show: @escaping RunProgress
    ) {
        self.base = base
        self.plan = plan
        self.place = place
        self.directory = directory
        self.show = show
    }

    /// The result of one run.
    package struct Made: Sendable {
        package let label: String
        package let files: [(path: String, bytes: [UInt8])]
        package let results: [(image: String, result: SnapshotResult)]
        /// Whether every model was seen being opened by the server's process.
        package let isProven: Bool
    }

    /// Reports every run by its number in the plan, as it ends; a run that the server refuses does not stop the others.
    package func perform(_ tell: @escaping @Sendable (Result<Made, any Error>, _ number: Int) -> Void) async throws {
        // Runs with the same models share a stage, in the order of the plan.
        var groups: [(models: [PinnedModel], runs: [Int])] = []
        for (index, run) in plan.runs.enumerated() {
            let models = try Self.models(of: run, base)
            if let same = groups.firstIndex(where: { Set($0.models) == Set(models) }) {
                groups[same].runs.append(index)
            } else {
                groups.append((models, [index]))
            }
        }
        for group in groups {
            let isBase = Set(group.models) == Set(base.models)
            try await place.staged(
                base, models: isBase ? .snapshot(base.row) : .chosen(group.models), pinned: group.models
            ) { stage in
                for index in group.runs {
                    let run = plan.runs[index]
                    do {
                        tell(.success(try await make(run, number: index + 1, on: stage, group.models)), index)
                    } catch let error as ComfyError {
                        switch error {
                        case .rejected, .failed: tell(.failure(error), index)
                        default: throw error
                        }
                    }
                }
                await Self.waitForReports(of: stage.server)
            }
        }
    }

    /// The node pack reports a run a moment after it ended, and its report may make a better snapshot than this process could. Waits
    /// until the pack has handed over its reports; five seconds at most.
    private static func waitForReports(of server: ComfyServer) async {
        for _ in 0..<50 {
            guard let untold = await server.untoldRuns(), untold > 0 else { return }
            do { try await Task.sleep(for: .milliseconds(100)) } catch { return }
        }
    }

    private func make(
        _ run: VariationPlan.Run, number: Int, on stage: Stage, _ models: [PinnedModel]
    ) async throws -> Made {
        let variation = Variation(base: base.document.id, changes: run.changes)
        let outputs = try await base.run(
            run.graph, on: stage, patience: place.timeout, extra: ["reprofs": variation.json], show)
        let ended = Timestamp.now()
        let opened = try await base.opened(on: stage, models)
        let saved = outputs.filter { $0.file.type == "output" }
        var files: [(path: String, bytes: [UInt8])] = []
        for (index, output) in (saved.isEmpty ? outputs : saved).enumerated() {
            let part = outputs.count > 1 ? "-\(index + 1)" : ""
            let name = "\(Self.padded(number))-\(Self.plain(run.label))\(part)\(output.file.suffix)"
            let entry = try directory.add(
                output.bytes, as: try EntryName(name), isPrivate: base.row.document.isPrivate)
            files.append((directory.path(of: [entry]).string, output.bytes))
        }
        let report = try await report(run, variation, files, ended, stage)
        let results = try base.store.snapshot(report: Array(report.compact().utf8), by: stage.process?.identity)
        let isProven =
            stage.process != nil && opened.strangers.isEmpty
            && Set(opened.proven.map(\.name.key)).isSuperset(of: models.map(\.key))
        return Made(label: run.label, files: files, results: results, isProven: isProven)
    }

    /// The report that the node pack would write about the run.
    private func report(
        _ run: VariationPlan.Run, _ variation: Variation, _ files: [(path: String, bytes: [UInt8])],
        _ ended: Timestamp, _ stage: Stage
    ) async throws -> JSON {
        var environment = try await stage.server.environment(of: stage.process).object ?? .init()
        let classes = Set((ComfyGraph(run.graph)?.list ?? []).map(\.classType)).sorted()
        environment["objectInfo"] = try await stage.server.objectInfo(of: classes).brief
        // A launched server runs the pinned node packs.
        if stage.hasInputs, base.row.nodes != nil {
            environment["nodePacks"] = base.document.environment?["nodePacks"] ?? .null
        }
        return [
            "schema": DocumentSchema.report.json, "ended": .integer(ended.nanoseconds),
            "prompt": .string(run.graph.python()),
            "workflow": .null,
            "outputs": .array(
                files.map {
                    [
                        "path": .string($0.path), "root": .string(directory.path.string),
                        "sha256": .string(SHA256.digest(of: $0.bytes).hex),
                    ]
                }),
            "inputs": .array(
                base.document.snapshot.recipe.inputs.compactMap { use in
                    use.resolution.map {
                        ["name": .string(use.reference.name), "path": "", "sha256": .string($0.sha256.hex)]
                    }
                }),
            "outside": .object(
                .init(
                    base.document.snapshot.recipe.inputs.filter(\.reference.isOutside).map {
                        ($0.reference.name, .string(InputReference.outside))
                    })),
            "environment": .object(environment), "variation": variation.json,
        ]
    }

    /// The models of a run: the snapshot's, except for those that the run changes.
    package static func models(of run: VariationPlan.Run, _ base: SnapshotRun) throws -> [PinnedModel] {
        guard let graph = ComfyGraph(run.graph) else { return base.models }
        var found: [PinnedModel] = []
        let references = graph.modelReferences(in: graph.list)
        for use in base.document.snapshot.recipe.models {
            let isChanged = run.changes.contains {
                $0.node == use.reference.node && $0.input == use.reference.input
            }
            let path = use.pinnedPath
            guard !isChanged, let resolution = use.resolution, let folder = path.first,
                let inner = ModelPath(path.dropFirst())
            else { continue }
            found.append(
                PinnedModel(
                    folder: folder, path: inner, sha256: resolution.sha256, version: resolution.version))
        }
        for change in run.changes {
            for reference in references where reference.node == change.node && reference.input == change.input {
                found.append(try model(reference, version: run.versions[change], base))
            }
        }
        // One name can stand for only one file.
        let byName = Dictionary(grouping: Set(found), by: \.key)
        if let clash = byName.first(where: { $0.value.count > 1 }) {
            throw VariationError("\(clash.key) would have to be two versions at once")
        }
        return Array(Set(found))
    }

    private static func model(_ reference: ModelReference, version: Int?, _ base: SnapshotRun) throws -> PinnedModel {
        let folders = reference.folder.map { Folder.searched(for: $0).compactMap { try? EntryName($0) } } ?? []
        for path in reference.candidates {
            for folder in folders {
                let name = ViewPath([folder] + path.components)
                let all = try base.store.versions(called: name.description)
                    .filter { ViewPath(parsing: "\($0.folder)/\($0.name)") == name }
                guard !all.isEmpty else { continue }
                guard
                    let found = version.map({ number in all.first { $0.number == number } })
                        ?? (all.first(where: \.isLive) ?? all.last)
                else { throw VariationError("\(folder)/\(path) has no version \(version ?? 0); it has \(all.count)") }
                return PinnedModel(folder: folder, path: path, sha256: found.sha256, version: found.number)
            }
        }
        let place = folders.first.map { "\($0)/" } ?? ""
        throw UnknownModel(name: reference.name, folder: folders.first, place: place + reference.name)
    }

    private static func padded(_ number: Int) -> String {
        String(repeating: "0", count: max(0, 3 - String(number).count)) + String(number)
    }

    /// A label, as part of a file name.
    private static func plain(_ label: String) -> String {
        String(label.map { $0.isLetter || $0.isNumber || "=.-@_".contains($0) ? $0 : "_" }.prefix(80))
    }
}

/// A plan names a model that the store does not have.
package struct UnknownModel: Error, CustomStringConvertible {
    /// The name as it was given.
    package let name: String
    package let folder: EntryName?
    /// The same, below the folder in which it was looked for.
    package let place: String

    package var description: String {
        "the store has no model '\(name)'" + (folder.map { " in \($0)" } ?? "")
    }
}

extension JSON {
    /// The parts of `/object_info` that a snapshot keeps: kinds and defaults, without lists of files.
    fileprivate var brief: JSON {
        var found = JSON.Object()
        for (name, info) in object?.members ?? [] {
            var inputs = JSON.Object()
            for kind in ["required", "optional"] {
                guard let members = info["input"]?[kind]?.object?.members else { continue }
                var specs = JSON.Object()
                for (input, spec) in members { specs[input] = spec.withoutFiles }
                inputs[kind] = .object(specs)
            }
            found[name] = ["python_module": info["python_module"] ?? .null, "input": .object(inputs)]
        }
        return .object(found)
    }

    private var withoutFiles: JSON {
        guard let spec = array, let kind = spec.first else { return self }
        var parts = [kind]
        if let options = kind.array {
            let isFiles = options.contains { $0.string?.contains(".") == true }
            parts = [.array(isFiles || options.count > 200 ? [] : options)]
        }
        if let fallback = spec.dropFirst().first?["default"], fallback.object == nil, fallback.array == nil {
            parts.append(["default": fallback])
        }
        return .array(parts)
    }
}
