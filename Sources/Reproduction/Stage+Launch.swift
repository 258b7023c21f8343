import Comfy
import Foundation
import Recipe
import Store

/// A ComfyUI that is started in a scratch base directory, whose models, inputs and node packs are links into the pinned view.
package struct Launch: Sendable {
    let installation: String
    let python: String?
    let arguments: [String]

    package init(installation: String, python: String?, arguments: [String]) {
        self.installation = installation
        self.python = python
        self.arguments = arguments
    }

    /// The snapshot itself shows its `models`; other models are shown by `active/models` meanwhile.
    func stage(of row: SnapshotRow, models: StageModels, environment: JSON?, store: Store) async throws -> Stage {
        let scratch = try Scratch()
        do {
            return try await stage(of: row, models: models, environment: environment, store: store, scratch)
        } catch {
            await scratch.remove()
            throw error
        }
    }

    private func stage(
        of row: SnapshotRow, models: StageModels, environment: JSON?, store: Store, _ scratch: Scratch
    ) async throws -> Stage {
        let mount = try await scratch.mount(of: store)
        let view = "\(mount)/by-snapshot/\(row.short)"
        var modelsPath = view + "/models"
        var putBack: @Sendable () -> Void = {}
        if case .chosen(let chosen) = models {
            let loan = try store.lendActive(to: chosen)
            putBack = { loan.end() }
            modelsPath = mount + "/active/models"
            do { try ActiveSwitch(store).acknowledged(loan.generation) } catch {
                putBack()
                throw error
            }
        }
        let restore = putBack
        do {
            var notes: [String] = []
            try scratch.link("models", to: modelsPath)
            try scratch.link("input", to: view + "/input")
            if row.nodes != nil {
                try scratch.link("custom_nodes", to: view + "/custom_nodes")
            } else if FileManager.default.fileExists(atPath: installation + "/custom_nodes") {
                try scratch.link("custom_nodes", to: installation + "/custom_nodes")
                notes.append("the node packs were not captured; those of \(installation) are used")
            }
            try scratch.makeDirectories(["output", "user", "temp"])
            try scratch.write(
                ModelPaths.text(["What is pinned."], base: modelsPath, folders: Folder.listed), to: "paths.yaml")
            var place = ComfyProcess.Place(installation: installation, python: interpreter, base: scratch.path)
            place.arguments = carried(from: environment, &notes) + arguments
            for (name, value) in EnvironmentComparison.threads(of: environment) { place.environment[name] = value }
            let since = Timestamp.now()
            let comfy = try await ComfyProcess.start(place)
            var stage = Stage(
                comfy.server, process: Opener(process: comfy.pid), since: since, manner: "launch", hasInputs: true,
                mount: mount, isThere: { comfy.isRunning }
            ) {
                await comfy.stop()
                restore()
                await scratch.remove()
            }
            stage.notes = notes
            return stage
        } catch {
            restore()
            throw error
        }
    }

    /// Flags of the recorded run that are not given here, as far as this ComfyUI has them; notes those that it lacks.
    private func carried(from environment: JSON?, _ notes: inout [String]) -> [String] {
        let known = ComfyProcess.flags(of: installation)
        let all = EnvironmentComparison.carriedFlags(of: environment)
        let carried = EnvironmentComparison.carriedFlags(of: environment) { known?.contains($0) != false }
        let missing = all.filter { $0.hasPrefix("--") && !carried.contains($0) }
        if !missing.isEmpty {
            notes.append(
                "\(installation) does not have the flags \(missing.joined(separator: " ")), with which the image was made"
            )
        }
        return carried.filter { !arguments.contains($0) }
    }

    private var interpreter: String {
        if let python { return python }
        let own = [".venv/bin/python", "venv/bin/python"].map { "\(installation)/\($0)" }
        return own.first { FileManager.default.isExecutableFile(atPath: $0) } ?? Self.search("python3")
            ?? "/usr/bin/python3"
    }

    private static func search(_ name: String) -> String? {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        return path.split(separator: ":").map { "\($0)/\(name)" }.first {
            FileManager.default.isExecutableFile(atPath: $0)
        }
    }
}
