import Foundation
import Recipe
import Store
import Support
import Synchronization
import SystemPackage
import Testing

/// The mount's process is killed while programs write; whatever `close` had said is whole is a version afterwards.
@Suite(.timeLimit(.minutes(10))) struct `A killed mount` {
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
        #expect(closed.count > 20)
        #expect(try store.everyBlobIsWhole())
        #expect(try line.run("unmount", line.mountPoint.string).status == 0)
    }
}
