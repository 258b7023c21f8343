import Comfy
import Foundation
import Recipe
import Support
import SystemPackage
import Testing

/// The built `reprofs`, run as a user runs it, on a store and a mount point of its own.
final class CommandLineFixture: Sendable {
    let directory: TemporaryDirectory
    var store: FilePath { directory.appending("store") }
    var mountPoint: FilePath { directory.appending("mount point") }

    init() throws { directory = try TemporaryDirectory() }

    /// Whatever a test did, it leaves no mount behind.
    deinit { unmount() }

    func unmount() {
        if isMounted { _ = try? run("unmount", mountPoint.string) }
        if isMounted { umount2(mountPoint.string, CInt(MNT_DETACH)) }
    }

    struct Outcome {
        let status: Int32
        let output: String
        let complaint: String
        var json: JSON? { try? JSONParser.parse(output) }
    }

    /// The executable beside the test bundle, which is mapped into this process.
    static let executable: String = {
        let maps = (try? String(contentsOfFile: "/proc/self/maps", encoding: .utf8)) ?? ""
        let bundle = maps.split(separator: "\n").lazy.compactMap { line in
            line.hasSuffix(".xctest") ? line.firstIndex(of: "/").map { String(line[$0...]) } : nil
        }.first
        return FilePath(bundle ?? CommandLine.arguments[0]).removingLastComponent().appending("reprofs").string
    }()

    @discardableResult
    func run(_ arguments: String...) throws -> Outcome {
        try run(tool: Self.executable, arguments, environment: ["REPROFS_STORE": store.string])
    }

    @discardableResult
    func run(tool: String, _ arguments: [String], environment: [String: String] = [:]) throws -> Outcome {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: tool)
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        let output = directory.appending("output.txt").string
        let complaint = directory.appending("complaint.txt").string
        for path in [output, complaint] { _ = FileManager.default.createFile(atPath: path, contents: nil) }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle(forWritingAtPath: output)
        process.standardError = FileHandle(forWritingAtPath: complaint)
        try ComfyProcess.withoutBlockedSignals { try process.run() }
        process.waitUntilExit()
        return Outcome(
            status: process.terminationStatus, output: try String(contentsOfFile: output, encoding: .utf8),
            complaint: try String(contentsOfFile: complaint, encoding: .utf8))
    }

    var isMounted: Bool {
        let mounts = (try? String(contentsOfFile: "/proc/self/mounts", encoding: .utf8)) ?? ""
        return mounts.contains(" " + mountPoint.string.replacingOccurrences(of: " ", with: "\\040") + " ")
    }

    /// Mounts, or cancels the test where there is no /dev/fuse, so that it counts as skipped.
    func mount(_ options: String...) throws {
        guard access("/dev/fuse", R_OK | W_OK) == 0 else { try Test.cancel("skipped: /dev/fuse is not there to use") }
        let outcome = try run(
            tool: Self.executable, ["mount", mountPoint.string] + options, environment: ["REPROFS_STORE": store.string])
        try #require(outcome.status == 0, "\(outcome.complaint)")
    }

    func file(_ path: String) -> String { mountPoint.string + "/" + path }
    func read(_ path: String) throws -> [UInt8] { Array(try Data(contentsOf: URL(fileURLWithPath: file(path)))) }
    func json(_ path: String) throws -> JSON { try JSONParser.parse(try read(path)) }

    /// Models under the names that the prompts of Fixtures/ComfyUI use.
    func writeModels(seed: UInt64) throws {
        try directory.write(SmallModel.bytes(seed: seed), to: "models/checkpoints/model.safetensors")
        try directory.write(SmallModel.bytes(seed: seed + 100), to: "models/loras/lora.safetensors")
    }

    /// A real output of ComfyUI, as an artist's output directory has it.
    func copyImage() throws -> FilePath {
        let fixture = FilePath(#filePath).removingLastComponent().removingLastComponent()
            .appending("Fixtures/ComfyUI/txt2img_lora/txt2img_lora_00001_.png")
        let bytes = try Data(contentsOf: URL(fileURLWithPath: fixture.string))
        return try directory.write(Array(bytes), to: "output/txt2img_lora_00001_.png")
    }
}
