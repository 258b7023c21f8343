import Foundation
import Recipe
import Support
import Testing

/// Inputs that fuzzing found, each of which once crashed, hung or held too much.
@Suite struct `What fuzzing found` {
    static let finds: [String] = FuzzTargets.all.flatMap { target in
        let folder = FixtureTests.folder.appendingPathComponent("Fuzz/" + target.name)
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.sorted().map { target.name + "/" + $0 }
    }

    @Test(arguments: finds) func `does no harm any more`(find: String) throws {
        let bytes = [UInt8](try Data(contentsOf: FixtureTests.folder.appendingPathComponent("Fuzz/" + find)))
        FuzzTargets.run(String(find.prefix { $0 != "/" }), bytes)
    }

    @Test func `is sought in every target, which takes any bytes`() {
        var random = SplitMix64(seed: 5)
        for target in FuzzTargets.all {
            for count in [0, 1, 20, 300] {
                FuzzTargets.run(target.name, (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) })
            }
        }
    }
}
