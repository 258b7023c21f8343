import Foundation
import Recipe
import Store
import Support
import Synchronization
import SystemPackage
import Testing

/// The mount's process is killed while programs write; whatever `close` had said is whole is a version afterwards.
@Suite(.timeLimit(.minutes(20))) struct `A killed mount` {
    @Test func `loses nothing that was closed`() throws {
        let line = try CommandLineFixture()
        try #require(try line.run("init").status == 0)
        let seed = UInt64.random(in: 1...1_000_000)
        var random = SplitMix64(seed: seed)
        var closed: Set<String> = []
        for round in 0..<5 {
            try line.mount()
            let server = pid_t(try #require(try line.json(".reprofs/status")["process"]?.number?.int))
            let models = WritableTree(line.mountPoint.appending("models"))
            if round == 0 { try models.makeDirectory("checkpoints") }
            let delay = UInt32.random(in: 20_000...400_000, using: &random)
            let killer = Thread {
                usleep(delay)
                kill(server, SIGKILL)
            }
            killer.start()
            for _ in 0..<100_000 {
                let name = "checkpoints/m\(Int.random(in: 0..<6, using: &random)).bin"
                let bytes = (0..<Int.random(in: 1...50_000, using: &random)).map {
                    _ in UInt8(truncatingIfNeeded: random.next()) | 0x80
                }
                do {
                    switch Int.random(in: 0..<10, using: &random) {
                    case 0: if models.exists(name) { try models.remove(name) }
                    case 1:
                        // A rename that was not answered may have happened or not; its bytes are closed either way.
                        if models.exists(name) { try models.rename(name, to: "checkpoints/renamed.bin") }
                    default:
                        try models.write(bytes, to: name)
                        closed.insert("\(name) \(SHA256.digest(of: bytes).autoV2)")
                    }
                } catch { break }
            }
            while kill(server, 0) == 0 { usleep(1000) }
        }
        try line.mount()
        let store = try Store.open(line.store)
        // What was closed before is published while others are served already.
        try? eventually { try closed.isSubset(of: store.versionLines()) }
        let lost = closed.subtracting(try store.versionLines())
        #expect(lost.isEmpty, "seed \(seed)")
        #expect(!closed.isEmpty)
        #expect(try store.everyBlobIsWhole())
        #expect(try line.run("unmount", line.mountPoint.string).status == 0)
    }

    /// > A file counts as closed when every process that opened it for writing or wrote into it has closed it: a child that closes a
    /// > descriptor that it only inherited does not count, since its parent may still write. A process that writes again opens it anew, and
    /// > a file that nobody has open is closed in any case.
    @Test(arguments: [true, false]) func `keeps no half of a file as a version, though its writer had a child`(
        _ isInherited: Bool
    ) throws {
        let name = "checkpoints/model.safetensors"
        let line = try CommandLineFixture()
        try #require(try line.run("init").status == 0)
        try line.mount()
        let models = WritableTree(line.mountPoint.appending("models"))
        try models.makeDirectory("checkpoints")
        try models.write(SmallModel.bytes(seed: 1), to: name)
        try eventually { try line.run("list", "versions", "--json").json?.array?.count == 1 }
        let server = pid_t(try #require(try line.json(".reprofs/status")["process"]?.number?.int))
        let file = try FileDescriptor.open(
            models.path(name), .writeOnly, options: isInherited ? .truncate : [.truncate, .closeOnExec])
        try file.writeAll(SmallModel.bytes(seed: 2).dropLast(8))
        try #require(try line.run(tool: "/bin/true", []).status == 0)
        kill(server, SIGKILL)
        while kill(server, 0) == 0 { usleep(1000) }
        try? file.close()
        try line.mount()
        #expect(try models.names("checkpoints") == ["model.safetensors", "model.safetensors.partial"])
        #expect(try models.read(name) == SmallModel.bytes(seed: 1))
        #expect(try line.run("unmount", line.mountPoint.string).status == 0)
    }
}
