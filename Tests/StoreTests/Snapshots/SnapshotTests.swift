import Foundation
import Recipe
import Store
import Support
import SystemPackage
import Testing

@Suite struct `A snapshot` {
    let fixture: StoreFixture
    init() throws { fixture = try StoreFixture() }

    private func model(_ id: Digest, _ index: Int = 0) throws -> JSON {
        try #require(try fixture.recipe(id)["models"]?.array?[index])
    }

    @Test func `has the SHA-256 of its canonical form as its id`() throws {
        try fixture.add("checkpoints/model.safetensors", seed: 1)
        let id = try fixture.store.snapshot(try fixture.image(SmallImage.graph())).id
        let row = try fixture.row(id)
        #expect(SHA256.digest(of: try fixture.store.bytes(of: row.document)) == id)
    }

    @Test func `of a text that is longer than is read is refused for its length`() throws {
        let text = fixture.directory.appending("long.json")
        try fixture.directory.write([UInt8](repeating: 0x20, count: 17 << 20), to: "long.json")
        let failure = try #require(throws: StoreError.self) { try fixture.store.snapshot(text) }
        #expect(
            failure.description == "\(text) is a text of 17,825,792 bytes; a recipe is read from texts of up to 16 MiB")
    }

    /// > The same image and the same evidence give the same snapshot. Better evidence gives a new one, whose parent is the old one;
    /// > evidence never gets weaker.
    @Test func `is made anew only for better evidence`() throws {
        let image = try fixture.image(SmallImage.graph())
        let missing = try fixture.store.snapshot(image)
        #expect(missing.isNew)
        #expect(try fixture.store.snapshot(image).id == missing.id)
        try fixture.add("checkpoints/model.safetensors", seed: 1)
        let assumed = try fixture.store.snapshot(image)
        #expect(assumed.isNew && assumed.supersedes == missing.id)
        for seed in [2, 3] {
            try fixture.add("checkpoints/model.safetensors", seed: UInt64(seed))
            let again = try fixture.store.snapshot(image)
            #expect(!again.isNew && again.id == assumed.id)
        }
        #expect(try fixture.store.counts().snapshots == 2)
    }

    /// > A model's evidence is `inferred` if the catalogue knows which version was live at the image's modification time. It is `assumed`
    /// > if only the name matches, and `missing` if nothing does. An image that is older than every known version of a name gets the first
    /// > one.
    @Test func `says how a model's bytes are known`() throws {
        try fixture.add("checkpoints/model.safetensors", seed: 1)
        let made = try fixture.image("made.png", SmallImage.graph())
        let old = try fixture.image("old.png", SmallImage.graph(seed: 2), modified: 1_000_000_000)
        let other = try fixture.image("other.png", SmallImage.graph(checkpoint: "other.safetensors"))
        StoreFixture.waitForTick()
        try fixture.add("checkpoints/model.safetensors", seed: 2)
        StoreFixture.waitForTick()
        let later = try fixture.image("later.png", SmallImage.graph(seed: 3))
        let known = try [made, old, other, later].map { image in
            let model = try model(try fixture.store.snapshot(image).id)
            return "\(model["evidence"]?.string ?? "") \(model["version"]?.number?.literal ?? "-")"
        }
        #expect(known == ["inferred 1", "assumed 1", "missing -", "inferred 2"])
    }

    @Test func `is the same in another store`() throws {
        let other = try StoreFixture()
        let source = try fixture.model("checkpoints/model.safetensors", seed: 1)
        try fixture.directory.setModified(source, 1_700_000_000)
        var ids: [Digest] = []
        for one in [fixture, other] {
            try one.add("checkpoints/model.safetensors", seed: 1)
            ids.append(try one.store.snapshot(try one.image(SmallImage.graph(), modified: 1_900_000_000)).id)
        }
        #expect(ids[0] == ids[1])
    }

    @Test func `infers the version that was live when the image was made`() throws {
        try fixture.add("checkpoints/model.safetensors", seed: 1)
        let image = try fixture.image(SmallImage.graph())
        StoreFixture.waitForTick()
        try fixture.add("checkpoints/model.safetensors", seed: 2)
        let model = try model(try fixture.store.snapshot(image).id)
        #expect(model["evidence"] == "inferred")
        #expect(model["version"] == 1)
        #expect(model["sha256"]?.string == SmallModel.digest(seed: 1).hex)
    }

    @Test func `assumes by the name alone when the image is older than all that is known`() throws {
        try fixture.add("checkpoints/model.safetensors", seed: 1)
        let model = try model(
            try fixture.store.snapshot(try fixture.image(SmallImage.graph(), modified: 1_000_000_000)).id)
        #expect(model["evidence"] == "assumed")
        #expect(model["version"] == 1)
    }

    @Test func `never takes a downloaded file's age for the time that it was live`() throws {
        // The file lay elsewhere before it was added, so an image made meanwhile cannot have used it.
        let file = try fixture.directory.write(SmallModel.bytes(seed: 1), to: "downloads/model.safetensors")
        let image = try fixture.image(SmallImage.graph())
        let plan = try fixture.store.plan(adding: [file], folder: try ModelPath("checkpoints"))
        for item in plan.items { _ = try fixture.store.add(item) }
        #expect(try model(try fixture.store.snapshot(image).id)["evidence"] == "assumed")
    }

    @Test func `says what is missing`() throws {
        let result = try fixture.store.snapshot(try fixture.image(SmallImage.graph()))
        #expect(result.grade == .partial)
        #expect(result.reasons.map(\.code).contains(.modelMissing))
        #expect(try model(result.id)["sha256"] == .null)
    }

    @Test func `is superseded when a missing model is there`() throws {
        let image = try fixture.image(SmallImage.graph())
        let first = try fixture.store.snapshot(image)
        try fixture.add("checkpoints/model.safetensors", seed: 1)
        let second = try fixture.store.snapshot(image)
        #expect(second.isNew)
        #expect(second.supersedes == first.id)
        #expect(second.grade == .approximate)
        #expect(
            try fixture.store.snapshot(ofImage: SHA256.digest(of: SmallImage.comfy(prompt: SmallImage.graph())))?.digest
                == second.id)
    }

    @Test func `keeps its bytes when the model is replaced later`() throws {
        try fixture.add("checkpoints/model.safetensors", seed: 1)
        let image = try fixture.image(SmallImage.graph(), modified: 1_000_000_000)
        let first = try fixture.store.snapshot(image)
        try fixture.add("checkpoints/model.safetensors", seed: 2)
        let again = try fixture.store.snapshot(image)
        #expect(again.id == first.id)
        #expect(try model(again.id)["sha256"]?.string == SmallModel.digest(seed: 1).hex)
    }

    @Test func `pins an input image that lies in the named directory`() throws {
        try fixture.add("checkpoints/model.safetensors", seed: 1)
        let input = SmallImage.comfy(prompt: "{}")
        try fixture.directory.write(input, to: "elsewhere/sub/in.png")
        let image = try fixture.image(SmallImage.graph(image: "sub/in.png"))
        let id = try fixture.store.snapshot(image, inputs: [fixture.directory.appending("elsewhere")]).id
        let use = try #require(try fixture.recipe(id)["inputs"]?.array?.first)
        #expect(use["sha256"]?.string == SHA256.digest(of: input).hex)
    }

    @Test func `finds an input image in the input directory beside the output directory`() throws {
        try fixture.add("checkpoints/model.safetensors", seed: 1)
        try fixture.directory.write([1, 2, 3], to: "input/in.png", modified: 1_000_000_000)
        let id = try fixture.store.snapshot(try fixture.image("day/a.png", SmallImage.graph(image: "in.png"))).id
        #expect(try fixture.recipe(id)["inputs"]?.array?.first?["evidence"] == "inferred")
    }

    @Test func `takes an input image by the hash that ComfyUI recorded, and no other`() throws {
        try fixture.add("checkpoints/model.safetensors", seed: 1)
        let input: [UInt8] = [1, 2, 3]
        let mark = "\"is_changed\":[\"\(SHA256.digest(of: input).hex)\"],\"class_type\":\"LoadImage\""
        let graph = SmallImage.graph(image: "in.png").replacing("\"class_type\":\"LoadImage\"", with: mark)
        let image = try fixture.image(graph)
        try fixture.directory.write([9, 9, 9], to: "input/in.png", modified: 1_000_000_000)
        #expect(try fixture.store.snapshot(image).reasons.map(\.code).contains(.inputMissing))
        let names = try FileManager.default.contentsOfDirectory(
            atPath: fixture.store.path.appending("blobs/sha256").string)
        #expect(names == [SmallModel.digest(seed: 1).hex])
        try fixture.directory.write(input, to: "input/in.png")
        let found = try fixture.store.snapshot(image)
        #expect(found.isNew)
        #expect(try fixture.recipe(found.id)["inputs"]?.array?.first?["evidence"] == "recorded")
        // From now on the store has these bytes, wherever the file goes.
        let other = try fixture.directory.write(SmallImage.comfy(prompt: graph + " "), to: "alone/b.png")
        let again = try fixture.store.snapshot(other)
        #expect(try fixture.recipe(again.id)["inputs"]?.array?.first?["evidence"] == "recorded")
    }

    @Test func `only assumes an input image that changed since`() throws {
        try fixture.add("checkpoints/model.safetensors", seed: 1)
        let image = try fixture.image(SmallImage.graph(image: "in.png"), modified: 1_000_000_000)
        try fixture.directory.write([1, 2, 3], to: "input/in.png")
        let result = try fixture.store.snapshot(image)
        #expect(result.reasons.map(\.code).contains(.inputAssumed))
    }

    /// > A backslash in a model's name is a separator. A name that is absolute, or that leads out of its folder, is refused: the snapshot
    /// > says so, and nothing is pinned for it.
    @Test func `reads a backslash as a separator and refuses what leads outside`() throws {
        try fixture.add("checkpoints/sub/model.safetensors", seed: 1)
        let windows = try fixture.store.snapshot(
            try fixture.image(SmallImage.graph(checkpoint: "sub\\model.safetensors")))
        #expect(try model(windows.id)["sha256"]?.string == SmallModel.digest(seed: 1).hex)
        for name in ["/sub/model.safetensors", "sub/../../checkpoints/sub/model.safetensors"] {
            let refused = try fixture.store.snapshot(try fixture.image(SmallImage.graph(checkpoint: name)))
            #expect(refused.reasons.map(\.code).contains(.nameRefused))
            #expect(
                try fixture.store.pins(under: 0, in: try fixture.row(refused.id).models, after: 0, limit: 9).isEmpty)
        }
    }

    @Test(arguments: [
        "../../secret.safetensors", "/etc/secret.safetensors", "..\\..\\secret.safetensors", "C:\\secret.safetensors",
    ])
    func `refuses a name that leads outside, and says so`(name: String) throws {
        try fixture.directory.write(SmallModel.bytes(seed: 1), to: "models/secret.safetensors")
        let result = try fixture.store.snapshot(try fixture.image(SmallImage.graph(checkpoint: name)))
        #expect(result.grade == .partial)
        #expect(result.reasons.map(\.code).contains(.nameRefused))
        #expect(try model(result.id)["evidence"] == "missing")
    }

    @Test func `finds a name with backslashes under its folders`() throws {
        try fixture.add("checkpoints/sub/model.safetensors", seed: 1)
        let id = try fixture.store.snapshot(try fixture.image(SmallImage.graph(checkpoint: "sub\\model.safetensors")))
            .id
        #expect(try model(id)["name"] == "sub/model.safetensors")
        #expect(try model(id)["evidence"] == "inferred")
    }

    @Test func `finds a model under the older name of its folder`() throws {
        try fixture.add("unet/flux.safetensors", seed: 1)
        let graph =
            #"{"1":{"class_type":"UNETLoader","inputs":{"unet_name":"flux.safetensors"}},"2":{"class_type":"SaveImage","inputs":{"images":["1",0]}}}"#
        let id = try fixture.store.snapshot(try fixture.image(graph)).id
        #expect(try model(id)["folder"] == "unet")
    }

    @Test func `of an image without metadata is partial and says so`() throws {
        let image = try fixture.directory.write(SmallImage.comfy(prompt: "not a graph"), to: "output/a.png")
        let result = try fixture.store.snapshot(image)
        #expect(result.grade == .partial)
        #expect(result.reasons.map(\.code) == [.metadataAbsent])
    }

    @Test func `is not made of what is not an image`() throws {
        let file = try fixture.directory.write([1, 2, 3], to: "output/a.png")
        #expect(throws: StoreError.self) { try fixture.store.snapshot(file) }
        #expect(try fixture.store.counts().images == 0)
    }

    @Test func `is not made of a pipe, nor does it wait for one`() throws {
        let pipe = fixture.directory.appending("pipe.png")
        try #require(mkfifo(pipe.string, 0o600) == 0)
        #expect(throws: StoreError.self) { try fixture.store.snapshot(pipe) }
    }

    @Test func `of a large workflow keeps its bytes`() throws {
        let workflow = #"{"nodes":[],"note":""# + String(repeating: "x", count: 300_000) + #""}"#
        let bytes = SmallImage.comfy(prompt: SmallImage.graph(), workflow: workflow)
        let id = try fixture.store.snapshot(try fixture.directory.write(bytes, to: "output/a.png")).id
        let row = try fixture.row(id)
        let kept = try #require(row.workflow)
        #expect(try fixture.store.bytes(of: kept) == Array(workflow.utf8))
    }
}
