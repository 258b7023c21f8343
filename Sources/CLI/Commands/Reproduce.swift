import ArgumentParser
import Comfy
import Foundation
import Recipe
import Store
import SystemPackage

/// Which ComfyUI runs a graph: one that is running, or an installation that is started for it.
struct ServerOption: ParsableArguments {
    @Option(help: "A running ComfyUI that looks into active/models of a mount, as 'http://127.0.0.1:8188'.")
    var server: String?

    @Option(help: "A ComfyUI installation to start for this, on a scratch directory, and to stop again.")
    var launch: String?

    @Option(help: "The Python to launch it with; the installation's own .venv or venv, else python3.")
    var python: String?

    @Option(help: "Give up when the server says nothing for so many seconds.") var timeout = 900

    @Argument(parsing: .postTerminator, help: "After --, arguments for the launched ComfyUI, such as --cpu.")
    var arguments: [String] = []

    func validate() throws {
        guard (server == nil) != (launch == nil) else {
            throw ValidationError("say where: --server URL, or --launch DIRECTORY")
        }
        guard timeout > 0 else { throw ValidationError("--timeout must be more than 0") }
    }

    /// A stage for these models.
    func stage(_ run: SnapshotRun, models: StageModels, pinned: [PinnedModel]) async throws -> Stage {
        if let server {
            return try await .running(try ComfyServer(server), models: models, pinned: pinned, store: run.store)
        }
        let installation = try Paths.absolute(launch ?? ".").string
        let python = try python.map { $0.contains("/") ? try Paths.absolute($0).string : $0 }
        return try await Launch(installation: installation, python: python, arguments: arguments)
            .stage(of: run.row, models: models, environment: run.document.environment, store: run.store)
    }
}

struct ReproduceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reproduce", abstract: "Make an image again from its pinned bytes, and compare the pixels.",
        discussion: """
            The result is kept with the snapshot as a certificate: what was asked, which files the process really opened, \
            where it ran, what came of it. Exit code 0 says verified, 3 other pixels, 4 not proven, 5 no result.
            """)

    @OptionGroup var image: ImageArgument
    @OptionGroup var place: ServerOption
    @Flag(help: "Print the certificate.") var json = false
    @OptionGroup var store: StoreOption

    func run() throws {
        let store = try store.open()
        let (snapshot, name) = try image.find(in: store)
        let run = try SnapshotRun(snapshot, named: name, store: store)
        let original = try original(run)
        let place = place
        let result = try Blocking.run {
            let stage = try await place.stage(run, models: .snapshot(run.row), pinned: run.models)
            do {
                let result = try await Reproduction(run: run, stage: stage, original: original, patience: place.timeout)
                    .perform()
                await stage.end()
                return result
            } catch {
                await stage.end()
                throw error
            }
        }
        try store.keep(certificate: result.certificate, result.verdict, of: run.row)
        if json {
            print(result.certificate.formatted(), terminator: "")
        } else {
            for (index, line) in result.lines.enumerated() {
                print((index == 0 ? "\(name): " : "  ") + line.withoutControls)
            }
        }
        switch result.verdict {
        case .verified: return
        case .different: throw ExitCode.otherPixels
        case .unproven, .incomparable: throw ExitCode.unproven
        }
    }

    /// The image's file: the one that was named, or where it was when it was read.
    private func original(_ run: SnapshotRun) throws -> [UInt8]? {
        let wanted = run.document.snapshot.image.sha256
        let given = try Paths.located(image.image)
        let path = try store.open().digest(ofFile: given) == wanted ? given : try run.store.file(ofImage: wanted)
        guard let path, let data = FileManager.default.contents(atPath: path.string) else { return nil }
        return [UInt8](data)
    }
}
