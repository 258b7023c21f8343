import Foundation
import Recipe
import Store
import Support
import SystemPackage
import Testing

/// A plain directory is the model: whatever it does, the live view does, and nothing that was ever closed is lost.
@Suite(.timeLimit(.minutes(20))) struct `Random operations` {
    @Test(arguments: (1...6).map { UInt64($0) })
    func `agree with a plain directory after each step`(seed: UInt64) throws {
        let fixture = try StoreFixture()
        let plainPath = fixture.directory.appending("plain")
        try FileManager.default.createDirectory(atPath: plainPath.string, withIntermediateDirectories: true)
        let plain = WritableTree(plainPath)
        var closed = ClosedModels()
        try View.mount(fixture.store) { tree throws in
            let live = WritableTree(tree.mountPoint.appending("models"))
            var random = SplitMix64(seed: seed)
            for directory in ["checkpoints", "loras", "vae"] {
                try plain.makeDirectory(directory)
                try live.makeDirectory(directory)
            }
            for step in 0..<250 {
                let operation = RandomOperation.next(&random)
                let expected = operation.run(on: plain)
                let found = operation.run(on: live)
                guard found == expected else {
                    Issue.record(
                        "seed \(seed), step \(step), \(operation): \(String(describing: found)) instead of \(String(describing: expected))"
                    )
                    return
                }
                let (a, b) = (try plain.contents(), try live.contents())
                guard a == b else {
                    let difference = Set(a).symmetricDifference(b).sorted()
                    Issue.record("seed \(seed), step \(step), \(operation): \(difference)")
                    return
                }
                try closed.look(at: plain)
            }
        }
        let lost = closed.all.subtracting(try fixture.store.versionLines())
        #expect(lost.isEmpty && closed.all.count > 10)
        #expect(try fixture.store.everyBlobIsWhole())
    }
}
