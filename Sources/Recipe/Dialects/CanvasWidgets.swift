/// The names of a node's widgets, which a canvas stores as a bare list of values.
enum CanvasWidgets {
    /// What the frontend adds after a seed: how it changes for the next image.
    private static let controls: Set<String> = ["fixed", "increment", "decrement", "randomize"]
    private static let seeds: Set<String> = ["seed", "noise_seed"]

    /// ComfyUI's common classes, for canvases that do not name their widgets. Source: their INPUT_TYPES.
    private static let names: [String: [String]] = [
        "BasicScheduler": ["scheduler", "steps", "denoise"], "CFGGuider": ["cfg"],
        "CLIPLoader": ["clip_name", "type", "device"], "CLIPSetLastLayer": ["stop_at_clip_layer"],
        "CLIPTextEncode": ["text"], "CLIPTextEncodeFlux": ["clip_l", "t5xxl", "guidance"],
        "CLIPTextEncodeSDXL": [
            "width", "height", "crop_w", "crop_h", "target_width", "target_height", "text_g", "text_l",
        ],
        "CLIPVisionLoader": ["clip_name"], "CheckpointLoaderSimple": ["ckpt_name"],
        "CheckpointLoader": ["config_name", "ckpt_name"],
        "ControlNetApply": ["strength"], "ControlNetApplyAdvanced": ["strength", "start_percent", "end_percent"],
        "ControlNetLoader": ["control_net_name"],
        "DualCLIPLoader": ["clip_name1", "clip_name2", "type", "device"],
        "EmptyLatentImage": ["width", "height", "batch_size"],
        "EmptySD3LatentImage": ["width", "height", "batch_size"], "FluxGuidance": ["guidance"],
        "HypernetworkLoader": ["hypernetwork_name", "strength"], "ImageOnlyCheckpointLoader": ["ckpt_name"],
        "ImageScale": ["upscale_method", "width", "height", "crop"], "ImageScaleBy": ["upscale_method", "scale_by"],
        "KSampler": ["seed", "steps", "cfg", "sampler_name", "scheduler", "denoise"],
        "KSamplerAdvanced": [
            "add_noise", "noise_seed", "steps", "cfg", "sampler_name", "scheduler", "start_at_step", "end_at_step",
            "return_with_leftover_noise",
        ],
        "KSamplerSelect": ["sampler_name"], "LatentUpscale": ["upscale_method", "width", "height", "crop"],
        "LatentUpscaleBy": ["upscale_method", "scale_by"], "LoadImage": ["image"],
        "LoadImageMask": ["image", "channel"],
        "LoraLoader": ["lora_name", "strength_model", "strength_clip"],
        "LoraLoaderModelOnly": ["lora_name", "strength_model"],
        "ModelSamplingFlux": ["max_shift", "base_shift", "width", "height"], "ModelSamplingSD3": ["shift"],
        "RandomNoise": ["noise_seed"], "SamplerCustom": ["add_noise", "noise_seed", "cfg"],
        "SaveImage": ["filename_prefix"],
        "StyleModelLoader": ["style_model_name"],
        "TripleCLIPLoader": ["clip_name1", "clip_name2", "clip_name3"], "UNETLoader": ["unet_name", "weight_dtype"],
        "UpscaleModelLoader": ["model_name"], "VAELoader": ["vae_name"], "unCLIPCheckpointLoader": ["ckpt_name"],
    ]

    /// The values by name. A seed that changes after each image is left out: the canvas shows the next one.
    static func values(of node: JSON, type: String) -> JSON.Object {
        if let named = node["widgets_values"]?.object { return named }
        let values = node["widgets_values"]?.array ?? []
        let listed = (node["inputs"]?.array ?? []).compactMap { $0["widget"]?["name"]?.string }
        let controlled = values.indices.count { index in
            index > 0 && values[index].string.map(controls.contains) == true && values[index - 1].number != nil
        }
        let names = names[type] ?? (listed.count + controlled == values.count ? listed : [])
        var object = JSON.Object()
        var index = 0
        for name in names where index < values.count {
            let value = values[index]
            index += 1
            guard seeds.contains(name) else {
                object.append(name, value)
                continue
            }
            let control = index < values.count ? values[index].string : nil
            let isControlled = control.map(controls.contains) ?? false
            if isControlled { index += 1 }
            if control == "fixed" { object.append(name, value) } else { object.append(name, .null) }
        }
        // What has no name may still name a model.
        for (place, value) in values.enumerated().dropFirst(index) { object.append("widget_\(place)", value) }
        return object
    }
}
