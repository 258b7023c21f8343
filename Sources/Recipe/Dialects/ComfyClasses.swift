/// What is known of ComfyUI's node classes that no prompt says itself. Source: ComfyUI 0.33's node definitions.
enum ComfyClasses {
    /// Classes that save or show a result. Names of custom packs follow the same habit.
    static func isOutput(_ classType: String) -> Bool {
        classType.hasPrefix("Save") || classType.hasPrefix("Preview") || classType.holds("SaveImage")
            || classType.holds("Image Save") || classType.holds("ImageSaver") || classType.holds("Image Saver")
            || classType.hasSuffix("Save") || classType == "VHS_VideoCombine"
    }

    /// What a class that only carries a value hands on unchanged.
    enum Carried: Sendable {
        case nothing, first
        case input(String)
    }

    static func carried(by classType: String) -> Carried {
        switch classType {
        case "PrimitiveInt", "PrimitiveFloat", "PrimitiveString", "PrimitiveStringMultiline", "PrimitiveBoolean",
            "INTConstant", "FloatConstant", "ImpactInt", "ImpactFloat":
            .input("value")
        case "StringConstant", "StringConstantMultiline": .input("string")
        case "Seed (rgthree)", "CR Seed", "easy seed", "Seed": .input("seed")
        case "RandomNoise": .input("noise_seed")
        case "ImpactWildcardProcessor": .input("populated_text")
        case "Text Multiline", "JWString", "ttN text": .input("text")
        case "Reroute": .first
        default: .nothing
        }
    }

    /// The input that a node hands on unchanged as its output.
    static func carriedInput(of node: ComfyGraph.Node) -> String? {
        switch node.kind.carried {
        case .nothing: nil
        case .first: node.inputs.members.first?.key
        case .input(let name): name
        }
    }

    /// Inputs that hold a prompt's words.
    static let textInputs = [
        "populated_text", "text", "text_g", "text_l", "clip_l", "t5xxl", "prompt", "positive_prompt", "negative_prompt",
    ]

    static let textInputNames = Set(textInputs)

    /// Inputs by which a guider takes what the image should show.
    static let guiderTexts = ["positive", "conditioning", "cond1"]

    /// Samplers whose step noise is drawn on the sampling device, so that another GPU model gives other noise.
    static func drawsNoiseOnDevice(_ sampler: String) -> Bool {
        sampler.holds("ancestral") || sampler.hasPrefix("ddpm") || sampler.hasPrefix("seeds_")
            || sampler.hasPrefix("sa_solver") || ["lcm", "er_sde", "restart"].contains(sampler)
    }

    /// Samplers that are known not to repeat exactly.
    static func isNondeterministic(_ sampler: String) -> Bool {
        sampler.hasSuffix("_gpu") || sampler == "dpm_adaptive"
    }

    /// Core nodes that draw from the global random state instead of a recorded seed.
    static let unseeded: Set<String> = ["SVD_img2vid_Conditioning", "SamplerLCMUpscale", "TomePatchModel"]

    /// Classes that call a hosted service.
    static func isRemote(_ classType: String) -> Bool {
        let remote = [
            "OpenAIDalle", "OpenAIGPTImage", "OpenAIVideo", "FluxPro", "FluxKontext", "IdeogramV", "RecraftTextToImage",
            "RecraftImageToImage", "StabilityStableImage", "Kling", "Luma", "MinimaxText", "MinimaxImage",
            "PixverseText",
            "PixverseImage", "RunwayText", "RunwayImage", "VeoVideo", "Veo3", "GeminiNode", "GeminiImage", "Rodin3D",
            "Tripo", "Moonvalley", "ByteDance", "WanTextToVideoApi", "WanImageToVideoApi", "WanTextToImageApi",
        ]
        return remote.contains { classType.hasPrefix($0) }
    }

    /// Nodes that choose their models by a rule, so that the prompt does not name them.
    static func hidesItsModels(_ classType: String) -> Bool {
        [
            "IPAdapterUnifiedLoader", "DownloadAndLoad", "InstantIDFaceAnalysis", "IPAdapterInsightFaceLoader",
            "Florence2",
        ]
        .contains { classType.hasPrefix($0) } || classType.hasSuffix("Preprocessor")
            || classType.hasSuffix("Cycler (LoraManager)")
    }

    /// Nodes that make words: a language model, a tagger, a chance.
    static func generatesText(_ classType: String) -> Bool {
        let lower = classType.lowercased()
        return [
            "dprandomgenerator", "dpcombinatorialgenerator", "random prompts", "randomprompt", "wildcard", "ollama",
            "llm",
            "florence2", "wd14tagger", "joytag", "joycaption", "caption", "interrogat", "chatgpt", "gpt", "qwenvl",
            "promptgen", "magicprompt",
        ].contains { lower.holds($0) }
    }

    /// Nodes that compute with reduced numbers or for one card.
    static func isQuantised(_ classType: String) -> Bool {
        classType.holds("GGUF") || classType.hasPrefix("Nunchaku") || classType.hasPrefix("TensorRT")
            || classType.holds("TeaCache")
    }

    /// Approximations whose result depends on the machine.
    static let approximating: Set<String> = [
        "HyperTile", "TomePatchModel", "EasyCache", "LazyCache", "TorchCompileModel",
    ]

    /// Core classes that images are commonly made with; all others may change with their node pack.
    static let core: Set<String> = [
        "BasicGuider", "BasicScheduler", "CFGGuider", "CLIPLoader", "CLIPSetLastLayer", "CLIPTextEncode",
        "CLIPTextEncodeFlux", "CLIPTextEncodeSDXL", "CLIPTextEncodeSDXLRefiner", "CLIPTextEncodeSD3",
        "CLIPVisionEncode",
        "CLIPVisionLoader", "CheckpointLoader", "CheckpointLoaderSimple", "ConditioningAverage", "ConditioningCombine",
        "ConditioningConcat", "ConditioningSetArea", "ConditioningSetAreaPercentage", "ConditioningSetMask",
        "ConditioningSetTimestepRange", "ConditioningZeroOut", "ControlNetApply", "ControlNetApplyAdvanced",
        "ControlNetLoader", "CreateVideo", "DiffControlNetLoader", "DiffusersLoader", "DisableNoise", "DualCFGGuider",
        "DualCLIPLoader", "EmptyHunyuanLatentVideo", "EmptyImage", "EmptyLatentImage", "EmptySD3LatentImage",
        "ExponentialScheduler", "FlipSigmas", "FluxGuidance", "FreeU", "FreeU_V2", "GLIGENLoader", "GLIGENTextBoxApply",
        "HypernetworkLoader", "ImageBatch", "ImageCrop", "ImageInvert", "ImageOnlyCheckpointLoader",
        "ImagePadForOutpaint", "ImageScale", "ImageScaleBy", "ImageScaleToTotalPixels", "ImageUpscaleWithModel",
        "InpaintModelConditioning", "KSampler", "KSamplerAdvanced", "KSamplerSelect", "KarrasScheduler", "LatentBatch",
        "LatentComposite", "LatentCrop", "LatentFromBatch", "LatentUpscale", "LatentUpscaleBy", "LoadAudio",
        "LoadImage", "LoadImageMask", "LoadImageOutput", "LoadLatent", "LoadVideo", "LoraLoader",
        "LoraLoaderModelOnly", "ModelMergeBlocks", "ModelMergeSimple", "ModelSamplingDiscrete", "ModelSamplingFlux",
        "ModelSamplingSD3", "PerturbedAttentionGuidance", "PhotoMakerEncode", "PhotoMakerLoader", "PreviewImage",
        "PrimitiveBoolean", "PrimitiveFloat", "PrimitiveInt", "PrimitiveString", "PrimitiveStringMultiline",
        "QuadrupleCLIPLoader", "RandomNoise", "RepeatLatentBatch", "RescaleCFG", "SDTurboScheduler",
        "SamplerCustom", "SamplerCustomAdvanced", "SamplerDPMPP_2M_SDE", "SamplerDPMPP_SDE", "SamplerEulerAncestral",
        "SaveAnimatedPNG", "SaveAnimatedWEBP", "SaveImage", "SaveLatent", "SaveVideo", "SaveWEBM", "SetLatentNoiseMask",
        "SkipLayerGuidanceSD3", "SplitSigmas", "StyleModelApply", "StyleModelLoader", "TripleCLIPLoader", "UNETLoader",
        "UpscaleModelLoader", "VAEDecode", "VAEDecodeTiled", "VAEEncode", "VAEEncodeForInpaint", "VAEEncodeTiled",
        "VAELoader", "unCLIPCheckpointLoader", "unCLIPConditioning",
    ]
}
