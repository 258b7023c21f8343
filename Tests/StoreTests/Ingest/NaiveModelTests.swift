import Recipe
import Store
import Support
import SystemPackage
import Testing

/// What a store should hold, kept in the simplest way: a list of versions for each name.
private struct NaiveStore {
    var versions: [String: [UInt64]] = [:]
    var live: [String: Int] = [:]

    mutating func add(_ name: String, seed: UInt64) -> Addition {
        let known = versions[name, default: []]
        if let index = known.firstIndex(of: seed) {
            if live[name] == index + 1 { return .unchanged }
            live[name] = index + 1
            return .returned(to: index + 1)
        }
        versions[name] = known + [seed]
        live[name] = known.count + 1
        return .version(known.count + 1)
    }

    /// Every version as a line, in order.
    var lines: [String] {
        versions.flatMap { name, seeds in
            seeds.enumerated().map { index, seed in
                "\(name) v\(index + 1) \(SmallModel.digest(seed: seed, size: 64)) \(live[name] == index + 1)"
            }
        }.sorted()
    }
}

@Suite struct `Random additions` {
    @Test(arguments: UInt64(0)..<24)
    func `give what a naive store holds, and every version keeps its bytes`(seed: UInt64) throws {
        let fixture = try StoreFixture()
        var random = SplitMix64(seed: seed)
        var naive = NaiveStore()
        let names = ["checkpoints/a.safetensors", "loras/b.safetensors", "loras/sub/b.safetensors", "vae/c.sft"]
        for step in 0..<20 {
            let name = names.randomElement(using: &random) ?? names[0]
            let bytes = UInt64.random(in: 1...4, using: &random)
            let file = try fixture.directory.write(SmallModel.bytes(seed: bytes, size: 64), to: "models/" + name)
            let folder = name.split(separator: "/").dropLast().joined(separator: "/")
            let plan = try fixture.store.plan(adding: [file], folder: try ModelPath(folder))
            let item = try #require(plan.items.first)
            let method: TransferMethod = Bool.random(using: &random) ? .copy : .reflinkOrCopy
            #expect(try fixture.store.add(item, by: method) == naive.add(name, seed: bytes), "step \(step)")
            if step % 5 == 4 { #expect(try lines(fixture.store) == naive.lines, "step \(step)") }
        }
        let reopened = try Store.open(fixture.store.path)
        #expect(try lines(reopened) == naive.lines)
        #expect(try reopened.counts().blobs == Set(naive.versions.values.joined()).count)
        for blob in try reopened.blobs(after: 0, limit: 100) {
            #expect(SHA256.digest(of: try reopened.bytes(of: blob)) == blob.digest)
        }
    }

    private func lines(_ store: Store) throws -> [String] {
        var all: [String] = []
        try store.forEachVersion(of: nil) {
            all.append("\($0.folder)/\($0.name) v\($0.number) \($0.sha256) \($0.isLive)")
        }
        return all.sorted()
    }
}
