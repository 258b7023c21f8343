import Comfy
import Foundation
import Recipe
import Support
import SystemPackage
import Testing

/// A running stand-in for ComfyUI (Tests/StandIn), on a base directory of its own, ended with the test.
final class StandIn: Sendable {
    static let installation = FilePath(#filePath).removingLastComponent().removingLastComponent()
        .appending("StandIn")
    static let pack = FilePath(#filePath).removingLastComponent().removingLastComponent().removingLastComponent()
        .appending("integrations/comfyui/reprofs")

    let base: FilePath
    let process: ComfyProcess

    /// Where there is no Python, the test is cancelled and so counted as skipped.
    static var python: String {
        get throws {
            let path = "/usr/bin/python3"
            guard FileManager.default.isExecutableFile(atPath: path) else { try Test.cancel("skipped: no python3") }
            return path
        }
    }

    /// `models` is its models directory; with `pack`, the node pack is installed and active. With `base` it goes on in the base
    /// directory of another one.
    init(
        _ line: CommandLineFixture, models: String, pack: Bool = false, environment: [String: String] = [:],
        base: FilePath? = nil
    ) async throws {
        self.base = base ?? line.directory.appending("comfy-\(UUID().uuidString.prefix(4))")
        let base = self.base
        try FileManager.default.createDirectory(
            atPath: base.appending("custom_nodes").string, withIntermediateDirectories: true)
        if pack, !FileManager.default.fileExists(atPath: base.appending("custom_nodes/reprofs").string) {
            try FileManager.default.copyItem(
                atPath: Self.pack.string, toPath: base.appending("custom_nodes/reprofs").string)
        }
        var place = ComfyProcess.Place(
            installation: Self.installation.string, python: try Self.python, base: base.string)
        place.arguments = ["--models-directory", models]
        place.environment = environment.merging(["REPROFS_CAPTURE": pack ? "on" : "off"]) { first, _ in first }
        process = try await ComfyProcess.start(place)
    }

    var server: ComfyServer { process.server }
    var address: String { process.server.address }
    func stop() async { await process.stop() }

    /// The reports of the node pack that wait to be delivered.
    var spooledReports: [String] {
        let spool = base.appending("user/reprofs/spool").string
        return ((try? FileManager.default.contentsOfDirectory(atPath: spool)) ?? []).filter { $0.hasSuffix(".json") }
    }

    /// Runs a graph; returns the paths of what it saved.
    func run(_ graph: String, extra: JSON = [:]) async throws -> [FilePath] {
        var run = PromptRun(on: server, try JSONParser.parse(Array(graph.utf8)))
        run.extra = extra
        return try await run.outputs { _ in }.map {
            base.appending("output").appending($0.subfolder).appending($0.name)
        }
    }

    func free() async throws {
        try await server.free()
        try await Task.sleep(for: .milliseconds(300))
    }
}

/// A test with a running stand-in, which is stopped whatever happens.
func withStandIn(
    _ line: CommandLineFixture, models: String? = nil, pack: Bool = false, environment: [String: String] = [:],
    base: FilePath? = nil, _ body: (StandIn) async throws -> Void
) async throws {
    let standIn = try await StandIn(
        line, models: models ?? line.file("active/models"), pack: pack, environment: environment, base: base)
    do { try await body(standIn) } catch {
        await standIn.stop()
        throw error
    }
    await standIn.stop()
}
