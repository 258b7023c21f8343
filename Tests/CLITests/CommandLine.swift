import Comfy
import Foundation
import Recipe
import Store
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
        let maps = ProcessFile.text("/proc/self/maps") ?? ""
        let bundle = maps.split(separator: "\n").lazy.compactMap { line in
            line.hasSuffix(".xctest") ? line.firstIndex(of: "/").map { String(line[$0...]) } : nil
        }.first
        return FilePath(bundle ?? CommandLine.arguments[0]).removingLastComponent().appending("reprofs").string
    }()

    @discardableResult
    func run(_ arguments: String...) throws -> Outcome { try run(arguments) }

    @discardableResult
    func run(_ arguments: [String]) throws -> Outcome {
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
        try withoutBlockedSignals { try process.run() }
        process.waitUntilExit()
        return Outcome(
            status: process.terminationStatus, output: try String(contentsOfFile: output, encoding: .utf8),
            complaint: try String(contentsOfFile: complaint, encoding: .utf8))
    }

    /// Runs a script in a mount namespace of its own, in which ordinary users may mount, and let others use it, whatever the machine
    /// allows. There `as USER COMMAND…` runs a command as a user; `$1` is ReproFS, `$2` a directory that belongs to nobody (65534),
    /// with room for a store. The test is cancelled where that cannot be.
    func run(whereUsersMayMount script: String, _ arguments: String...) throws -> Outcome {
        for tool in ["/usr/bin/setpriv", "/usr/bin/unshare", "/usr/bin/fusermount3", "/bin/mount"] {
            guard FileManager.default.isExecutableFile(atPath: tool) else { try Test.cancel("skipped: no \(tool)") }
        }
        guard geteuid() == 0, access("/dev/fuse", R_OK | W_OK) == 0 else {
            try Test.cancel("skipped: not root, or /dev/fuse is not there to use")
        }
        let own = directory.appending("nobody")
        try #require(chmod(directory.path.string, 0o755) == 0)
        try #require(mkdir(own.string, 0o755) == 0 && chown(own.string, 65534, 65534) == 0)
        try directory.write(Array("user_allow_other\n".utf8), to: "fuse.conf")
        let namespace = """
            mount --make-rprivate / &&
                # The mounts of other tests would not end as long as they are here.
                awk '/ - fuse.reprofs /{print $5}' /proc/self/mountinfo |
                    while read -r place; do umount -l "$(printf %b "$place")" 2>/dev/null || true; done &&
                mount --bind "$2/../fuse.conf" /etc/fuse.conf &&
                mknod "$2/fuse" c 10 229 && chmod 666 "$2/fuse" && mount --bind "$2/fuse" /dev/fuse ||
                { echo "no namespace"; exit 0; }
            # Not every machine mounts it, and whose a mount is stands only there.
            mountpoint -q /sys/fs/fuse/connections || mount -t fusectl none /sys/fs/fuse/connections ||
                { echo "no fusectl"; exit 0; }
            as() { who=$1; shift; setpriv --reuid "$who" --regid "$who" --clear-groups "$@"; }
            as 65534 "$1" --version >/dev/null || { echo "no way to the build directory"; exit 0; }
            as 65534 sh -c ': 3<>/dev/fuse' || { echo "no device"; exit 0; }

            """
        let outcome = try run(
            tool: "/usr/bin/unshare",
            ["-m", "sh", "-c", namespace + script, "sh", Self.executable, own.string] + arguments,
            environment: ["REPROFS_STORE": own.appending("store").string])
        for missing in ["no namespace", "no fusectl", "no way to the build directory", "no device"]
        where outcome.output.hasPrefix(missing) { try Test.cancel("skipped: \(missing): \(outcome.complaint)") }
        return outcome
    }

    var isMounted: Bool {
        let mounts = ProcessFile.text("/proc/self/mounts") ?? ""
        return mounts.contains(" " + mountPoint.string.replacingOccurrences(of: " ", with: "\\040") + " ")
    }

    /// One with a store that has `checkpoints/model.safetensors`, the model of `SmallImage.graph`, and is mounted.
    static func mountedWithModel() throws -> CommandLineFixture {
        let line = try CommandLineFixture()
        try #require(try line.run("init").status == 0)
        try line.directory.write(SmallModel.bytes(seed: 1), to: "models/checkpoints/model.safetensors")
        try #require(try line.run("add", line.directory.appending("models").string).status == 0)
        try line.mount()
        return line
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
