/// Facts about ComfyUI's model folders.
package enum Folder {
    /// The folders that ComfyUI 0.33 lists, by their preferred names.
    package static let known = [
        "audio_encoders", "background_removal", "checkpoints", "classifiers", "clip_vision", "configs", "controlnet",
        "detection",
        "diffusers", "diffusion_models", "embeddings", "frame_interpolation", "geometry_estimation", "gligen",
        "hypernetworks", "latent_upscale_models", "loras", "model_patches", "optical_flow", "photomaker",
        "style_models", "text_encoders", "upscale_models", "vae", "vae_approx",
    ]

    /// Folders that ComfyUI searches together, in its order; the preferred name first.
    private static let families: [(preferred: String, search: [EntryName])] = [
        ("diffusion_models", ["unet", "diffusion_models"]),
        ("text_encoders", ["text_encoders", "clip"]),
        ("controlnet", ["controlnet", "t2i_adapter"]),
    ]

    /// The same with the older names: all folders that a ComfyUI may have listed. The order never changes, since node numbers depend on it.
    package static let listed = (known + ["unet", "clip", "t2i_adapter"]).map { EntryName(stringLiteral: $0) }

    /// The folders that a loader of `folder` searches, in order.
    package static func searched(for folder: String) -> [String] {
        family(of: folder)?.search.map(\.text) ?? [folder]
    }

    private static func family(of folder: String) -> (preferred: String, search: [EntryName])? {
        families.first { $0.search.contains { $0.text == folder } }
    }

    /// The present name of a folder in ComfyUI.
    package static func preferred(_ folder: String) -> String {
        family(of: folder)?.preferred ?? folder
    }

    /// The folders that may contain a name without folder and suffix: other tools keep diffusion models with checkpoints.
    package static func searched(byStemIn folder: String) -> [String] {
        folder == "checkpoints" ? [folder] + searched(for: "diffusion_models") : searched(for: folder)
    }

    /// The other names under which the content of `folder` may be stored.
    package static func aliases(of folder: EntryName) -> [EntryName] {
        families.first { $0.search.contains(folder) }?.search.filter { $0 != folder } ?? []
    }

    /// Directories in a folder that node packs list under their own names. Source: ComfyUI-Impact-Pack and -Impact-Subpack.
    private static let innerFolders: [(folder: EntryName, name: String, path: String)] = [
        ("ultralytics", "ultralytics_bbox", "ultralytics/bbox"),
        ("ultralytics", "ultralytics_segm", "ultralytics/segm"), ("mmdets", "mmdets_bbox", "mmdets/bbox"),
        ("mmdets", "mmdets_segm", "mmdets/segm"),
    ]

    /// The directories in `folder` that ComfyUI lists under their own names, with their paths from the models directory.
    package static func inner(of folder: EntryName) -> [(name: String, path: String)] {
        innerFolders.filter { $0.folder == folder }.map { ($0.name, $0.path) }
    }

    /// Whether ComfyUI knows `name` as a folder of models, under its own or an older name.
    package static func isKnown(_ name: String) -> Bool {
        known.contains(name) || family(of: name) != nil
    }

    /// The role of a model of this folder in an image: `checkpoint`, `lora`, `vae`, …
    package static func role(of folder: String) -> String {
        switch preferred(folder) {
        case "checkpoints": "checkpoint"
        case "loras": "lora"
        case "diffusion_models": "diffusion model"
        case "text_encoders": "text encoder"
        case "embeddings": "embedding"
        case "hypernetworks": "hypernetwork"
        case "upscale_models", "latent_upscale_models": "upscale model"
        case "style_models": "style model"
        case let other: other.replacing("_", with: " ")
        }
    }

    /// Suffixes of files that hold weights.
    package static let modelSuffixes = [
        ".safetensors", ".sft", ".ckpt", ".pt", ".pt2", ".pth", ".bin", ".pkl", ".gguf", ".onnx", ".engine",
    ]

    /// Suffixes of weights that ComfyUI never lists: node packs load them by themselves, or together with another file.
    private static let otherSuffixes = [
        ".onnx_data", ".onnx.data", ".ort", ".npz", ".npy", ".h5", ".hdf5", ".keras", ".tflite", ".task", ".msgpack",
        ".nemo",
        ".trt", ".plan", ".ot", ".t7", ".torchscript", ".ptl", ".param", ".ncnn", ".mnn", ".mlmodel", ".caffemodel",
        ".prototxt", ".pb", ".weights", ".pdparams", ".pdiparams", ".pdmodel", ".ggml", ".llamafile",
    ]

    /// Whether a file of this name contains weights, or a part of them.
    package static func holdsWeights(_ name: String) -> Bool {
        if isModelFile(name) { return true }
        // Larger files are split into parts: `model.onnx_data_1`.
        let part = name.utf8.lastIndex(of: UInt8(ascii: "_")).map { name[..<$0] }
        return ([name[...]] + [part].compactMap { $0 }).contains { text in
            otherSuffixes.contains { text.endsInASCII(of: $0) && text.utf8.count > $0.utf8.count }
        }
    }

    /// A file name without the suffix of a model.
    package static func stem(of name: String) -> String {
        let suffix = modelSuffixes.first { name.endsInASCII(of: $0) }
        return suffix.map { String(Substring(name.utf8.dropLast($0.utf8.count))) } ?? name
    }

    /// Whether a name has the suffix of a file of weights.
    package static func isModelFile(_ name: some StringProtocol) -> Bool {
        // Compares bytes, since every text of every graph is checked.
        let found = name.utf8.withContiguousStorageIfAvailable { bytes in
            guard let dot = bytes.suffix(13).lastIndex(of: UInt8(ascii: ".")), dot > 0 else { return false }
            let tail = bytes[dot...]
            return suffixBytes.contains { suffix in
                tail.count == suffix.count
                    && zip(tail, suffix).allSatisfy { $0 == $1 || ($0 | 0x20 == $1 && $1 >= 0x61) }
            }
        }
        return found ?? isModelFile(String(name))
    }

    private static let suffixBytes = modelSuffixes.map { Array($0.utf8) }
}
