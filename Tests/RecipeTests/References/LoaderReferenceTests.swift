import Recipe
import Testing

/// An input of a loader and the folder that its files lie in.
struct Loader: Sendable, CustomTestStringConvertible {
    let classType: String
    let input: String
    let folder: String
    var testDescription: String { "\(classType).\(input)" }

    init(_ classType: String, _ input: String, _ folder: String) {
        self.classType = classType
        self.input = input
        self.folder = folder
    }

    static let core = [
        Loader("CheckpointLoaderSimple", "ckpt_name", "checkpoints"),
        Loader("CheckpointLoader", "ckpt_name", "checkpoints"),
        Loader("CheckpointLoader", "config_name", "configs"),
        Loader("unCLIPCheckpointLoader", "ckpt_name", "checkpoints"),
        Loader("ImageOnlyCheckpointLoader", "ckpt_name", "checkpoints"),
        Loader("CreateHookModelAsLora", "ckpt_name", "checkpoints"),
        Loader("LTXVAudioVAELoader", "ckpt_name", "checkpoints"),
        Loader("LTXAVTextEncoderLoader", "ckpt_name", "checkpoints"),
        Loader("LTXAVTextEncoderLoader", "text_encoder", "text_encoders"), Loader("LoraLoader", "lora_name", "loras"),
        Loader("LoraLoaderModelOnly", "lora_name", "loras"), Loader("LoraLoaderBypass", "lora_name", "loras"),
        Loader("CreateHookLora", "lora_name", "loras"), Loader("TrainLoraNode", "existing_lora", "loras"),
        Loader("VAELoader", "vae_name", "vae"), Loader("UNETLoader", "unet_name", "diffusion_models"),
        Loader("CLIPLoader", "clip_name", "text_encoders"), Loader("DualCLIPLoader", "clip_name1", "text_encoders"),
        Loader("DualCLIPLoader", "clip_name2", "text_encoders"),
        Loader("TripleCLIPLoader", "clip_name3", "text_encoders"),
        Loader("QuadrupleCLIPLoader", "clip_name4", "text_encoders"),
        Loader("CLIPVisionLoader", "clip_name", "clip_vision"),
        Loader("ControlNetLoader", "control_net_name", "controlnet"),
        Loader("DiffControlNetLoader", "control_net_name", "controlnet"),
        Loader("StyleModelLoader", "style_model_name", "style_models"), Loader("GLIGENLoader", "gligen_name", "gligen"),
        Loader("HypernetworkLoader", "hypernetwork_name", "hypernetworks"),
        Loader("PhotoMakerLoader", "photomaker_model_name", "photomaker"),
        Loader("AudioEncoderLoader", "audio_encoder_name", "audio_encoders"),
        Loader("ModelPatchLoader", "name", "model_patches"),
        Loader("UpscaleModelLoader", "model_name", "upscale_models"),
        Loader("LatentUpscaleModelLoader", "model_name", "latent_upscale_models"),
        Loader("FrameInterpolationModelLoader", "model_name", "frame_interpolation"),
        Loader("OpticalFlowLoader", "model_name", "optical_flow"),
        Loader("LoadMoGeModel", "model_name", "geometry_estimation"),
        Loader("LoadDA3Model", "model_name", "geometry_estimation"),
        Loader("LoadMediaPipeFaceLandmarker", "model_name", "detection"),
        Loader("LoadBackgroundRemovalModel", "bg_removal_name", "background_removal"),
    ]
}

@Suite struct `A loader's reference` {
    @Test(arguments: Loader.core) func `is to a file of its folder`(loader: Loader) throws {
        // The suffix tells nothing here, so that only the table can.
        let references = try Graphs.references(loader.classType, #""\#(loader.input)": "sub/name.xyz""#)
        let reference = try #require(references.first)
        #expect(references.count == 1)
        #expect(reference.folder == loader.folder)
        #expect(reference.name == "sub/name.xyz")
        #expect(reference.candidates == [try ModelPath("sub/name.xyz")])
        #expect(reference.node == "1")
        #expect(reference.input == loader.input)
        #expect(!reference.isDirectory)
    }

    @Test(arguments: Loader.core) func `is to a folder that ComfyUI has`(loader: Loader) {
        #expect(Folder.isKnown(loader.folder))
    }

    @Test func `is to a directory for a model of diffusers`() throws {
        let references = try Graphs.references("DiffusersLoader", #""model_path": "sdxl/base""#)
        let reference = try #require(references.first)
        #expect(references.count == 1)
        #expect(reference.folder == "diffusers")
        #expect(reference.isDirectory)
        #expect(reference.candidates == [try ModelPath("sdxl/base")])
    }

    @Test(arguments: ["taesd", "taesdxl", "taesd3", "taef1"]) func `is to two files for a small VAE`(name: String)
        throws
    {
        let references = try Graphs.references("VAELoader", #""vae_name": "\#(name)""#)
        #expect(references.map(\.folder) == ["vae_approx", "vae_approx"])
        #expect(references.map(\.name) == ["\(name)_encoder", "\(name)_decoder"])
        for reference in references {
            #expect(reference.candidates.contains(try ModelPath(reference.name + ".safetensors")))
            #expect(reference.candidates.contains(try ModelPath(reference.name + ".pth")))
        }
    }

    @Test(arguments: [
        Loader("VAELoader", "vae_name", "pixel_space"), Loader("Efficient Loader", "vae_name", "Baked VAE"),
        Loader("Efficient Loader", "lora_name", "None"), Loader("TrainLoraNode", "existing_lora", "[None]"),
        Loader("VAELoader", "vae_name", ""), Loader("HighRes-Fix Script", "ckpt_name", "(use same)"),
    ])
    func `is none where the value names no file`(loader: Loader) throws {
        #expect(try Graphs.references(loader.classType, #""\#(loader.input)": "\#(loader.folder)""#).isEmpty)
    }

    @Test(arguments: ["null", "7", "true", "[]", #"["1", 0]"#, #"["nobody", 0]"#])
    func `is none where the value is not a name`(value: String) throws {
        #expect(try Graphs.references("VAELoader", #""vae_name": \#(value)"#).isEmpty)
    }

    @Test func `has Windows' separators normalised`() throws {
        let reference = try #require(
            try Graphs.references("LoraLoader", #""lora_name": "style\\ink.safetensors""#).first
        )
        #expect(reference.name == #"style\ink.safetensors"#)
        #expect(reference.candidates == [try ModelPath("style/ink.safetensors")])
    }

    @Test(arguments: [
        "../x.safetensors", "/etc/passwd.safetensors", #"C:\\x.safetensors"#, #"a\u0000.safetensors"#, "a/../../x.pt",
        "..",
    ])
    func `has no candidates for a hostile name`(name: String) throws {
        let references = try Graphs.references("LoraLoader", #""lora_name": "\#(name)""#)
        #expect(references.count == 1)
        #expect(references.first?.candidates == [])
    }

    @Test func `has the strength of its loader`() throws {
        let inputs = #""lora_name": "a.safetensors", "strength_model": 0.80, "strength_clip": 0.5"#
        #expect(try Graphs.references("LoraLoader", inputs).first?.strength == JSON.Number(literal: "0.80"))
    }

    @Test func `follows a link to a name`() throws {
        let recipe = try Graphs.recipe(
            Graphs.graph([
                Graphs.node("1", "StringConstant", #""string": "linked.xyz""#),
                Graphs.node("2", "VAELoader", #""vae_name": ["1", 0]"#),
                Graphs.node("3", "SaveImage", #""images": ["2", 0]"#),
            ])
        )
        #expect(recipe.models.map(\.reference.name) == ["linked.xyz"])
        #expect(recipe.models.first?.reference.folder == "vae")
    }

    @Test func `is there once for each node that names it`() throws {
        let nodes = ["1", "2"].map { Graphs.node($0, "LoraLoader", #""lora_name": "a.safetensors""#) }
        let save = Graphs.node("3", "SaveImage", #""a": ["1", 0], "b": ["2", 0], "c": ["1", 1]"#)
        #expect(try Graphs.recipe(Graphs.graph(nodes + [save])).models.map(\.reference.node) == ["1", "2"])
    }
}
