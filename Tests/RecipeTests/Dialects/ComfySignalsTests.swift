import Recipe
import Testing

@Suite struct `What a graph shows of chance` {
    @Test func `is nothing in a plain one`() throws {
        #expect(try Graphs.codes(Graphs.sampling()) == [])
    }

    @Test(arguments: [
        "euler", "heun", "dpm_2", "lms", "dpmpp_2m", "ddim", "uni_pc", "ipndm", "deis", "res_multistep", "dpmpp_sde",
        "dpmpp_2m_sde",
    ])
    func `is nothing in a sampler that repeats`(sampler: String) throws {
        #expect(try Graphs.codes(Graphs.sampling(Graphs.kSampler(["sampler_name": #""\#(sampler)""#]))) == [])
    }

    @Test(arguments: [
        "euler_ancestral", "euler_ancestral_cfg_pp", "dpm_2_ancestral", "dpmpp_2s_ancestral", "lcm", "ddpm", "er_sde",
        "seeds_2", "seeds_3",
        "sa_solver", "sa_solver_pece",
    ])
    func `is device noise in these samplers`(sampler: String) throws {
        #expect(
            try Graphs.codes(Graphs.sampling(Graphs.kSampler(["sampler_name": #""\#(sampler)""#]))) == [
                "rng.device_noise"
            ]
        )
    }

    @Test(arguments: ["dpmpp_sde_gpu", "dpmpp_2m_sde_gpu", "dpmpp_3m_sde_gpu", "dpm_adaptive"])
    func `is that these samplers do not repeat`(sampler: String) throws {
        #expect(
            try Graphs.codes(Graphs.sampling(Graphs.kSampler(["sampler_name": #""\#(sampler)""#]))) == [
                "sampler.nondet"
            ]
        )
    }

    static func wrapping(_ classType: String, _ inputs: String = "") -> String {
        Graphs.sampling(
            Graphs.kSampler(["model": #"["30", 0]"#]),
            also: [Graphs.node("30", classType, #""model": ["4", 0]\#(inputs.isEmpty ? "" : ", " + inputs)"#)]
        )
    }

    @Test(arguments: [
        ("OpenAIDalle3", "node.remote"), ("FluxProUltraImageNode", "node.remote"),
        ("KlingTextToVideoNode", "node.remote"),
        ("GeminiNode", "node.remote"), ("SVD_img2vid_Conditioning", "sampler.nondet"),
        ("TomePatchModel", "sampler.nondet"),
        ("SamplerLCMUpscale", "sampler.nondet"), ("IPAdapterUnifiedLoader", "model.hidden"),
        ("IPAdapterUnifiedLoaderFaceID", "model.hidden"), ("DownloadAndLoadFlorence2Model", "model.hidden"),
        ("HyperTile", "perf.approximate"), ("EasyCache", "perf.approximate"), ("TorchCompileModel", "perf.approximate"),
    ])
    func `is a reason of the node's class`(classType: String, code: String) throws {
        #expect(try Graphs.codes(Self.wrapping(classType)).subtracting(["node.version"]) == [code])
    }

    @Test(arguments: ["OpenAIDalle3", "HyperTile", "SVD_img2vid_Conditioning", "KlingTextToVideoNode"])
    func `is not a question of code in a class of ComfyUI itself, and is in one of a pack`(classType: String) throws {
        #expect(try !Graphs.codes(Self.wrapping(classType)).contains("node.version"))
        #expect(try Graphs.codes(Self.wrapping(classType + " (other)")).contains("node.version"))
    }

    @Test func `is a precision that was asked for`() throws {
        let precise = #""unet_name": "a.safetensors", "weight_dtype": "fp8_e4m3fn""#
        #expect(try Graphs.codes(Self.wrapping("UNETLoader", precise)) == ["perf.approximate"])
        let plain = #""unet_name": "a.safetensors", "weight_dtype": "default""#
        #expect(try Graphs.codes(Self.wrapping("UNETLoader", plain)) == [])
    }

    @Test(arguments: ["2", #"["30", 0]"#]) func `is the place in a batch`(size: String) throws {
        let nodes = [
            Graphs.node("31", "EmptyLatentImage", #""width": 512, "height": 512, "batch_size": \#(size)"#),
            Graphs.node("30", "PrimitiveInt", #""value": 4"#),
        ]
        let graph = Graphs.sampling(Graphs.kSampler(["latent_image": #"["31", 0]"#]), also: nodes)
        #expect(try Graphs.codes(graph) == ["batch.index_unknown"])
    }

    @Test func `is the code of node packs, by the names of their classes`() throws {
        let reason = try #require(try Graphs.recipe(Self.wrapping("SomebodysNode")).findings.first)
        #expect(reason.code == .nodeVersion)
        #expect(reason.message.contains("SomebodysNode"))
    }

    @Test func `says only some names of very many classes`() throws {
        let many = (100..<200).map { Graphs.node("\($0)", "Class\($0)") }
        let all = (100..<200).map { #""in\#($0)": ["\#($0)", 0]"# }.joined(separator: ", ")
        let recipe = try Graphs.recipe(Graphs.graph(many + [Graphs.node("1", "SaveImage", all)]))
        #expect(recipe.findings.count == 1)
        #expect(recipe.findings.first.map { $0.message.count < 200 } == true)
    }

    @Test func `is an entry of the graph that is not a node`() throws {
        #expect(try Graphs.codes(Graphs.sampling(also: [#""x": {"inputs": {}}"#])) == ["metadata.damaged"])
    }
}
