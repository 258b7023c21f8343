/// What names of inputs usually mean, for classes of which nothing else is known.
enum Conventions {
    /// The folders that names of inputs stand for in every class.
    private static let folders: [String: String] = [
        "audio_encoder_name": "audio_encoders", "ckpt_name": "checkpoints", "clip_name": "text_encoders",
        "clip_name1": "text_encoders", "clip_name2": "text_encoders", "clip_name3": "text_encoders",
        "clip_name4": "text_encoders", "control_net_name": "controlnet", "gligen_name": "gligen",
        "hypernetwork_name": "hypernetworks", "lora_name": "loras", "photomaker_model_name": "photomaker",
        "style_model_name": "style_models", "unet_name": "diffusion_models", "vae_name": "vae",
    ]

    static func folder(input: String) -> String? {
        if let known = folders[input] { return known }
        // Loaders of several files: `lora_name_1`, `lora_1_name`, `lora_01`, `base_ckpt_name`.
        guard input.utf8.count <= 64 else { return nil }
        let isNumbered = input.utf8.contains(where: \.isASCIIDigit)
        guard isNumbered || input.hasSuffix("ckpt_name") else { return nil }
        let plain = input.split(separator: "_").filter { !$0.allSatisfy(\.isNumber) }.joined(separator: "_")
        if plain.hasSuffix("ckpt_name") { return "checkpoints" }
        return plain == "lora" || plain == "lora_name" ? "loras" : folders[plain]
    }

    /// Values that mean "no file" or "the one inside the checkpoint", ignoring case.
    static func isNoFile(_ value: String) -> Bool {
        noFile.contains(value.lowercased())
    }
    private static let noFile: Set<String> = [
        "", "none", "[none]", "baked vae", "(use same)", "pixel_space", "default (model)", "automatic",
    ]

    /// VAELoader's names for a pair of files in `vae_approx`.
    static func approximateVAE(_ value: String) -> [String]? {
        ["taesd", "taesdxl", "taesd3", "taef1"].contains(value) ? ["\(value)_encoder", "\(value)_decoder"] : nil
    }

    static let seeds: Set<String> = ["seed", "noise_seed"]

    /// Inputs with the words of a prompt, in the order in which they are shown.
    static let words = [
        "populated_text", "text", "prompt", "positive_prompt", "negative_prompt", "positive", "negative", "text_g",
        "text_l", "clip_g", "clip_l", "t5xxl", "llama", "bert", "mt5xl", "tags", "lyrics", "caption", "string",
        "text_positive", "text_negative",
    ]
    static let wordNames = Set(words)

    /// The sign of `positive`, `pos_text`, `negative_prompt`, …; nil for names without one.
    static func sign(_ name: String) -> String? {
        let name = name.lowercased()
        if name.hasPrefix("neg") || name.holds("_neg") || name == "uncond" { return "negative" }
        if name.hasPrefix("pos") || name.holds("_pos") { return "positive" }
        return nil
    }

    /// A name without case, plural, words such as "name", and separators.
    static func plain(_ name: String) -> String {
        var plain = name.lowercased().filter { $0.isLetter || $0.isNumber }
        for ending in ["name", "s"] where plain.utf8.count > ending.utf8.count + 2 && plain.hasSuffix(ending) {
            plain.removeLast(ending.count)
            break
        }
        return plain
    }

    private static let meanings: [String: Meaning] = [
        "model": .model, "unet": .model, "transformer": .model, "base_model": .model, "clip": .clip,
        "positive": .conditioning, "negative": .conditioning, "pos": .conditioning, "neg": .conditioning,
        "latent": .latent, "latents": .latent, "samples": .latent, "latent_image": .latent, "guider": .guider,
        "sampler": .sampler, "sigmas": .sigmas, "noise": .noise, "image": .image, "images": .image, "pixels": .image,
        "video": .image, "context": .pipe, "base_ctx": .pipe, "ctx": .pipe,
    ]

    static func meaning(ofInput name: String) -> Meaning {
        var name = name.lowercased()
        while name.utf8.last?.isASCIIDigit == true { name.removeLast() }
        if name.last == "_" { name.removeLast() }
        if let known = meanings[name] { return known }
        if name.hasSuffix("latent") || name.hasSuffix("latents") || name.hasSuffix("samples") { return .latent }
        if name.holds("pipe") { return .pipe }
        if name.hasPrefix("conditioning") || name.hasPrefix("cond") || name.hasSuffix("_embeds") {
            return .conditioning
        }
        return .other
    }

    /// Kinds of files in the input directory, by the names of the inputs of unknown loaders.
    static let inputFiles: [String: String] = [
        "image": "image", "mask": "mask", "video": "video", "audio": "audio", "file": "file", "model_file": "model",
    ]
    static let mediaSuffixes = [
        ".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".avif", ".mp4", ".webm", ".mov", ".mkv", ".avi", ".wav",
        ".mp3", ".flac", ".ogg", ".m4a", ".glb", ".gltf", ".obj", ".fbx", ".stl", ".ply",
    ]
}
