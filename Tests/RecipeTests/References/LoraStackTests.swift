import Recipe
import Testing

/// Nodes of packs that hold several LoRAs.
@Suite struct `A stack of LoRAs` {
    static func names(_ classType: String, _ inputs: String) throws -> [String] {
        try Graphs.references(classType, inputs).map { "\($0.folder ?? "?")/\($0.name) \($0.strength?.literal ?? "-")" }
    }

    @Test func `counts only as many as it says, and none that is off or of no strength`() throws {
        #expect(
            try Self.names(
                "LoRA Stacker",
                #""lora_count": 2, "lora_name_1": "a.safetensors", "lora_wt_1": 0.5, "lora_name_2": "None", "lora_name_3": "c.safetensors""#
            ) == ["loras/a.safetensors 0.5"])
        #expect(
            try Self.names(
                "CR LoRA Stack",
                #""switch_1": "On", "lora_name_1": "a.safetensors", "model_weight_1": 1, "switch_2": "Off", "lora_name_2": "b.safetensors", "model_weight_2": 1"#
            ) == ["loras/a.safetensors 1"])
        #expect(
            try Self.names(
                "Lora Loader Stack (rgthree)",
                #""lora_01": "a.safetensors", "strength_01": 0, "lora_02": "b.safetensors", "strength_02": 0.3"#)
                == ["loras/b.safetensors 0.3"])
        #expect(
            try Self.names("LoraLoader", #""lora_name": "a.safetensors", "strength_model": 0, "strength_clip": 0.0"#)
                .isEmpty)
        #expect(
            try Self.names("LoraLoader", #""lora_name": "a.safetensors", "strength_model": 0, "strength_clip": 1"#) == [
                "loras/a.safetensors 0"
            ])
    }

    @Test func `of rgthree's power loader is read by its switches`() throws {
        #expect(
            try Self.names(
                "Power Lora Loader (rgthree)",
                #"""
                "lora_1": {"on": true, "lora": "a.safetensors", "strength": 0.8}, "lora_2": {"on": false, "lora": "b.safetensors", "strength": 1},
                "lora_3": {"on": true, "lora": "c.safetensors", "strength": 0}, "lora_4": {"on": true, "lora": "d.safetensors", "strength": 0, "strengthTwo": 1}
                """#) == ["loras/a.safetensors 0.8", "loras/d.safetensors 0"])
    }

    @Test(arguments: [
        #""loras": [{"name": "a", "strength": 0.7, "active": true}, {"name": "b", "strength": 1, "active": false}]"#,
        #""loras": {"__value__": [{"name": "a", "strength": "0.7"}]}, "text": "<lora:a:0.7>""#,
    ])
    func `of LoRA-Manager has names without suffixes`(inputs: String) throws {
        let references = try Graphs.references("Lora Loader (LoraManager)", inputs)
        #expect(references.map(\.name) == ["a"])
        #expect(references.allSatisfy { $0.isStem && $0.folder == "loras" && $0.strength?.double == 0.7 })
    }

    @Test func `stands beside the node's other models`() throws {
        #expect(
            try Self.names(
                "easy fullLoader",
                #""ckpt_name": "m.safetensors", "vae_name": "Baked VAE", "lora_1_name": "a.safetensors", "lora_1_strength": 0.5"#
            )
                == ["loras/a.safetensors 0.5", "checkpoints/m.safetensors -"])
    }

    @Test func `in the words of a node that reads tags is found, and not in ComfyUI's own encoder`() throws {
        let text = #""populated_text": "a cat <lora:style/ink:0.4:1> embedding:neg""#
        #expect(
            try Self.names("ImpactWildcardEncode", text) == ["embeddings/neg -", "loras/style/ink 0.4"])
        #expect(try Self.names("CLIPTextEncode", #""text": "a cat <lora:ink:0.4>""#).isEmpty)
    }
}

@Suite struct `A model that is named otherwise` {
    @Test(arguments: [
        ("Efficient Loader", "ckpt_name", "checkpoints"), ("Eff. Loader SDXL", "base_ckpt_name", "checkpoints"),
        ("Eff. Loader SDXL", "refiner_ckpt_name", "checkpoints"),
        ("HighRes-Fix Script", "hires_ckpt_name", "checkpoints"),
        ("HighRes-Fix Script", "pixel_upscaler", "upscale_models"),
        ("HighRes-Fix Script", "control_net_name", "controlnet"),
        ("SAMLoader", "model_name", "sams"), ("UltralyticsDetectorProvider", "model_name", "ultralytics"),
        ("ONNXDetectorProvider", "model_name", "onnx"), ("UnetLoaderGGUF", "unet_name", "diffusion_models"),
        ("CLIPLoaderGGUF", "clip_name", "text_encoders"), ("DualCLIPLoaderGGUF", "clip_name2", "text_encoders"),
        ("IPAdapterModelLoader", "ipadapter_file", "ipadapter"),
        ("ADE_LoadAnimateDiffModel", "model_name", "animatediff_models"),
        ("NunchakuFluxDiTLoader", "model_path", "diffusion_models"),
    ])
    func `lies in the folder that its pack searches`(classType: String, input: String, folder: String) throws {
        let references = try Graphs.references(classType, #""\#(input)": "x.safetensors""#)
        #expect(references.map(\.folder) == [folder])
    }

    @Test func `by Civitai's resource name says so`() throws {
        let air = "urn:air:sdxl:checkpoint:civitai:101055@128078"
        let references = try Graphs.references("CheckpointLoaderSimple", #""ckpt_name": "\#(air)""#)
        #expect(references.first?.air == air && references.first?.folder == "checkpoints")
        let unknown = try Graphs.references("Somebody", #""x": "urn:air:flux1:lora:civitai:1@2""#)
        #expect(unknown.first?.folder == "loras")
        let recipe = try Examples.recipe(models: [.init(reference: try #require(references.first))])
        #expect(Verdict(recipe) { _ in .here }.reasons.first?.message.contains(air) == true)
    }

    @Test func `by the BLAKE3 of its bytes has a recorded hash`() throws {
        let hash = String(repeating: "0f", count: 32)
        let reference = try #require(
            try Graphs.references("CheckpointLoaderSimple", #""ckpt_name": "\#(hash).safetensors""#).first)
        #expect(reference.recorded.map(\.algorithm) == [.blake3] && reference.recorded.map(\.value) == [hash])
    }

    @Test(arguments: ["IPAdapterUnifiedLoader", "DownloadAndLoadFlorence2Model", "CannyEdgePreprocessor"])
    func `by a preset alone is said to be hidden`(classType: String) throws {
        let recipe = try Graphs.recipe(
            Graphs.sampling(also: [
                Graphs.node("20", classType, #""preset": "PLUS (high strength)", "model": ["4", 0]"#),
                Graphs.node("21", "SaveImage", #""images": ["20", 0]"#),
            ]))
        #expect(recipe.findings.map(\.code).contains(.modelHidden))
    }

    @Test func `by a part of its name may be another`() throws {
        let recipe = try Graphs.recipe(
            Graphs.sampling(also: [
                Graphs.node(
                    "20", "Power Lora Loader (rgthree)", #""lora_1": {"on": true, "lora": "ink", "strength": 1}"#),
                Graphs.node("21", "SaveImage", #""images": ["20", 0]"#),
            ]))
        #expect(recipe.findings.map(\.code).contains(.modelFuzzy))
    }
}
