import Comfy
import Foundation
import Recipe
import Store
import Support
import SystemPackage
import Testing

/// A ComfyUI that ends at some moment after its image was saved, with the mount there, away, or killed too.
@Suite(.serialized, .timeLimit(.minutes(20))) struct `A run that was cut off` {
    private enum Mount: CaseIterable { case there, away, killed }

    /// REPROFS_CUT_OFF_RUNS is how many; each mount with each signal once is the least.
    static let runs = ProcessInfo.processInfo.environment["REPROFS_CUT_OFF_RUNS"].flatMap { Int($0) } ?? 6

    let line: CommandLineFixture

    init() throws {
        line = try CommandLineFixture.mountedWithModel()
    }

    private func standIn(base: FilePath? = nil, linger: Double = 0) async throws -> StandIn {
        try await StandIn(
            line, models: line.file("active/models"), pack: true,
            environment: ["STANDIN_LINGER": "\(linger)", "REPROFS_MOUNT": line.mountPoint.string], base: base)
    }

    /// The images that are whole in the output directory.
    private func saved(_ standIn: StandIn) -> [FilePath] {
        let output = standIn.base.appending("output")
        let names = (try? FileManager.default.contentsOfDirectory(atPath: output.string)) ?? []
        return names.map { output.appending($0) }.filter {
            let bytes = (try? Data(contentsOf: URL(fileURLWithPath: $0.string))) ?? Data()
            return bytes.suffix(8).prefix(4) == Data("IEND".utf8)
        }
    }

    @Test(arguments: 0..<runs) func `has its observed snapshot after the next start`(seed: Int) async throws {
        let mount = Mount.allCases[seed % 3]
        let signal = seed / 3 % 2 == 0 ? SIGKILL : SIGTERM
        var random = SplitMix64(seed: UInt64(seed))
        let first = try await standIn(linger: Double.random(in: 0...0.03, using: &random))
        let hold = try line.directory.write([], to: "\(first.base.lastComponent?.string ?? "")/hold").string
        let run = Task { _ = try? await first.run(SmallImage.graph()) }
        try await eventually { try line.run("list", "loads", "--json").json?.array?.isEmpty == false }
        let server = pid_t(try #require(try line.json(".reprofs/status")["process"]?.number?.int))
        switch mount {
        case .there: break
        case .away: #expect(try line.run("unmount", line.mountPoint.string).status == 0)
        case .killed:
            kill(server, SIGKILL)
            try await eventually { kill(server, 0) != 0 }
        }
        try FileManager.default.removeItem(atPath: hold)
        try await eventually { !saved(first).isEmpty }
        usleep(UInt32.random(in: 0...50_000, using: &random))
        kill(first.process.pid, signal)
        await first.stop()
        await run.value
        if mount == .killed { try line.run("unmount", line.mountPoint.string) }
        if mount != .there { try line.mount() }

        let second = try await standIn(base: first.base)
        let image = try #require(saved(first).first)
        try? await eventually { try line.run("recipe", image.string).status == 0 }
        let recipe = try line.run("recipe", image.string, "--json").json
        #expect(recipe?["models"]?.array?.first?["evidence"] == "observed", "seed \(seed)")
        #expect(try line.run("list", "snapshots", "--json").json?.array?.count == 1, "seed \(seed)")
        try? await eventually { second.spooledReports.isEmpty }
        let names = try FileManager.default.contentsOfDirectory(
            atPath: first.base.appending("user/reprofs/spool").string)
        #expect(names.allSatisfy { $0.hasSuffix(".lock") || $0.hasSuffix(".environment") }, "seed \(seed): \(names)")
        await second.stop()
    }

    @Test func `counts once when it is delivered twice`() async throws {
        let standIn = try await standIn()
        let image = try #require(try await standIn.run(SmallImage.graph()).first)
        try await eventually { try line.run("recipe", image.string).status == 0 }
        let before = try line.run("list", "snapshots", "--json").output
        // What it delivered, as it would be delivered again had it ended before it took note of that.
        let report: JSON = [
            "schema": "reprofs.report/1", "id": "again", "ended": .integer(Timestamp.now().nanoseconds),
            "process": .null, "prompt": .string(SmallImage.graph()),
            "outputs": [
                [
                    "path": .string(image.string), "root": .string(image.removingLastComponent().string),
                    "sha256": .string(
                        SHA256.digest(of: [UInt8](try Data(contentsOf: URL(fileURLWithPath: image.string)))).hex),
                ]
            ],
        ]
        let body = Data(report.compact().utf8)
        for isGone in [false, true] {
            if isGone { try FileManager.default.removeItem(atPath: image.string) }
            let file = try #require(FileHandle(forWritingAtPath: line.file(".reprofs/reports")))
            try file.write(contentsOf: body)
            try file.close()
            try await eventually { try Store.open(line.store).newestReport() == nil }
        }
        _ = try await standIn.run(SmallImage.graph(seed: 2))
        try await eventually { try line.run("list", "snapshots", "--json").json?.array?.count == 2 }
        #expect(try line.run("list", "snapshots", "--json").output.hasPrefix(String(before.dropLast(3))))
        await standIn.stop()
    }
}
