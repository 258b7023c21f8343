import Recipe
import Store
import Support
import SystemPackage

/// A store as an artist's: a checkpoint in two versions, LoRAs in subfolders, images that were made from them.
struct ViewFixture {
    let fixture: StoreFixture
    /// The snapshots of a.png (made of version 1) and b.png (made with an input image).
    let first: Digest
    let second: Digest

    init() throws {
        fixture = try StoreFixture()
        try fixture.model("checkpoints/model.safetensors", seed: 1)
        try fixture.model("loras/style/ink.safetensors", seed: 10)
        try fixture.model("loras/plain.safetensors", seed: 11)
        try fixture.model("unet/flux.safetensors", seed: 12)
        for index in 0..<9 { try fixture.model("embeddings/e\(index).safetensors", seed: 20) }
        try fixture.addModels()
        try fixture.directory.write([1, 2, 3, 4], to: "input/in.png")
        let root = fixture.directory.appending("output")
        let a = try fixture.image("day/a.png", SmallImage.graph(lora: "style/ink.safetensors", seed: .max))
        let b = try fixture.image("b.png", SmallImage.graph(image: "in.png"))
        first = try fixture.store.snapshot(a, root: root).id
        second = try fixture.store.snapshot(b, root: root).id
        try fixture.add("checkpoints/model.safetensors", seed: 2)
        // A mount would do it by itself, at some moment.
        try fixture.store.readOtherHashes()
    }

    var store: Store { fixture.store }
    func directory(of id: Digest) -> String { "by-snapshot/" + id.hex.prefix(12) }
}
