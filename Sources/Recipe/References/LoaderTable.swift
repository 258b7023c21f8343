/// Which input of which loader names a file of which folder. Source: `folder_paths` calls of ComfyUI 0.33.
enum LoaderTable {
    /// Inputs whose folder depends on the class.
    private static let byClass: [String: [String: String]] = [
        "CLIPVisionLoader": ["clip_name": "clip_vision"],
        "CheckpointLoader": ["ckpt_name": "checkpoints", "config_name": "configs"],
        "DiffusersLoader": ["model_path": "diffusers"],
        "FrameInterpolationModelLoader": ["model_name": "frame_interpolation"],
        "LTXAVTextEncoderLoader": ["ckpt_name": "checkpoints", "text_encoder": "text_encoders"],
        "LatentUpscaleModelLoader": ["model_name": "latent_upscale_models"],
        "LoadBackgroundRemovalModel": ["bg_removal_name": "background_removal"],
        "LoadDA3Model": ["model_name": "geometry_estimation"],
        "LoadMediaPipeFaceLandmarker": ["model_name": "detection"],
        "LoadMoGeModel": ["model_name": "geometry_estimation"],
        "ModelPatchLoader": ["name": "model_patches"],
        "OpticalFlowLoader": ["model_name": "optical_flow"],
        "TrainLoraNode": ["existing_lora": "loras"],
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

    static func folder(classType: String, input: String) -> String? {
        byClass[classType]?[input] ?? byInput[input]
    }

    /// Values that stand for "no file" or "the one inside the checkpoint".
    static func isNoFile(_ value: String) -> Bool {
        ["", "None", "none", "[None]", "Baked VAE", "(use same)", "pixel_space"].contains(value)
    }

    /// VAELoader's names for a pair of files in `vae_approx`.
    static func approximateVAE(_ value: String) -> [String]? {
        ["taesd", "taesdxl", "taesd3", "taef1"].contains(value) ? ["\(value)_encoder", "\(value)_decoder"] : nil
    }

    /// Files that a graph reads: class and input -> kind.
    static func inputKind(classType: String, input: String) -> String? {
        switch (classType, input) {
        case ("LoadImage", "image"), ("LoadImageOutput", "image"): "image"
        case ("LoadImageMask", "image"): "mask"
        case ("LoadAudio", "audio"): "audio"
        case ("LoadVideo", "file"), ("LoadVideo", "video"): "video"
        case ("LoadLatent", "latent"): "latent"
        case ("Load3D", "model_file"): "model"
        default: nil
        }
    }
}
