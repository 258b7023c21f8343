import ArgumentParser
import Comfy
import Recipe
import Reproduction
import Store
import SystemPackage

/// Which ComfyUI runs a graph, as far as the options say.
struct ServerOption: ParsableArguments {
    @Option(
        help: "A running ComfyUI that uses a mount's active/models, such as 'http://127.0.0.1:8188'.",
        transform: ComfyServer.init)
    var server: ComfyServer?

    @Option(
        help: "A ComfyUI installation to start for this in a scratch directory, and to stop afterwards.",
        completion: .directory)
    var launch: String?

    @Option(
        help: "The Python to launch it with; the installation's own .venv or venv, else python3.", completion: .file())
    var python: String?

    @Option(help: "After how many seconds without an answer to give up.") var timeout = 900

    @Argument(parsing: .postTerminator, help: "After --, arguments for the launched ComfyUI, such as --cpu.")
    var arguments: [String] = []

    func chosen() throws -> ComfyChoice {
        guard let choice = try chosenIfAny() else {
            throw ValidationError("say where: --server URL, or --launch DIRECTORY")
        }
        return choice
    }

    /// Nil where none was named.
    func chosenIfAny() throws -> ComfyChoice? {
        guard (1...86_400).contains(timeout) else { throw ValidationError("--timeout takes 1 to 86400 seconds") }
        switch (server, launch) {
        case (let server?, nil): return ComfyChoice(.running(server), timeout: timeout)
        case (nil, let launch?):
            if let python { try Paths.requireText(python) }
            let python = try python.map { $0.utf8.contains(UInt8(ascii: "/")) ? try Paths.absolute($0).string : $0 }
            let launch = Launch(
                installation: try Paths.absolute(launch).string, python: python, arguments: arguments)
            return ComfyChoice(.launched(launch), timeout: timeout)
        case (nil, nil):
            guard python == nil, arguments.isEmpty else {
                throw ValidationError("--python and what stands after -- go with --launch DIRECTORY")
            }
            return nil
        default: throw ValidationError("say where: --server URL, or --launch DIRECTORY")
        }
    }
}
