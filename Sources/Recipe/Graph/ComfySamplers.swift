/// What the names of samplers say about randomness. Source: ComfyUI 0.33's `comfy/k_diffusion/sampling.py`.
enum ComfySamplers {
    /// Samplers that draw noise for their steps on the sampling device, so that another GPU model draws other noise.
    static func drawsNoiseOnDevice(_ sampler: String) -> Bool {
        sampler.holds("ancestral") || sampler.hasPrefix("ddpm") || sampler.hasPrefix("seeds_")
            || sampler.hasPrefix("sa_solver") || ["lcm", "er_sde", "restart"].contains(sampler)
    }

    /// Samplers that are known not to repeat exactly on another device.
    static func isNondeterministic(_ sampler: String) -> Bool {
        sampler.hasSuffix("_gpu") || sampler == "dpm_adaptive"
    }
}
