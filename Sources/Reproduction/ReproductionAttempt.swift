import Comfy
import Foundation
package import Recipe
import Store

/// Makes an image again from its pinned bytes, and proves the result.
package struct ReproductionAttempt: Sendable {
    let run: SnapshotRun
    let stage: Stage
    /// The image to compare with.
    let original: [UInt8]?
    /// How many seconds of silence end the wait for the server.
    let patience: Int
    let show: RunProgress

    package struct Result: Sendable {
        package let verdict: ReproductionVerdict
        package let certificate: JSON
        /// The result for people, in lines.
        package let lines: [String]
        /// The picture that was made; of several, the nearest.
        package let picture: (name: String, bytes: [UInt8])
    }

    /// Makes a snapshot's image again on a ComfyUI, and stores the certificate. `original` is the image to compare with.
    package static func make(
        _ run: SnapshotRun, on place: ComfyChoice, original: [UInt8]?, _ show: @escaping RunProgress
    ) async throws -> Result {
        let result = try await place.staged(run, models: .snapshot(run.row), pinned: run.models) { stage in
            let attempt = Self(run: run, stage: stage, original: original, patience: place.timeout, show: show)
            let present = try await stage.server.environment(of: stage.process)
            do { return try await attempt.perform(present) } catch let error as ComfyError where error.endsRun {
                // A failure is a result, too, which is shown when somebody asks how far the image can be made again.
                try run.store.keep(certificate: attempt.failure(error, present), .failed, of: run.row)
                throw error
            }
        }
        try run.store.keep(certificate: result.certificate, result.verdict, of: run.row)
        return result
    }

    /// `present` is the present environment.
    private func perform(_ present: JSON) async throws -> Result {
        let recorded = run.document.environment
        let reasons = recorded.map { EnvironmentComparison.reasons(recorded: $0, present: present) } ?? []
        let nodes = try await run.differences(on: stage.server)
        let preventing = nodes.filter(\.prevents)
        guard preventing.isEmpty else {
            var lines = preventing.map(\.message)
            if let commit = recorded?["comfyui"]?["commit"]?.string {
                lines.append("it was made with ComfyUI at \(commit)")
            }
            throw ComfyError.rejected(lines)
        }
        let expected = try run.store.pixels(ofSnapshot: run.row.id)
        var outputs = try await run.run(run.graph, on: stage, patience: patience, show)
        var opened = try await run.opened(on: stage, run.models)
        if stage.manner == "server", stage.process != nil, !unseen(opened.proven).isEmpty {
            // The server may still hold a model from before, and takes a while to unload it.
            try await Stage.settle(stage.server)
            outputs = try await run.run(run.graph, on: stage, patience: patience, show)
            opened = try await run.opened(on: stage, run.models)
        }
        guard let outcome = Outcome.nearest(of: outputs, expected: expected, original: original) else {
            throw ComfyError.unexpected("the run left no file")
        }
        let isProven = stage.process != nil && unseen(opened.proven).isEmpty && opened.strangers.isEmpty
        let verdict: ReproductionVerdict =
            expected == nil ? .incomparable : !outcome.isSame ? .different : isProven ? .verified : .unproven
        return Result(
            verdict: verdict,
            certificate: certificate(verdict, outcome, opened, present, reasons, nodes, expected),
            lines: lines(verdict, outcome, opened, reasons, nodes),
            picture: (outcome.file.name, outputs.first { $0.file == outcome.file }?.bytes ?? []))
    }

    /// Pinned models that the process was not seen to open.
    private func unseen(_ proven: [LoadListing]) -> [PinnedModel] {
        let seen = Set(proven.map(\.name.key))
        return run.models.filter { !seen.contains($0.key) }
    }

    private func lines(
        _ verdict: ReproductionVerdict, _ outcome: Outcome,
        _ opened: (proven: [LoadListing], strangers: [LoadListing]), _ reasons: [Reason],
        _ nodes: [NodeClasses.Difference]
    ) -> [String] {
        var lines: [String] = []
        switch verdict {
        case .failed: lines.append("it has no picture")
        case .verified: lines.append("verified: the same pixels, from the pinned bytes")
        case .unproven: lines.append("the same pixels, but it is not proven that they came from the pinned bytes")
        case .different: lines.append("other pixels" + (outcome.difference.map { ": \($0)" } ?? ""))
        case .incomparable:
            lines.append("it ran, but the pixels of this kind of file are not exact, so they cannot be compared")
        }
        if stage.process == nil { lines.append("which process the server is cannot be seen from here") }
        for model in unseen(opened.proven) { lines.append("\(model.folder)/\(model.path) was not seen being opened") }
        for load in opened.strangers {
            lines.append("\(load.name.folder)/\(load.name.name) was opened with other bytes: \(load.sha256.autoV2)")
        }
        if verdict != .verified {
            lines += reasons.map(\.message)
            lines += nodes.map(\.message)
            if run.document.environment == nil, verdict == .different {
                lines.append(
                    "the environment in which the image was made is not recorded; it may have been a different one")
            }
        }
        if let place = stage.place(of: outcome.file) { lines.append("the picture is \(place)") }
        return lines + stage.notes
    }

    /// The certificate of a run without a picture.
    private func failure(_ error: ComfyError, _ present: JSON) throws -> JSON {
        let opened = try stage.process.map { try run.seen(run.models, by: $0, since: stage.since) } ?? ([], [])
        let recorded = run.document.environment
        let reasons = recorded.map { EnvironmentComparison.reasons(recorded: $0, present: present) } ?? []
        let expected = try run.store.pixels(ofSnapshot: run.row.id)
        let problem = error.lines.joined(separator: " ")
        return certificate(.failed, nil, opened, present, reasons, [], expected, problem: problem)
    }

    private func certificate(
        _ verdict: ReproductionVerdict, _ outcome: Outcome?,
        _ opened: (proven: [LoadListing], strangers: [LoadListing]), _ present: JSON, _ reasons: [Reason],
        _ nodes: [NodeClasses.Difference], _ expected: Digest?, problem: String? = nil
    ) -> JSON {
        [
            "schema": DocumentSchema.certificate.json, "snapshot": .string(run.document.id.hex),
            "time": .string(Timestamp.now().description), "verdict": .string(verdict.rawValue),
            "manner": .string(stage.manner), "server": .string(stage.server.address),
            "process": stage.process.map {
                [
                    "identity": .string($0.identity), "pid": .integer($0.pid),
                    "started": .string($0.started.description),
                    "executable": .string(orNull: $0.executable),
                ]
            } ?? .null,
            "asked": ["prompt": .string(orNull: run.row.prompt?.digest.hex), "pixels": .string(orNull: expected?.hex)],
            "pinned": .array(
                run.models.map {
                    [
                        "folder": .string($0.folder.text), "name": .string($0.path.description),
                        "sha256": .string($0.sha256.hex), "version": .integer(orNull: $0.version),
                    ]
                }),
            "inputs": .array(
                run.document.snapshot.recipe.inputs.map {
                    ["name": .string($0.reference.name), "sha256": .string(orNull: $0.resolution?.sha256.hex)]
                }),
            "opened": .array((opened.proven + opened.strangers).map(\.json)),
            "problem": .string(orNull: problem), "result": outcome?.json ?? .null,
            "environment": ["recorded": run.document.environment ?? .null, "present": present],
            "differences": .array(
                reasons.map { ["code": .string($0.code.rawValue), "message": .string($0.message)] }
                    + nodes.map { ["code": "node.class", "message": .string($0.message)] }),
        ]
    }
}

extension LoadListing {
    fileprivate var json: JSON {
        [
            "view": .string(name.view), "folder": .string(name.folder), "name": .string(name.name),
            "sha256": .string(sha256.hex), "first": .string(first.description), "last": .string(last.description),
            "opens": .integer(opens),
        ]
    }
}
