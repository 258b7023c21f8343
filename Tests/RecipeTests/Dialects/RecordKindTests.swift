import Recipe
import Testing

/// Records of tools beside ComfyUI, each kind by the smallest example.
@Suite struct `Records of other tools` {
    static func recipe(_ texts: (String, String)...) throws -> Recipe {
        let chunks = texts.flatMap { PNGBuilder.tEXt($0.0, $0.1) } + PNGBuilder.pixels
        return try #require(try RecipeReader.read(MemorySource(PNGBuilder.png(chunks)), fileName: nil)).recipe
    }

    static func infotext(_ line: String, prompt: String = "a fox") throws -> Recipe {
        try recipe(
            ("parameters", "\(prompt)\nSteps: 20, Sampler: Euler, CFG Scale: 7, Seed: 1, Size: 512x512, \(line)"))
    }

    @Test func `hold bare graphs in comments`() throws {
        let recipe = try Self.recipe(("Comment", Graphs.sampling()))
        #expect(recipe.generator.dialect == "comfyui-prompt")
        #expect(try recipe.onlyPass().positive == "a red cube")
    }

    @Test(arguments: ["CFG scale", "CFG Scale", "cfg_scale"]) func `spell keys in many ways`(key: String) throws {
        let recipe = try Self.recipe(("parameters", "x\nSteps: 20, Sampler: Euler, \(key): 7, Seed: 1"))
        #expect(try recipe.onlyPass().cfg?.int == 7)
    }

    @Test func `name upscalers, parts and weights`() throws {
        let names = { (line: String) in
            try Self.infotext(line).models.map { "\($0.reference.folder ?? "?")/\($0.reference.name)" }
        }
        #expect(try names("Postprocess upscaler: 4x-UltraSharp") == ["upscale_models/4x-UltraSharp"])
        #expect(try names("Hires upscaler: Latent (nearest-exact)") == [])
        #expect(
            try names(
                "Model: , TE: clip_l.safetensors, TE: t5.safetensors, Unet: f.gguf, Version: stable-diffusion.cpp")
                == ["text_encoders/clip_l", "text_encoders/t5", "diffusion_models/f"])
        #expect(try names("Model hash: aabbccddee") == ["checkpoints/aabbccddee"])
        let recipe = try Self.infotext(#"Lora hashes: "ink: 0123456789", Lora weights: "ink: 0.65""#)
        #expect(recipe.models.map { $0.reference.strength?.double } == [0.65])
    }

    @Test(arguments: [
        ("<lora:a:0.8:lbw=OUTD>", "0.8"), ("<lora:a:1:0.5>", "0.5"), ("<lora:a:te=0.3:unet=0.7>", "0.7"),
        ("<lora:a:0.6:1,1,0>", "0.6"), ("<lora:a>", "1"),
    ])
    func `weigh a LoRA by what its tag says of the model`(tag: String, strength: String) throws {
        let recipe = try Self.infotext("Version: v1.6.0", prompt: tag)
        #expect(recipe.models.map { $0.reference.strength?.literal } == [strength])
    }

    @Test func `of SwarmUI name every model and every image`() throws {
        let params =
            #""prompt": "x", "seed": 1, "steps": 25, "model": "base", "refinermodel": "r", "refinersteps": 9, "refinervae": "v", "controlnettwomodel": "c", "qwenmodel": "q", "refinerupscalemethod": "model-4x.pth", "initimage": "raw/photo.png""#
        let recipe = try Self.recipe(("parameters", #"{"sui_image_params": {\#(params)}}"#))
        #expect(recipe.models.map(\.reference.name) == ["base", "r", "v", "c", "q", "4x"])
        #expect(recipe.inputs.map(\.reference.name) == ["raw/photo.png"])
        #expect(recipe.passes.map { $0.steps?.int } == [9, 25])
    }

    @Test func `of NovelAI hold a prompt for each character`() throws {
        let caption = { (base: String, own: String) in
            #"{"caption": {"base_caption": "\#(base)", "char_captions": [{"char_caption": "\#(own)"}, {"char_caption": ""}]}}"#
        }
        let comment =
            #"{"prompt": "two", "uc": "low", "seed": 1, "steps": 2, "v4_prompt": \#(caption("two", "boy")), "v4_negative_prompt": \#(caption("low", "hat"))}"#
        let pass = try Self.recipe(("Software", "NovelAI"), ("Comment", comment)).onlyPass()
        #expect(pass.positive == "two\nboy" && pass.negative == "low\nhat")
    }

    @Test func `of InvokeAI leave out layers that are switched off`() throws {
        let layer = { (isOn: Bool, name: String) in
            #"{"isEnabled": \#(isOn), "objects": [{"image": {"image_name": "\#(name)"}}], "controlAdapter": {"model": {"name": "m-\#(name)", "base": "sdxl", "type": "controlnet"}}}"#
        }
        for (mode, images) in [("sdxl_txt2img", ["c.png"]), ("sdxl_img2img", ["r.png", "c.png"])] {
            let recipe = try Self.recipe(
                (
                    "invokeai_metadata",
                    #"{"app_version": "6", "generation_mode": "\#(mode)", "seed": 1, "canvas_v2_metadata": {"rasterLayers": [\#(layer(true, "r.png"))], "controlLayers": [\#(layer(true, "c.png")), \#(layer(false, "off.png"))]}}"#
                ))
            #expect(Set(recipe.inputs.map(\.reference.name)) == Set(images))
            #expect(!recipe.models.contains { $0.reference.name == "m-off.png" })
        }
    }

    @Test func `of TensorArt lend their hashes to the graph beside them`() throws {
        let hash = String(repeating: "9f", count: 32)
        let data =
            #"{"prompt": "x", "seed": "24", "steps": 25, "cfgScale": 7, "baseModel": {"type": "BASE_MODEL", "modelFileId": "501", "modelFileName": "dreamer", "hash": "\#(hash.uppercased())"}}"#
        let alone = try Self.recipe(("generation_data", data))
        #expect(try alone.onlyPass().seed?.int == 24 && alone.models.first?.reference.name == "dreamer")
        let graph = Graphs.sampling().replacing("base.safetensors", with: "EMS-501-EMS.safetensors")
        let both = try Self.recipe(("generation_data", data), ("prompt", graph))
        #expect(both.models.first?.reference.recorded.map(\.value) == [hash])
    }

    @Test func `of Mochi Diffusion are one caption`() throws {
        let pass = try Self.recipe(
            (
                "Description",
                "Include in Image: a fox; red; Exclude from Image: ; Model: dreamer; Steps: 28; Guidance Scale: 11.0; Seed: 5; Scheduler: DPM"
            )
        ).onlyPass()
        #expect(pass.positive == "a fox; red" && pass.seed?.int == 5 && pass.cfg?.double == 11)
    }

    @Test func `of programs with diffusers are plain JSON`() throws {
        let recipe = try Self.recipe(
            (
                "metadata",
                #"{"prompt": "a fox", "negative_prompt": "b", "resolution": "832 x 1216", "guidance_scale": 7, "num_inference_steps": 28, "seed": 3, "sampler": "Euler a", "Model": "org/x-3.1", "Model hash": "e3c47aedb0"}"#
            ))
        let pass = try recipe.onlyPass()
        #expect(
            pass.steps?.int == 28 && pass.width?.int == 832 && pass.height?.int == 1216 && pass.sampler == "Euler a")
        #expect(recipe.models.first?.reference.recorded.map(\.value) == ["e3c47aedb0"])
    }
}
