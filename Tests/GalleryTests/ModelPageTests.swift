import Foundation
import Recipe
import Store
import Support
import Testing

/// What the pages say of models: what each holds, when it was used, and what hangs on its bytes.
@Suite(.timeLimit(.minutes(20))) struct `The pages of models` {
    let fixture: StoreFixture
    init() throws { fixture = try StoreFixture() }

    private func keep(_ name: String, _ graph: String = SmallImage.graph(), modified: Int? = nil) throws -> Digest {
        let path = try fixture.image(name, graph, modified: modified)
        _ = try fixture.store.snapshot(path)
        return try #require(try fixture.store.digest(ofFile: path))
    }

    private func entry(_ name: String) throws -> ModelEntry {
        try #require(try fixture.store.modelEntries().first { $0.fullName == name })
    }

    @Test func `say how to begin where there are none`() async throws {
        try await withGallery(fixture) { gallery async throws in
            let text = try await gallery.get("/models").text
            #expect(text.contains("No models yet") && text.contains("reprofs add ComfyUI/models"))
            #expect(text.contains("<strong>0 models</strong>, 0 unused for 90 days."))
        }
    }

    @Test func `list each with its versions, size, images and last use`() async throws {
        try fixture.add("checkpoints/model.safetensors", seed: 1)
        StoreFixture.waitForTick()
        _ = try keep("a.png")
        try fixture.add("checkpoints/model.safetensors", seed: 2)
        try fixture.add("loras/other.safetensors", seed: 3)
        let entry = try entry("checkpoints/model.safetensors")
        #expect(entry.versions == 2 && entry.live == 2 && entry.images == 1)
        #expect(entry.size == SmallModel.bytes(seed: 1).count + SmallModel.bytes(seed: 2).count)
        try await withGallery(fixture) { gallery async throws in
            let text = try await gallery.get("/models").text
            #expect(text.contains("<strong>2 models</strong>, 0 unused for 90 days."))
            #expect(text.contains("<a href=\"/models/\(entry.id)\">model.safetensors</a>"))
            let row = try #require(text.firstRange(of: ">model.safetensors</a>"))
            let cells = text[row.upperBound...].prefix(400)
            #expect(cells.contains("<td data-column=\"versions\">2</td>") && cells.contains("<td>1</td>"))
            #expect(cells.contains("<td>\(Timestamp.now().local.prefix(10))</td>"))
        }
    }

    @Test func `stand in the order that is asked for, and in the other`() async throws {
        for (name, seeds) in [("a", [1]), ("b", [2, 3]), ("c", [4])] {
            for seed in seeds { try fixture.add("loras/\(name).safetensors", seed: UInt64(seed)) }
        }
        let rows = try ["a", "b", "c"].map { try entry("loras/\($0).safetensors").id }
        try await withGallery(fixture) { gallery async throws in
            for (query, order) in [
                ("", [0, 1, 2]), ("?reversed=yes", [2, 1, 0]), ("?order=versions", [1, 0, 2]),
                ("?order=versions&reversed=yes", [2, 0, 1]), ("?order=size", [1, 0, 2]),
            ] {
                let text = try await gallery.get("/models\(query)").text
                let places = order.map { text.firstRange(of: "/models/\(rows[$0])\"")?.lowerBound }
                #expect(places.allSatisfy { $0 != nil }, "\(query)")
                #expect(places.compactMap { $0 } == places.compactMap { $0 }.sorted(), "\(query)")
            }
            let text = try await gallery.get("/models?order=versions").text
            #expect(
                text.contains("aria-sort=\"descending\"") && text.contains("/models?order=versions&amp;reversed=yes"))
        }
    }

    @Test func `are found by a part of their names, and page by page`() async throws {
        let names = (0..<120).map { "loras/ink\(1000 + $0).safetensors" }
        for (seed, name) in names.enumerated() { try fixture.model(name, seed: UInt64(seed)) }
        try fixture.addModels()
        try await withGallery(fixture) { gallery async throws in
            let first = try await gallery.get("/models?q=INK").text
            #expect(first.contains("1 to 100 of 120") && !first.contains("rel=\"prev\""))
            let last = try entry(names[99]).id
            #expect(first.contains("/models?q=INK&amp;after=\(last)"))
            let second = try await gallery.get("/models?q=INK&after=\(last)").text
            #expect(second.contains("101 to 120 of 120") && second.contains("ink1119") && !second.contains("ink1099"))
            let back = try await gallery.get("/models?q=INK&before=\(try entry(names[100]).id)").text
            #expect(back.contains("1 to 100 of 120"))
            #expect(try await gallery.get("/models?q=ink1007").text.contains("ink1007"))
            #expect(try await gallery.get("/models?q=nobody").text.contains("No model matches"))
            let behind = try await gallery.get("/models?after=\(try entry(names[119]).id)").text
            #expect(behind.contains("To the first of 120 models"))
        }
    }

    @Test func `tell which ones nothing has used for long, as 'list models --unused' does`() async throws {
        try fixture.add("loras/new.safetensors", seed: 1)
        try await withGallery(fixture) { gallery async throws in
            let text = try await gallery.get("/models?unused=90").text
            #expect(text.contains("No model matches") && text.contains("0 unused for 90 days."))
        }
        for since in [Timestamp(nanoseconds: 0), .now()] {
            var filter = ModelFilter()
            filter.unusedSince = since
            var listed: [String] = []
            try fixture.store.forEachModel(filter) { listed.append($0.name) }
            let shown = try fixture.store.modelEntries().filter { $0.lastUsed ?? since < since }.map(\.name)
            #expect(listed == shown)
        }
    }

    @Test func `count an image as a use of its models, whatever they were called`() throws {
        try fixture.model("checkpoints/model.safetensors", seed: 1)
        try fixture.model("checkpoints/twin.safetensors", seed: 1)
        try fixture.model("checkpoints/other.safetensors", seed: 2)
        try fixture.addModels()
        StoreFixture.waitForTick()
        let later = Timestamp.now().seconds + 3600
        _ = try keep("a.png", modified: later)
        let hour = Timestamp(seconds: later - 1800, nanoseconds: 0)
        let used = try fixture.store.modelEntries().filter { $0.lastUsed.map { $0 > hour } == true }
        #expect(Set(used.map(\.name)) == ["model.safetensors", "twin.safetensors"])
        #expect(try entry("checkpoints/twin.safetensors").images == 1)
        #expect(try fixture.store.images(using: SmallModel.digest(seed: 1)) == 1)
    }

    @Test func `say what of an address they do not understand`() async throws {
        try await withGallery(fixture) { gallery async throws in
            let text = try await gallery.get("/models?order=colour&unused=-1&reversed=no").text
            for problem in ["&#39;colour&#39; is not a value that &#39;order&#39;", "&#39;-1&#39;", "&#39;no&#39;"] {
                #expect(text.contains(problem), "\(problem)")
            }
            let long = try await gallery.get("/models?q=" + String(repeating: "x", count: 20_000))
            #expect(long.body.count < 20_000 && long.text.contains("its first 200 characters count"))
        }
    }

    @Test func `show every version with its hashes, its images and what would be lost with it`() async throws {
        try fixture.add("checkpoints/model.safetensors", seed: 1)
        StoreFixture.waitForTick()
        let images = try (1...3).map { try keep("image\($0).png", SmallImage.graph(seed: UInt64($0))) }
        try fixture.add("checkpoints/model.safetensors", seed: 2)
        try fixture.store.readOtherHashes()
        let id = try entry("checkpoints/model.safetensors").id
        let hashes = try fixture.store.hashNames(of: SmallModel.digest(seed: 1))
        #expect(hashes.count >= 3)
        try await withGallery(fixture) { gallery async throws in
            let text = try await gallery.get("/models/\(id)").text
            #expect(text.contains("<strong>2 versions</strong>") && text.contains("3 images made with them."))
            #expect(text.contains(SmallModel.digest(seed: 1).hex) && text.contains("what the name holds now"))
            for (_, name) in hashes { #expect(text.contains(name)) }
            #expect(text.contains("If v1 goes: 3 images lose their bytes, none of them pinned."))
            #expect(text.contains("href=\"/?version=checkpoints%2Fmodel.safetensors%40v1\">3 images</a>"))
            #expect(text.contains("<code data-copied>reprofs forget --dry-run checkpoints/model.safetensors@v1</code>"))
            #expect(text.contains("<code data-copied>reprofs restore checkpoints/model.safetensors@v1</code>"))
            #expect(!text.contains("reprofs forget checkpoints/model.safetensors@v2"))
            #expect(text.contains("It does not go now: checkpoints/model.safetensors holds the bytes of"))
            #expect(text.contains("nothing → v1") && text.contains("v1 → v2"))
            #expect(try await gallery.get("/image/\(images[0])").text.contains("href=\"/models/\(id)\""))
        }
    }

    @Test func `say which of the images that would lose bytes are pinned, and which pin keeps them`() async throws {
        try fixture.add("checkpoints/model.safetensors", seed: 1)
        StoreFixture.waitForTick()
        let images = try (1...3).map { try keep("image\($0).png", SmallImage.graph(seed: UInt64($0))) }
        _ = try fixture.store.pin(try #require(try fixture.store.snapshot(ofImage: images[0])), as: "cover")
        try fixture.add("checkpoints/model.safetensors", seed: 2)
        let id = try entry("checkpoints/model.safetensors").id
        try await withGallery(fixture) { gallery async throws in
            let text = try await gallery.get("/models/\(id)").text
            #expect(text.contains("If v1 goes: 3 images lose their bytes, 1 of them pinned."))
            #expect(text.contains("the pin &#39;cover&#39; keeps checkpoints/model.safetensors@v1"))
        }
    }

    @Test func `say what was given up, and when`() async throws {
        try fixture.add("checkpoints/model.safetensors", seed: 1)
        try fixture.add("checkpoints/model.safetensors", seed: 2)
        let id = try entry("checkpoints/model.safetensors").id
        _ = try fixture.store.forget([WantedBytes(try fixture.store.versions(ofModel: id)[0])], [], isDryRun: false)
        try await withGallery(fixture) { gallery async throws in
            let text = try await gallery.get("/models/\(id)").text
            #expect(text.contains("its bytes were given up on \(Timestamp.now().local.prefix(10))"))
            #expect(!text.contains("If v1 goes") && !text.contains("<code data-copied>reprofs restore"))
        }
    }

    @Test func `show many versions some at a time`() async throws {
        for seed in 1...30 { try fixture.add("loras/a.safetensors", seed: UInt64(seed)) }
        let id = try entry("loras/a.safetensors").id
        try await withGallery(fixture) { gallery async throws in
            let first = try await gallery.get("/models/\(id)").text
            #expect(first.contains("id=\"v30\"") && !first.contains("id=\"v5\""))
            #expect(first.contains("href=\"/models/\(id)?before=6\">Versions before v6</a>"))
            let second = try await gallery.get("/models/\(id)?before=6").text
            #expect(second.contains("id=\"v5\"") && second.contains("id=\"v1\"") && !second.contains("id=\"v6\""))
        }
    }

    @Test func `take names for texts, whatever they are`() async throws {
        let name = "<script>alert(1)</script> & \"x\" \u{202E}.safetensors"
        try fixture.model("loras/" + name.replacing("/", with: "∕"), seed: 1)
        try fixture.addModels()
        let found = try #require(try fixture.store.modelEntries().first)
        try await withGallery(fixture) { gallery async throws in
            for path in ["/models", "/models/\(found.id)", "/models?q=%3Cscript%3E"] {
                let text = try await gallery.get(path).text
                #expect(text.contains("&lt;script&gt;alert(1)"), "\(path)")
                #expect(!text.contains("<script>alert") && !text.contains("\u{202E}"), "\(path)")
            }
        }
    }

    @Test(arguments: ["0", "4711", "-1", "+1", "01", "x", "9223372036854775808", "1%00"])
    func `are not there for a model that is not`(id: String) async throws {
        try fixture.add("loras/a.safetensors", seed: 1)
        try await withGallery(fixture) { gallery async throws in
            #expect(try await gallery.get("/models/\(id)").status == 404)
        }
    }

    @Test func `and all others repeat few filters in their addresses, and say so`() async throws {
        _ = try keep("a.png")
        let many = (0..<800).map { "folder=folder\($0)" }.joined(separator: "&")
        try await withGallery(fixture) { gallery async throws in
            let answer = try await gallery.get("/?\(many)")
            #expect(answer.status == 200 && answer.body.count < 1 << 20)
            #expect(answer.text.contains("A search has 32 filters at most; the first of these count."))
            let long = try await gallery.get("/?q=" + String(repeating: "y", count: 60_000))
            #expect(long.status == 200 && long.body.count < 1 << 20)
            #expect(long.text.contains("only its first 1000 characters are searched for"))
        }
    }
}
