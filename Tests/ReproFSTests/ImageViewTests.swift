import Recipe
import ReproFS
import Store
import Support
import SystemPackage
import Testing

@Suite(.timeLimit(.minutes(20))) struct `The view of images` {
    let view: ViewFixture
    init() throws { view = try ViewFixture() }

    /// > `by-image/<label>/<path>.json` is the recipe of an image and `.txt` its card. The path without a suffix is a link to the
    /// > JSON, and is not listed.
    @Test(arguments: View.allCases) func `shows recipes under the image's path`(_ way: View) throws {
        try way.show(view.store) { tree throws in
            #expect(try tree.list("by-image") == ["output"])
            #expect(try tree.list("by-image/output").sorted() == ["b.png.json", "b.png.txt", "day"])
            #expect(try tree.list("by-image/output/day").sorted() == ["a.png.json", "a.png.txt"])
            #expect(try tree.link("by-image/output/day/a.png") == "a.png.json")
            let recipe = try tree.json("by-image/output/day/a.png")
            #expect(recipe["image"]?["name"] == "a.png")
            #expect(recipe["snapshot"]?.string == view.first.hex)
            #expect(try tree.text("by-image/output/day/a.png.txt").hasPrefix("a.png\n"))
        }
    }

    /// > A bare file name at the top of `by-image` is a link to the newest image of that name in any folder.
    @Test(arguments: View.allCases) func `finds the newest image by its bare name`(_ way: View) throws {
        let other = try view.fixture.directory.write(
            SmallImage.comfy(prompt: SmallImage.graph(seed: 7)), to: "elsewhere/a.png", modified: 4_000_000_000)
        try way.show(view.store) { tree throws in
            #expect(try tree.link("by-image/a.png") == "output/day/a.png.json")
        }
        _ = try view.store.snapshot(other)
        try way.show(view.store) { tree throws in
            #expect(try tree.link("by-image/a.png") == "elsewhere/a.png.json")
            #expect(try tree.json("by-image/a.png")["passes"]?.array?.first?["seed"] == 7)
            #expect(!tree.exists("by-image/nothing.png"))
        }
    }

    /// > If several images have had one name, it shows the newest. Each of them is also at `NAME@<first 8 hex of its SHA-256>`, with and
    /// > without the suffixes, which is not listed.
    @Test(arguments: View.allCases) func `keeps every image that had a name`(_ way: View) throws {
        var images: [(seed: UInt64, mark: String)] = []
        for (seed, time) in [(UInt64(1), 4_000_000_002), (2, 4_000_000_001)] {
            let graph = SmallImage.graph(seed: seed)
            _ = try view.store.snapshot(try view.fixture.image("b.png", graph, modified: time))
            images.append((seed, String(SHA256.digest(of: SmallImage.comfy(prompt: graph)).hex.prefix(8))))
        }
        try way.show(view.store) { tree throws in
            #expect(try tree.json("by-image/output/b.png.json")["passes"]?.array?.first?["seed"] == 1)
            #expect(try tree.list("by-image/output").sorted() == ["b.png.json", "b.png.txt", "day"])
            for (seed, mark) in images {
                #expect(
                    try tree.json("by-image/output/b.png@\(mark).json")["passes"]?.array?.first?["seed"]
                        == .integer(seed))
                #expect(try tree.link("by-image/output/b.png@\(mark)") == "b.png@\(mark).json")
                #expect(try tree.text("by-image/output/b.png@\(mark).txt").contains("seed      \(seed)\n"))
            }
            #expect(!tree.exists("by-image/output/b.png@00000000.json"))
        }
    }

    @Test(arguments: View.allCases) func `shows the better snapshot once there is one`(_ way: View) throws {
        let image = try view.fixture.image("later.png", SmallImage.graph(checkpoint: "late.safetensors"))
        let root = view.fixture.directory.appending("output")
        _ = try view.store.snapshot(image, root: root)
        try view.fixture.add("checkpoints/late.safetensors", seed: 30)
        let better = try view.store.snapshot(image, root: root)
        try way.show(view.store) { tree throws in
            let recipe = try tree.json("by-image/later.png")
            #expect(recipe["snapshot"]?.string == better.id.hex)
            #expect(recipe["models"]?.array?.first?["sha256"]?.string == SmallModel.digest(seed: 30).hex)
        }
    }

    /// > `.reprofs/status` is JSON: the version, the store, the mount point, the serving process, the store's counts, and whether reads go
    /// > through the daemon and why.
    @Test(arguments: View.allCases) func `says what the mount is`(_ way: View) throws {
        try way.show(view.store) { tree throws in
            let status = try tree.json(".reprofs/status")
            #expect(status["store"]?.string == view.store.path.string)
            #expect(status["version"]?.string == ReproFSVersion.current)
            #expect(status["counts"]?["images"] == 2)
            #expect(try status["counts"]?["versions"]?.number?.int == view.store.counts().versions)
            // The kernel decides; where it says no, the status says why.
            let isOn = status["passthrough"]?["on"] == true
            #expect(isOn == (status["passthrough"]?["why"] == nil))
        }
    }
}
