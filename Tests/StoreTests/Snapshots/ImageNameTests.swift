import Recipe
import Store
import Support
import SystemPackage
import Testing

@Suite struct `The names of images` {
    let fixture: StoreFixture
    init() throws {
        fixture = try StoreFixture()
        try fixture.add("checkpoints/model.safetensors", seed: 1)
    }

    private func paths() throws -> [String] {
        var all: [String] = []
        try fixture.store.forEachImage { all.append($0.path) }
        return all.sorted()
    }

    @Test func `begin with the folder's name and go on with the path in it`() throws {
        let image = try fixture.image("2026/11/a.png", SmallImage.graph())
        _ = try fixture.store.snapshot(image, root: fixture.directory.appending("output"))
        #expect(try paths() == ["output/2026/11/a.png"])
    }

    @Test func `of a single file begin with its own folder`() throws {
        _ = try fixture.store.snapshot(try fixture.image("2026/a.png", SmallImage.graph()))
        #expect(try paths() == ["2026/a.png"])
    }

    @Test func `of a single file in a known folder go under that folder`() throws {
        let root = fixture.directory.appending("output")
        _ = try fixture.store.snapshot(try fixture.image("a.png", SmallImage.graph()), root: root)
        _ = try fixture.store.snapshot(try fixture.image("2026/b.png", SmallImage.graph(seed: 2)))
        #expect(try paths() == ["output/2026/b.png", "output/a.png"])
    }

    @Test func `take the label that was given`() throws {
        let root = fixture.directory.appending("output")
        _ = try fixture.store.snapshot(try fixture.image("a.png", SmallImage.graph()), root: root, label: "studio")
        #expect(try paths() == ["studio/a.png"])
    }

    @Test func `of two folders with one name differ`() throws {
        for place in ["one", "two"] {
            let image = try fixture.directory.write(
                SmallImage.comfy(prompt: SmallImage.graph()), to: "\(place)/output/a.png")
            _ = try fixture.store.snapshot(image)
        }
        #expect(try paths() == ["output-2/a.png", "output/a.png"])
    }

    @Test func `belong to the newest image that had them`() throws {
        for (seed, time) in [(1, 1_000), (3, 3_000), (2, 2_000)] {
            _ = try fixture.store.snapshot(
                try fixture.image("a.png", SmallImage.graph(seed: UInt64(seed)), modified: time))
        }
        let holder = try #require(try fixture.store.newestImage(named: "a.png"))
        #expect(holder.image == SHA256.digest(of: SmallImage.comfy(prompt: SmallImage.graph(seed: 3))))
        #expect(try paths().count == 3)
        #expect(try paths().filter { !$0.contains("@") } == ["output/a.png"])
    }
}
