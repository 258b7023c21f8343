import Foundation
import Recipe
import Store
import Support
import SystemPackage
import Testing

@Suite struct `Adding models` {
    let fixture: StoreFixture
    init() throws { fixture = try StoreFixture() }

    private func versions(of name: String? = nil) throws -> [VersionListing] {
        var all: [VersionListing] = []
        try fixture.store.forEachVersion(of: name) { all.append($0) }
        return all
    }

    @Test func `numbers the versions of a name from one`() throws {
        #expect(try fixture.add("checkpoints/a.safetensors", seed: 1) == .version(1))
        #expect(try fixture.add("checkpoints/a.safetensors", seed: 2) == .version(2))
        let versions = try versions()
        #expect(versions.map(\.number) == [1, 2])
        #expect(versions.map(\.isLive) == [false, true])
        #expect(versions.map(\.sha256) == [SmallModel.digest(seed: 1), SmallModel.digest(seed: 2)])
    }

    @Test func `adds nothing when the bytes are the live ones`() throws {
        try fixture.add("checkpoints/a.safetensors", seed: 1)
        #expect(try fixture.add("checkpoints/a.safetensors", seed: 1) == .unchanged)
        #expect(try fixture.store.counts().versions == 1)
        #expect(try fixture.store.counts().blobs == 1)
    }

    @Test func `points a name back to an older version with the same bytes`() throws {
        for seed in [1, 2] { try fixture.add("checkpoints/a.safetensors", seed: UInt64(seed)) }
        #expect(try fixture.add("checkpoints/a.safetensors", seed: 1) == .returned(to: 1))
        #expect(try versions().map(\.isLive) == [true, false])
    }

    @Test func `stores equal bytes under two names once`() throws {
        try fixture.model("checkpoints/a.safetensors", seed: 1)
        try fixture.model("loras/b.safetensors", seed: 1)
        try fixture.addModels()
        let counts = try fixture.store.counts()
        #expect((counts.models, counts.versions, counts.blobs) == (2, 2, 1))
    }

    @Test(arguments: [TransferMethod.copy, .reflinkOrCopy])
    func `leaves the source as it was`(method: TransferMethod) throws {
        let source = try fixture.model("checkpoints/a.safetensors", seed: 1)
        let plan = try fixture.store.plan(adding: [fixture.directory.appending("models")], folder: nil)
        for item in plan.items { _ = try fixture.store.add(item, by: method) }
        #expect(FileManager.default.contents(atPath: source.string).map(Array.init) == SmallModel.bytes(seed: 1))
    }

    @Test func `makes a blob that nobody can write`() throws {
        try fixture.add("checkpoints/a.safetensors", seed: 1)
        let blob = fixture.store.path.appending("blobs/sha256").appending(SmallModel.digest(seed: 1).hex)
        let mode = try FileManager.default.attributesOfItem(atPath: blob.string)[.posixPermissions] as? Int
        #expect(mode == 0o444)
    }

    @Test func `takes pipelines whole, but for what is hidden or unfinished`() throws {
        let whole = [
            "LLM/q/config.json", "LLM/q/vocab.txt", "LLM/q/modeling.py", "LLM/q/vision/settings.yaml",
            "LLM/q/vision/weights.safetensors", "diffusers/sdxl/model_index.json", "diffusers/sdxl/unet/merges.txt",
            "checkpoints/deep/er/model_index.json", "checkpoints/deep/er/readme.md", "checkpoints/a.safetensors",
        ]
        let others = [
            "LLM/notes.txt", "LLM/q/.lock", "LLM/q/.cache/x.json", "LLM/q/y.json.incomplete",
            "checkpoints/deep/readme.md",
            "checkpoints/config.json",
        ]
        for (index, name) in (whole + others).enumerated() { try fixture.model(name, seed: UInt64(index)) }
        #expect(try fixture.addModels().keys.sorted() == whole.sorted())
        for (index, name) in whole.enumerated() {
            #expect(try fixture.store.digests(of: name) == [SmallModel.digest(seed: UInt64(index))], "\(name)")
        }
    }

    @Test func `leaves nothing in incoming`() throws {
        try fixture.add("checkpoints/a.safetensors", seed: 1)
        try fixture.add("checkpoints/a.safetensors", seed: 2)
        let incoming = fixture.store.path.appending("incoming").string
        #expect(try FileManager.default.contentsOfDirectory(atPath: incoming).isEmpty)
    }

    @Test func `reports every byte once to the progress`() throws {
        try fixture.model("checkpoints/a.safetensors", seed: 1)
        let plan = try fixture.store.plan(adding: [fixture.directory.appending("models")], folder: nil)
        var counted = 0
        for _ in 0..<2 { for item in plan.items { _ = try fixture.store.add(item) { counted += $0 } } }
        #expect(counted == 2 * plan.size)
    }

    @Test func `refuses a model where the store has a folder of that name`() throws {
        try fixture.add("loras/style/ink.safetensors", seed: 1)
        let file = try fixture.directory.write(SmallModel.bytes(seed: 2), to: "style")
        _ = file
        let other = try fixture.directory.write(
            SmallModel.bytes(seed: 2), to: "other/loras/style.safetensors/x.safetensors")
        _ = other
        try fixture.add("loras/style.safetensors", seed: 3)
        let plan = try fixture.store.plan(adding: [fixture.directory.appending("other")], folder: nil)
        #expect(throws: StoreError.self) { for item in plan.items { _ = try fixture.store.add(item) } }
        #expect(try versions(of: "style.safetensors").map(\.sha256) == [SmallModel.digest(seed: 3)])
    }

    @Test func `gives one version when two add the same file at once`() async throws {
        let store = fixture.store
        try fixture.model("checkpoints/a.safetensors", seed: 1)
        let plan = try store.plan(adding: [fixture.directory.appending("models")], folder: nil)
        let item = try #require(plan.items.first)
        let additions = try await withThrowingTaskGroup(of: Addition.self) { group in
            for _ in 0..<8 { group.addTask { try store.add(item) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(additions.filter { $0 == .version(1) }.count == 1)
        #expect(additions.filter { $0 == .unchanged }.count == 7)
        #expect(try store.counts().blobs == 1)
    }
}
