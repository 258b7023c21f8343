import Comfy
import Foundation
import Glibc
import Recipe
import Store
import Support
import SystemPackage
import Testing

/// The node pack's spool where it cannot be used, holds what nobody can read, is shared, or loses its process at any moment.
@Suite(.serialized, .timeLimit(.minutes(20))) struct `The spool of the node pack` {
    let line: CommandLineFixture
    let base: FilePath
    private var spool: FilePath { base.appending("user/reprofs/spool") }

    init() throws {
        line = try CommandLineFixture()
        base = line.directory.appending("comfy")
        try #require(try line.run("init").status == 0)
        try line.directory.write(SmallModel.bytes(seed: 1), to: "models/checkpoints/model.safetensors")
        try #require(try line.run("add", line.directory.appending("models").string).status == 0)
        try line.mount()
    }

    /// A stand-in that needs no mount to run; with `witnessed` it reads its models through the mount.
    private func standIn(witnessed: Bool = false) async throws -> StandIn {
        try await StandIn(
            line, models: witnessed ? line.file("active/models") : line.directory.appending("models").string,
            pack: true,
            environment: ["REPROFS_MOUNT": line.mountPoint.string], base: base)
    }

    private func log() throws -> String {
        try String(contentsOfFile: base.appending("comfyui.log").string, encoding: .utf8)
    }

    private func names(_ directory: FilePath) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: directory.string).sorted()
    }

    private func hasSnapshot(_ image: FilePath) throws -> Bool { try line.run("recipe", image.string).status == 0 }

    /// Images whose reports wait, of a process that lives no more; the mount is away.
    private func waiting(_ seeds: Range<UInt64>) async throws -> [FilePath] {
        try #require(try line.run("unmount", line.mountPoint.string).status == 0)
        let first = try await standIn()
        var images: [FilePath] = []
        for seed in seeds { images += try await first.run(SmallImage.graph(seed: seed)) }
        try await eventually { first.spooledReports.count == images.count }
        kill(first.process.pid, SIGKILL)
        await first.stop()
        return images
    }

    @Test func `that cannot be written delays no report, and loses no input; the log says once what that means`()
        async throws
    {
        // Nobody, not even root, makes a directory in a file.
        try line.directory.write([1], to: "comfy/user/reprofs")
        let photo = SmallImage.infotext("one")
        try line.directory.write(photo, to: "comfy/input/photo.png")
        let running = try await standIn(witnessed: true)
        for seed in UInt64(1)...3 {
            let image = try #require(try await running.run(SmallImage.graph(image: "photo.png", seed: seed)).first)
            try await eventually { try hasSnapshot(image) }
            let recipe = try #require(try line.run("recipe", image.string, "--json").json)
            #expect(recipe["models"]?.array?.first?["evidence"] == "observed")
            #expect(recipe["inputs"]?.array?.first?["sha256"]?.string == SHA256.digest(of: photo).hex)
        }
        let told = try log()
        #expect(told.components(separatedBy: "would be lost").count == 2, "\(told)")
        await running.stop()
    }

    @Test func `that cannot be written tells what ran once the mount is there again`() async throws {
        try line.directory.write([1], to: "comfy/user/reprofs")
        try #require(try line.run("unmount", line.mountPoint.string).status == 0)
        let running = try await standIn()
        let image = try #require(try await running.run(SmallImage.graph()).first)
        try line.mount()
        try await eventually { try hasSnapshot(image) }
        await running.stop()
    }

    @Test(arguments: [[1], "text", .null] as [JSON])
    func `has a run whose notes for its pictures are not an object`(notes: JSON) async throws {
        let running = try await standIn(witnessed: true)
        let image = try #require(try await running.run(SmallImage.graph(), extra: ["extra_pnginfo": notes]).first)
        try await eventually { try hasSnapshot(image) }
        #expect(!(try log()).contains("may not be recorded"))
        await running.stop()
    }

    @Test func `that cannot be written any more once a prompt runs is one that cannot be written`() async throws {
        let running = try await standIn(witnessed: true)
        let hold = try line.directory.write([], to: "comfy/hold").string
        let run = Task { try await running.run(SmallImage.graph()) }
        try await eventually { try names(spool).contains { $0.hasSuffix(".begun") } }
        try FileManager.default.moveItem(atPath: spool.string, toPath: base.appending("moved").string)
        try line.directory.write([1], to: "comfy/user/reprofs/spool")
        try FileManager.default.removeItem(atPath: hold)
        let image = try #require(try await run.value.first)
        try await eventually { try hasSnapshot(image) }
        await running.stop()
    }

    @Test func `that was cleared while nothing ran is made anew, with the lock that says who lives`() async throws {
        let first = try await standIn()
        _ = try await first.run(SmallImage.graph(seed: 1))
        try await eventually { try names(spool).allSatisfy { $0.hasSuffix(".lock") || $0.hasSuffix(".environment") } }
        try FileManager.default.removeItem(atPath: spool.string)
        let hold = try line.directory.write([], to: "comfy/hold").string
        let run = Task { _ = try? await first.run(SmallImage.graph(seed: 2)) }
        try await eventually { (try? names(spool))?.contains { $0.hasSuffix(".begun") } == true }
        let second = try await standIn()
        #expect(try names(spool).count { $0.hasSuffix(".lock") } == 2)
        try FileManager.default.removeItem(atPath: hold)
        await run.value
        try await eventually { try line.run("list", "snapshots", "--json").json?.array?.count == 2 }
        await first.stop()
        await second.stop()
    }

    @Test func `delivers what is good in it, whatever else is there, and sets that aside with its reason, once`()
        async throws
    {
        let images = try await waiting(1..<3)
        let begun = #"{"id":"x","begun":1,"process":null,"pid":1,"variation":null}"#
        // All of them are before what is good, in the order of delivery and of recovery.
        for (name, content) in [
            ("000000000000-1000000000000000-1.json", ""), ("000000000000-1000000000000000-2.json", #"{"schema":"#),
            ("000000000000-1000000000000000-3.json", "[]"), ("000000000000-1000000000000000-4.json", "{}"),
            ("000000000000-1000000000000000-5.json", String(repeating: "[", count: 200_000)),
            ("000000000001-1000000000000000-1.begun", "{}\n{}\n"), ("000000000002-1.begun", "\(begun)\n[]\n"),
            ("000000000003-1.begun", "\(begun)\n{\"1\":3}\n{\"outputs\":7}\n"),
            ("000000000004-1.begun", "nonsense\n\n\n"),
        ] {
            try line.directory.write(Array(content.utf8), to: "comfy/user/reprofs/spool/\(name)")
        }
        for name in ["000000000000-1000000000000000-6.json", "000000000005-1.begun", "000000000006.lock"] {
            try FileManager.default.createDirectory(
                atPath: spool.appending(name).string, withIntermediateDirectories: true)
        }
        for name in ["000000000000-1000000000000000-7.json", "000000000007-1.begun"] {
            #expect(symlink(name, spool.appending(name).string) == 0)
            #expect(mkfifo(spool.appending("pipe" + name).string, 0o600) == 0)
        }
        #expect(mkfifo(spool.appending("000000000008.lock").string, 0o600) == 0)
        let odd =
            Array(spool.string.utf8) + Array("/000000000000-1000000000000000-".utf8) + [0xFF] + Array(".json".utf8)
        let file = (odd.map { CChar(bitPattern: $0) } + [0]).withUnsafeBufferPointer { bytes in
            bytes.baseAddress.map { open($0, O_CREAT | O_WRONLY, 0o600) } ?? -1
        }
        #expect(file >= 0)
        close(file)
        let strange = "000000000000-1000000000000000-8.json"
        if geteuid() == 0 {
            try line.directory.write(Array("{}".utf8), to: "comfy/user/reprofs/spool/\(strange)")
            #expect(chown(spool.appending(strange).string, OtherUser.id, OtherUser.id) == 0)
        }

        try line.mount()
        let next = try await standIn()
        for image in images { try await eventually { try hasSnapshot(image) } }
        try await eventually { next.spooledReports.allSatisfy { $0 == strange } }
        let left = try names(spool).filter { !$0.hasSuffix(".lock") && !$0.hasSuffix(".environment") && $0 != strange }
        #expect(left == ["rejected"])
        let rejected = try names(spool.appending("rejected"))
        let entries = rejected.filter { !$0.hasSuffix(".reason") }
        #expect(entries.count == 16, "\(entries)")
        let told = try log()
        for name in entries where name.utf8.allSatisfy({ $0 < 0x80 }) {
            let reason = try String(
                contentsOfFile: spool.appending("rejected/\(name).reason").string, encoding: .utf8)
            #expect(reason.count > 5, "\(name)")
            #expect(told.components(separatedBy: "rejected/\(name)'").count == 2, "\(name): \(told)")
        }
        // The next run goes on as ever.
        let image = try #require(try await next.run(SmallImage.graph(seed: 9)).first)
        try await eventually { try hasSnapshot(image) }
        await next.stop()
    }

    @Test func `is shared by two, each of which tells its own, and what the other left when it died`() async throws {
        try #require(try line.run("unmount", line.mountPoint.string).status == 0)
        let (first, second) = (try await standIn(), try await standIn())
        let one = SmallImage.graph(seed: 1).replacing("\"test\"", with: "\"one\"")
        let two = SmallImage.graph(seed: 2).replacing("\"test\"", with: "\"two\"")
        var images = try await first.run(one) + second.run(two)
        try await eventually { first.spooledReports.count == 2 }
        // Nobody takes what somebody else is running.
        let hold = try line.directory.write([], to: "comfy/hold").string
        let run = Task { try await first.run(one.replacing("\"seed\":1,", with: "\"seed\":3,")) }
        try await eventually { try names(spool).contains { $0.hasSuffix(".begun") } }
        let third = try await standIn()
        #expect(try names(spool).contains { $0.hasSuffix(".begun") })
        try FileManager.default.removeItem(atPath: hold)
        images += try await run.value
        try await eventually { first.spooledReports.count == 3 }
        kill(first.process.pid, SIGKILL)
        await first.stop()
        try line.mount()
        for image in images { try await eventually { try hasSnapshot(image) } }
        try await eventually { second.spooledReports.isEmpty }
        #expect(try line.run("list", "snapshots", "--json").json?.array?.count == 3)
        #expect(!(try log()).contains("may not be recorded"))
        await second.stop()
        await third.stop()
    }

    @Test(arguments: [UInt64(1), 2, 3]) func `tells each run once, however often its process ends while it delivers`(
        seed: UInt64
    ) async throws {
        let images = try await waiting(1..<9)
        try line.mount()
        var random = SplitMix64(seed: seed)
        for round in 0..<12 {
            let next = try await standIn()
            usleep(UInt32.random(in: 0...60_000, using: &random))
            kill(next.process.pid, round % 2 == 0 ? SIGTERM : SIGKILL)
            await next.stop()
        }
        let last = try await standIn()
        for image in images { try await eventually { try hasSnapshot(image) } }
        try await eventually { last.spooledReports.isEmpty }
        #expect(try line.run("list", "snapshots", "--json").json?.array?.count == images.count)
        #expect(try names(spool).allSatisfy { $0.hasSuffix(".lock") || $0.hasSuffix(".environment") })
        await last.stop()
    }
}
