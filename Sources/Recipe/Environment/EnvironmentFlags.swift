/// What ComfyUI's flags do to the pixels: data, each with its reason. A flag in neither list may do anything; it is compared, and reported
/// as unknown. Source: ComfyUI 0.33's and 0.3.64's `comfy/cli_args.py` and `model_management.py`.
enum EnvironmentFlags {
    enum Effect: Sendable {
        case pixels
        /// No effect on pixels, but on how the run was made.
        case speed
        /// No effect; it belongs to one installation.
        case place
        case unknown
    }

    static func effect(of flag: String) -> Effect { known[flag] ?? .unknown }

    private static let known: [String: Effect] = {
        var known: [String: Effect] = [:]
        for (effect, _, flags) in entries {
            for flag in flags.split(separator: " ") { known["--" + flag] = effect }
        }
        return known
    }()

    private static let entries: [(effect: Effect, reason: String, flags: String)] = [
        (
            .pixels, "numbers of another width are rounded otherwise",
            """
            force-fp32 force-fp16 fp32-unet fp64-unet bf16-unet fp16-unet fp8_e4m3fn-unet fp8_e5m2-unet \
            fp8_e8m0fnu-unet fp16-vae fp32-vae bf16-vae fp8_e4m3fn-text-enc fp8_e5m2-text-enc fp16-text-enc \
            fp32-text-enc bf16-text-enc fp16-intermediates supports-fp8-compute
            """
        ),
        (
            .pixels, "attention is summed in another order",
            """
            use-split-cross-attention use-quad-cross-attention use-pytorch-cross-attention use-sage-attention \
            use-flash-attention use-ck-attention disable-xformers force-upcast-attention dont-upcast-attention
            """
        ),
        (
            .pixels, "other kernels compute the same sums otherwise",
            """
            fast deterministic force-channels-last enable-triton-backend disable-triton-backend disable-cuda-graphs \
            disable-ipex-optimize
            """
        ),
        (
            .pixels, "another device computes, or what lies where decides the format in which it is computed",
            """
            cpu cpu-vae directml oneapi-device-selector cuda-device default-device gpu-only highvram normalvram lowvram \
            novram
            """
        ),
        (.pixels, "nodes of packs are there or are not", "disable-all-custom-nodes whitelist-custom-nodes"),
        (
            .place, "it says where files lie, who may ask, and what is shown or kept besides",
            """
            listen port tls-keyfile tls-certfile enable-cors-header max-upload-size base-directory \
            extra-model-paths-config output-directory temp-directory input-directory auto-launch disable-auto-launch \
            preview-method preview-size enable-manager disable-manager-ui enable-manager-legacy-ui \
            dont-print-server quick-test-for-ci windows-standalone-build disable-metadata disable-api-nodes multi-user \
            verbose log-stdout user-directory models-directory enable-compress-response-body database-url \
            enable-assets enable-asset-hashing feature-flag list-feature-flags front-end-version front-end-root \
            comfy-api-base default-hashing-function debug-hang
            """
        ),
        (
            .speed, "the same bytes are held, moved or read in another way, and computed with alike",
            """
            cuda-malloc disable-cuda-malloc cache-ram cache-classic cache-lru cache-none high-ram reserve-vram \
            vram-headroom disable-nvml-pressure async-offload disable-async-offload disable-dynamic-vram \
            enable-dynamic-vram fast-disk force-non-blocking disable-smart-memory disable-pinned-memory \
            mmap-torch-files disable-mmap
            """
        ),
    ]
}
