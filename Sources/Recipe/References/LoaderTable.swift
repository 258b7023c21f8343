/// Which input of which loader names a file of which folder. Source: `folder_paths` calls of ComfyUI 0.33.
enum LoaderTable {
    /// Inputs whose folder depends on the class.
    private static let byClass: [String: [String: String]] = [
        "ADE_AnimateDiffLoaderGen1": ["model_name": "animatediff_models"],
        "ADE_AnimateDiffLoaderWithContext": ["model_name": "animatediff_models"],
        "ADE_LoadAnimateDiffModel": ["model_name": "animatediff_models"],
        "CLIPVisionLoader": ["clip_name": "clip_vision"],
        "CheckpointLoader": ["ckpt_name": "checkpoints", "config_name": "configs"],
        "DiffusersLoader": ["model_path": "diffusers"],
        "DiffusionModelLoaderKJ": ["model_name": "diffusion_models"],
        "HighRes-Fix Script": ["pixel_upscaler": "upscale_models", "control_net_name": "controlnet"],
        "IPAdapterModelLoader": ["ipadapter_file": "ipadapter"],
        "FrameInterpolationModelLoader": ["model_name": "frame_interpolation"],
        "LTXAVTextEncoderLoader": ["ckpt_name": "checkpoints", "text_encoder": "text_encoders"],
        "LatentUpscaleModelLoader": ["model_name": "latent_upscale_models"],
        "LoadBackgroundRemovalModel": ["bg_removal_name": "background_removal"],
        "LoadDA3Model": ["model_name": "geometry_estimation"],
        "LoadMediaPipeFaceLandmarker": ["model_name": "detection"],
        "LoadMoGeModel": ["model_name": "geometry_estimation"],
        "ModelPatchLoader": ["name": "model_patches"],
        "NunchakuFluxDiTLoader": ["model_path": "diffusion_models"],
        "NunchakuQwenImageDiTLoader": ["model_name": "diffusion_models"],
        "NunchakuTextEncoderLoader": [
            "text_encoder1": "text_encoders", "text_encoder2": "text_encoders", "int4_model": "text_encoders",
        ],
        "ONNXDetectorProvider": ["model_name": "onnx"],
        "OpticalFlowLoader": ["model_name": "optical_flow"],
        "SAMLoader": ["model_name": "sams"],
        "TensorRTLoader": ["unet_name": "tensorrt"],
        "TrainLoraNode": ["existing_lora": "loras"],
        "UltralyticsDetectorProvider": ["model_name": "ultralytics"],
        "UpscaleModelLoader": ["model_name": "upscale_models"],
    ]

    /// Inputs that name the same folder in every class.
    private static let byInput: [String: String] = [
        "audio_encoder_name": "audio_encoders", "ckpt_name": "checkpoints", "clip_name": "text_encoders",
        "clip_name1": "text_encoders", "clip_name2": "text_encoders", "clip_name3": "text_encoders",
        "clip_name4": "text_encoders", "control_net_name": "controlnet", "gligen_name": "gligen",
        "hypernetwork_name": "hypernetworks", "lora_name": "loras", "photomaker_model_name": "photomaker",
        "style_model_name": "style_models", "unet_name": "diffusion_models", "vae_name": "vae",
    ]

    static var inputNames: some Sequence<String> { byInput.keys }
    static func isKnown(_ classType: String) -> Bool { byClass[classType] != nil }

    static func folder(classType: String, input: String) -> String? {
        if let known = byClass[classType]?[input] ?? byInput[input] { return known }
        // Loaders of several: `lora_name_1`, `lora_1_name`, `lora_01`, `base_ckpt_name`.
        guard input.utf8.count <= 64 else { return nil }
        let isNumbered = input.utf8.contains { $0 >= 0x30 && $0 <= 0x39 }
        guard isNumbered || input.hasSuffix("ckpt_name") else { return nil }
        let plain = input.split(separator: "_").filter { !$0.allSatisfy(\.isNumber) }.joined(separator: "_")
        if plain.hasSuffix("ckpt_name") { return "checkpoints" }
        return plain == "lora" || plain == "lora_name" ? "loras" : byInput[plain]
    }

    /// Values that stand for "no file" or "the one inside the checkpoint".
    static func isNoFile(_ value: String) -> Bool {
        ["", "None", "none", "[None]", "Baked VAE", "(use same)", "pixel_space"].contains(value)
    }

    /// VAELoader's names for a pair of files in `vae_approx`.
    static func approximateVAE(_ value: String) -> [String]? {
        ["taesd", "taesdxl", "taesd3", "taef1"].contains(value) ? ["\(value)_encoder", "\(value)_decoder"] : nil
    }

    /// Files that a graph reads: class -> input -> kind.
    static let inputKinds: [String: [String: String]] = [
        "LoadImage": ["image": "image"], "LoadImageOutput": ["image": "image"], "LoadImageMask": ["image": "mask"],
        "LoadAudio": ["audio": "audio"], "LoadVideo": ["file": "video", "video": "video"],
        "LoadLatent": ["latent": "latent"], "Load3D": ["model_file": "model"],
    ]
}
