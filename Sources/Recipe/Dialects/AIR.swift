/// Civitai's name of a model: `urn:air:sdxl:checkpoint:civitai:101055@128078`. It identifies a version, not its bytes.
struct AIR: Equatable {
    let text: String
    /// `checkpoint`, `lora`, …
    let kind: String

    /// Nil if the text is not one.
    init?(_ text: String) {
        guard text.utf8.starts(with: "urn:air:".utf8) else { return nil }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count >= 6, parts[0] == "urn", parts[1] == "air", !parts[3].isEmpty, !parts[5].isEmpty else {
            return nil
        }
        self.text = text
        kind = parts[3].lowercased()
    }

    var folder: String? { Self.folder(of: kind) }

    /// The folder for Civitai's name of a kind of resource.
    static func folder(of kind: String) -> String? {
        switch kind.lowercased() {
        case "checkpoint", "model": "checkpoints"
        case "lora", "lycoris", "locon", "dora": "loras"
        case "embedding", "embed", "textualinversion", "ti": "embeddings"
        case "vae": "vae"
        case "hypernetwork", "hypernet": "hypernetworks"
        case "controlnet": "controlnet"
        case "upscaler": "upscale_models"
        case "unet", "diffusionmodel": "diffusion_models"
        default: nil
        }
    }
}
