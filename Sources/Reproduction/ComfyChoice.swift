package import Comfy
import Recipe
import Store

/// The chosen ComfyUI: a running server, or an installation that is started for this.
package struct ComfyChoice: Sendable {
    package enum Place: Sendable {
        case running(ComfyServer)
        case launched(Launch)
    }

    let place: Place
    /// How many seconds of silence end the wait for the server.
    let timeout: Int

    /// Whether it is started for this, so that afterwards it and its files are gone.
    package var isLaunched: Bool { if case .launched = place { true } else { false } }

    /// What a person knows it by.
    package var name: String {
        switch place {
        case .running(let server): server.address
        case .launched(let launch): "the ComfyUI in \(launch.installation), started for it"
        }
    }

    /// The option by which a command is told of it.
    package var option: (name: String, value: String) {
        switch place {
        case .running(let server): ("--server", server.address)
        case .launched(let launch): ("--launch", launch.installation)
        }
    }

    package init(_ place: Place, timeout: Int) {
        self.place = place
        self.timeout = timeout
    }

    /// Throws unless the server answers and uses a mount of this store, or the installation is there: what can be known before the bytes of
    /// a run are brought, which may take hours.
    package func requireReady(for run: SnapshotRun) async throws {
        switch place {
        case .running(let server): _ = try await Stage.mounts(of: server, look: run.models, store: run.store)
        case .launched(let launch): try ComfyProcess.requireInstallation(launch.installation)
        }
    }

    /// Runs `body` on a stage for these models, and restores everything however that ends.
    func staged<Result: Sendable>(
        _ run: SnapshotRun, models: StageModels, pinned: [PinnedModel],
        _ body: @Sendable (Stage) async throws -> Result
    ) async throws -> Result {
        let stage =
            switch place {
            case .running(let server):
                try await Stage.running(server, models: models, pinned: pinned, store: run.store)
            case .launched(let launch):
                try await launch.stage(
                    of: run.row, models: models, environment: run.document.environment, store: run.store)
            }
        do {
            let result = try await body(stage)
            await stage.end()
            return result
        } catch {
            await stage.end()
            throw error
        }
    }
}
