import Recipe
import ReproFS
import Store
import Support
import SystemPackage
import Testing

@Suite(.timeLimit(.minutes(20))) struct `The views of models` {
    let view: ViewFixture
    init() throws { view = try ViewFixture() }

    /// > The top of a mount has `models`, `by-name`, `by-hash`, `by-snapshot`, `by-image`, `by-time`, `active` and `.reprofs`.
    @Test(arguments: View.allCases) func `stand at the top`(_ way: View) throws {
        try way.show(view.store) { tree throws in
            #expect(
                try tree.list("").sorted() == [
                    ".reprofs", "active", "by-hash", "by-image", "by-name", "by-snapshot", "by-time", "models",
                ])
        }
    }

    @Test(arguments: View.allCases) func `show the live version under its name`(_ way: View) throws {
        try way.show(view.store) { tree throws in
            #expect(try tree.read("models/checkpoints/model.safetensors") == SmallModel.bytes(seed: 2))
            #expect(try tree.read("models/loras/style/ink.safetensors") == SmallModel.bytes(seed: 10))
            #expect(try tree.list("models").sorted() == ["checkpoints", "embeddings", "loras", "unet"])
            #expect(try tree.list("models/loras").sorted() == ["plain.safetensors", "style"])
            #expect(try tree.list("models/embeddings").count == 9)
        }
    }

    /// > Where ComfyUI has two names for a folder (`unet` and `diffusion_models`, `clip` and `text_encoders`, `t2i_adapter` and
    /// > `controlnet`), a folder keeps the name under which it was stored, and the other name is a link to it. If both folders exist, equal
    /// > names in them are two models.
    @Test(arguments: View.allCases) func `link an absent folder to its other name`(_ way: View) throws {
        try way.show(view.store) { tree throws in
            #expect(try tree.link("models/diffusion_models") == "unet")
            #expect(try tree.link("by-name/diffusion_models") == "unet")
            #expect(try tree.read("models/diffusion_models/flux.safetensors") == SmallModel.bytes(seed: 12))
            #expect(!tree.exists("models/clip"))
        }
        try view.fixture.add("diffusion_models/flux.safetensors", seed: 13)
        try way.show(view.store) { tree throws in
            #expect(try tree.read("models/unet/flux.safetensors") == SmallModel.bytes(seed: 12))
            #expect(try tree.read("models/diffusion_models/flux.safetensors") == SmallModel.bytes(seed: 13))
        }
    }

    /// > `by-name/<folder>/<path>/v<n>/<file name>` has every version of a model whose bytes are kept. `latest` beside them is a link to
    /// > the newest.
    @Test(arguments: View.allCases) func `show every version by name`(_ way: View) throws {
        try way.show(view.store) { tree throws in
            let model = "by-name/checkpoints/model.safetensors"
            #expect(try tree.list(model).sorted() == ["latest", "v1", "v2"])
            #expect(try tree.read(model + "/v1/model.safetensors") == SmallModel.bytes(seed: 1))
            #expect(try tree.read(model + "/v2/model.safetensors") == SmallModel.bytes(seed: 2))
            #expect(try tree.link(model + "/latest") == "v2")
            #expect(try tree.read(model + "/latest/model.safetensors") == SmallModel.bytes(seed: 2))
            for absent in ["v0", "v3", "v01", "v", "V1"] { #expect(!tree.exists(model + "/" + absent)) }
            #expect(
                try tree.read("by-name/loras/style/ink.safetensors/v1/ink.safetensors") == SmallModel.bytes(seed: 10))
        }
    }

    /// > `by-hash/sha256/<64 hex>` has every blob. A prefix of 8 or more digits that only one blob has is a link to it, and is not listed.
    @Test(arguments: View.allCases) func `show every blob by its hash`(_ way: View) throws {
        try way.show(view.store) { tree throws in
            let names = try tree.list("by-hash/sha256")
            #expect(try names.count == view.store.counts().blobs)
            for name in names { #expect(try tree.digest("by-hash/sha256/" + name).hex == name) }
            let hex = SmallModel.digest(seed: 1).hex
            for length in [8, 9, 12, 63] { #expect(try tree.link("by-hash/sha256/" + hex.prefix(length)) == hex) }
            for absent in [String(hex.prefix(7)), hex.uppercased(), "zzzzzzzz", hex + "0"] where absent != hex {
                #expect((try? tree.facts("by-hash/sha256/" + absent).kind) != .file)
            }
            #expect(!tree.exists("by-hash/sha256/" + hex.prefix(7)))
        }
    }

    /// > `by-hash/autov2/<10 hex>`, `by-hash/autov3/<12 hex>` and `by-hash/autov1/<8 hex>` are links to models by the hashes of A1111 and
    /// > Civitai: the first digits of the SHA-256 of the file, of its tensors, and of the slice that early versions hashed.
    /// > `by-hash/blake3/<64 hex>` exists if b3sum is installed. If several models share a hash, the link leads to the one that was known
    /// > first.
    @Test(arguments: View.allCases) func `name models as other tools do`(_ way: View) throws {
        // Two files with the same tensors, of which the first has an AutoV1 too.
        let big = SmallModel.bytes(seed: 50, size: 0x11_0000)
        let header = Array(#"{"weight":{"dtype":"U8","shape":[1114112],"data_offsets":[0,1114112]}} "#.utf8)
        let edited = [UInt8(header.count), 0, 0, 0, 0, 0, 0, 0] + header + big.suffix(0x11_0000)
        for (name, bytes) in [("a", big), ("b", edited)] {
            try view.fixture.directory.write(bytes, to: "models/loras/\(name).safetensors")
            try view.fixture.addModels()
            try view.store.readOtherHashes()
        }
        let digest = SHA256.digest(of: big)
        let tensors = SHA256.digest(of: Array(big.suffix(0x11_0000))).hex
        let slice = SHA256.digest(of: Array(big[0x10_0000..<0x11_0000])).hex
        try way.show(view.store) { tree throws in
            #expect(try tree.list("by-hash") == ["sha256", "autov1", "autov2", "autov3", "blake3"])
            #expect(try tree.link("by-hash/autov2/" + digest.autoV2) == "../sha256/" + digest.hex)
            #expect(try tree.link("by-hash/autov3/" + tensors.prefix(12)) == "../sha256/" + digest.hex)
            #expect(try tree.link("by-hash/autov1/" + slice.prefix(8)) == "../sha256/" + digest.hex)
            #expect(try tree.digest("by-hash/autov2/" + digest.autoV2) == digest)
            #expect(try tree.list("by-hash/autov1").count == 2)
            let names = try tree.list("by-hash/autov3")
            #expect(Set(names).count == names.count && names.contains(String(tensors.prefix(12))))
            let prefix = try #require(DigestPrefix(hex: digest.hex))
            let blob = try #require(try view.store.blob(prefix))
            if let blake3 = try view.store.identity(of: blob)?.blake3 {
                #expect(try tree.link("by-hash/blake3/" + blake3.hex) == "../sha256/" + digest.hex)
                #expect(try tree.list("by-hash/blake3").contains(blake3.hex))
            }
            for name in try tree.list("by-hash/autov2") {
                #expect(try tree.digest("by-hash/autov2/" + name).autoV2 == name)
            }
            for absent in ["0000000000", String(digest.hex.prefix(9)), digest.autoV2.uppercased() + "X"] {
                #expect(!tree.exists("by-hash/autov2/" + absent))
            }
        }
    }

    /// > A model file has the extended attributes `user.reprofs.sha256`, `user.reprofs.autov2` and `user.reprofs.version`; a pinned one
    /// > also has `user.reprofs.evidence`.
    @Test(arguments: View.allCases) func `tell a file's hash without its being read`(_ way: View) throws {
        try way.show(view.store) { tree throws in
            let hex = SmallModel.digest(seed: 1).hex
            let expected = [
                "user.reprofs.sha256": hex, "user.reprofs.autov2": String(hex.prefix(10)), "user.reprofs.version": "v1",
            ]
            #expect(try tree.attributes("by-name/checkpoints/model.safetensors/v1/model.safetensors") == expected)
            let pinned = view.directory(of: view.first) + "/models/checkpoints/model.safetensors"
            #expect(try tree.attributes(pinned) == expected.merging(["user.reprofs.evidence": "inferred"]) { $1 })
            #expect(try tree.attributes("models/checkpoints/model.safetensors")["user.reprofs.version"] == "v2")
            #expect(try tree.attributes("models").isEmpty)
        }
    }

    /// > A file whose bytes are missing from the store, or no longer have its hash, cannot be opened: EIO. That is checked when it is
    /// > opened, so that it does not fail in the middle of a read.
    @Test(arguments: View.allCases) func `refuse to open a damaged file`(_ way: View) throws {
        let blob = view.store.path.appending("blobs/sha256").appending(SmallModel.digest(seed: 2).hex)
        let file = try FileDescriptor.open(blob, .writeOnly, options: [.truncate, .closeOnExec])
        try file.closeAfter { _ = try file.writeAll([UInt8](repeating: 0, count: SmallModel.bytes(seed: 2).count)) }
        try way.show(view.store) { tree throws in
            #expect(throws: (any Error).self) { try tree.read("models/checkpoints/model.safetensors") }
            #expect(
                try tree.read("by-name/checkpoints/model.safetensors/v1/model.safetensors") == SmallModel.bytes(seed: 1)
            )
        }
    }
}
