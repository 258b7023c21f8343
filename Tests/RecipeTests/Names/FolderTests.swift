import Recipe
import Testing

@Suite struct `A folder of models` {
    @Test(arguments: [
        ("diffusion_models", ["unet", "diffusion_models"]), ("unet", ["unet", "diffusion_models"]),
        ("text_encoders", ["text_encoders", "clip"]), ("clip", ["text_encoders", "clip"]),
        ("controlnet", ["controlnet", "t2i_adapter"]), ("loras", ["loras"]), ("sams", ["sams"]),
    ])
    func `is searched in ComfyUI's order`(folder: String, searched: [String]) {
        #expect(Folder.searched(for: folder) == searched)
    }

    @Test(
        arguments: [("unet", ["diffusion_models"]), ("text_encoders", ["clip"]), ("loras", [])]
            as [(EntryName, [EntryName])])
    func `has the other names of its family as aliases`(folder: EntryName, aliases: [EntryName]) {
        #expect(Folder.aliases(of: folder) == aliases)
    }

    @Test(arguments: ["checkpoints", "unet", "clip", "t2i_adapter", "vae_approx", "clip_vision"]) func `is known`(
        name: String
    ) {
        #expect(Folder.isKnown(name))
    }

    @Test(arguments: ["", "Checkpoints", "input", "sams", "checkpoints/"]) func `is not known by another name`(
        name: String
    ) {
        #expect(!Folder.isKnown(name))
    }

    @Test(arguments: [
        ("checkpoints", "checkpoint"), ("loras", "lora"), ("unet", "diffusion model"), ("clip", "text encoder"),
        ("t2i_adapter", "controlnet"), ("vae", "vae"), ("latent_upscale_models", "upscale model"),
        ("clip_vision", "clip vision"),
        ("my_models", "my models"),
    ])
    func `gives its models a role`(folder: String, role: String) {
        #expect(Folder.role(of: folder) == role)
    }

    @Test(arguments: [
        "a.safetensors", "a.SFT", "a.ckpt", "a.pt", "a.pt2", "a.pth", "a.bin", "a.pkl", "a.gguf", "a.onnx", "a.engine",
    ])
    func `holds files with these endings`(name: String) {
        #expect(Folder.isModelFile(name))
    }

    @Test(arguments: [
        "m.onnx_data", "m.onnx_data_12", "m.ONNX.data", "m.npz", "m.h5", "m.tflite", "m.task", "m.nemo", "m.trt",
        "m.plan",
        "m.ot", "m.param", "m.msgpack", "m.safetensors",
    ])
    func `keeps weights with these endings, too`(name: String) {
        #expect(Folder.holdsWeights(name))
        #expect(Folder.isModelFile(name) == (name == "m.safetensors"))
    }

    @Test(arguments: ["m.json", "m.txt", ".npz", "m.data", "m_task", "m.png", "h5", "m.param.tmp", "m.npz.aria2"])
    func `keeps no other file for weights`(name: String) {
        #expect(!Folder.holdsWeights(name))
    }

    @Test(arguments: [
        ("a.safetensors", "a"), ("a.SAFETENSORS", "a"), ("a", "a"), ("a\u{301}.pt", "a\u{301}"),
        ("a.c\u{212A}pt", "a.c\u{212A}pt"),
    ])
    func `names a file without its ending, by bytes`(name: String, stem: String) {
        #expect(Array(Folder.stem(of: name).utf8) == Array(stem.utf8))
    }

    @Test(arguments: ["", "a", "a.png", ".pt", "safetensors", "a.safetensors.txt", "a.pt "])
    func `takes no other file for a model`(name: String) {
        #expect(!Folder.isModelFile(name))
    }
}
