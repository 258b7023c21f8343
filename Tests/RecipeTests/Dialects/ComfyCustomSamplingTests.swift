import Recipe
import Testing

@Suite struct `Custom sampling` {
    /// The parts of SamplerCustomAdvanced around a guider "22".
    static func advanced(
        guider: String = Graphs.node(
            "22",
            "CFGGuider",
            #""model": ["4", 0], "positive": ["6", 0], "negative": ["7", 0], "cfg": 5.5"#
        ),
        noise: String = Graphs.node("21", "RandomNoise", #""noise_seed": 18446744073709551615"#),
        also: [String] = []
    ) -> String {
        let sampler = Graphs.node(
            "3",
            "SamplerCustomAdvanced",
            #""noise": ["21", 0], "guider": ["22", 0], "sampler": ["23", 0], "sigmas": ["24", 0], "latent_image": ["5", 0]"#
        )
        return Graphs.sampling(
            sampler,
            also: [
                noise, guider, Graphs.node("23", "KSamplerSelect", #""sampler_name": "dpmpp_2m""#),
                Graphs.node(
                    "24",
                    "BasicScheduler",
                    #""model": ["4", 0], "scheduler": "beta", "steps": 28, "denoise": 0.9"#
                ),
            ] + also
        )
    }

    @Test func `has its parameters from the nodes around it`() throws {
        let recipe = try Graphs.recipe(Self.advanced())
        let pass = try recipe.onlyPass()
        #expect(pass.node == "3")
        #expect(pass.seed?.unsigned == .max)
        #expect(pass.sampler == "dpmpp_2m")
        #expect(pass.scheduler == "beta")
        #expect(pass.steps?.int == 28)
        #expect(pass.denoise?.literal == "0.9")
        #expect(pass.cfg?.literal == "5.5")
        #expect(pass.positive == "a red cube")
        #expect(pass.negative == "blurry")
        #expect(pass.width?.int == 512)
        #expect(recipe.findings.isEmpty)
    }

    @Test func `has its words from a guider of one conditioning`() throws {
        let guider = Graphs.node("22", "BasicGuider", #""model": ["4", 0], "conditioning": ["30", 0]"#)
        let flux = Graphs.node("30", "FluxGuidance", #""conditioning": ["6", 0], "guidance": 3.5"#)
        let recipe = try Graphs.recipe(Self.advanced(guider: guider, also: [flux]))
        let pass = try recipe.onlyPass()
        #expect(pass.positive == "a red cube")
        #expect(pass.negative == nil)
        #expect(pass.cfg == nil)
        #expect(recipe.findings.isEmpty)
    }

    @Test func `says so where its guider's words are not recorded`() throws {
        let guider = Graphs.node("22", "BasicGuider", #""model": ["4", 0], "conditioning": ["30", 0]"#)
        let words = Graphs.node("30", "CLIPTextEncode", #""text": ["31", 0], "clip": ["4", 1]"#)
        let graph = Self.advanced(guider: guider, also: [words, Graphs.node("31", "LoadImage", #""image": "in.png""#)])
        #expect(try Graphs.recipe(graph).onlyPass().positive == nil)
        #expect(try Graphs.codes(graph) == ["params.unresolved"])
    }

    @Test func `needs no seed where the noise is off`() throws {
        let recipe = try Graphs.recipe(Self.advanced(noise: Graphs.node("21", "DisableNoise")))
        #expect(try recipe.onlyPass().seed == nil)
        #expect(recipe.findings.isEmpty)
    }

    @Test func `has an unknown seed where the noise is another node's`() throws {
        let codes = try Graphs.codes(Self.advanced(noise: Graphs.node("21", "SomeNoise", #""strength": 1"#)))
        #expect(codes == ["seed.unknown", "node.version"])
    }

    @Test func `finds the schedule behind nodes that only change it`() throws {
        let sampler = Graphs.node(
            "3",
            "SamplerCustomAdvanced",
            #""noise": ["21", 0], "guider": ["22", 0], "sampler": ["23", 0], "sigmas": ["25", 1], "latent_image": ["5", 0]"#
        )
        let graph = Graphs.sampling(
            sampler,
            also: [
                Graphs.node("21", "RandomNoise", #""noise_seed": 1"#),
                Graphs.node("22", "CFGGuider", #""positive": ["6", 0], "negative": ["7", 0], "cfg": 1.0"#),
                Graphs.node("23", "KSamplerSelect", #""sampler_name": "euler""#),
                Graphs.node("24", "BasicScheduler", #""scheduler": "simple", "steps": 4, "denoise": 1.0"#),
                Graphs.node("25", "SplitSigmas", #""sigmas": ["24", 0], "step": 2"#),
            ]
        )
        let pass = try Graphs.recipe(graph).onlyPass()
        #expect(pass.scheduler == "simple")
        #expect(pass.steps?.int == 4)
    }

    @Test func `in one node has its own seed and words`() throws {
        let sampler = Graphs.node(
            "3",
            "SamplerCustom",
            #"""
            "model": ["4", 0], "add_noise": true, "noise_seed": 77, "cfg": 8.0, "positive": ["6", 0], "negative": ["7", 0],
            "sampler": ["23", 0], "sigmas": ["24", 0], "latent_image": ["5", 0]
            """#
        )
        let recipe = try Graphs.recipe(
            Graphs.sampling(
                sampler,
                also: [
                    Graphs.node("23", "KSamplerSelect", #""sampler_name": "euler""#),
                    Graphs.node("24", "KarrasScheduler", #""steps": 15, "sigma_max": 14.6"#),
                ]
            )
        )
        let pass = try recipe.onlyPass()
        #expect(pass.seed?.int == 77)
        #expect(pass.steps?.int == 15)
        // A schedule that is a class of its own has that name.
        #expect(pass.scheduler == "KarrasScheduler")
        #expect(pass.positive == "a red cube")
        #expect(pass.negative == "blurry")
        #expect(recipe.findings.isEmpty)
    }

    @Test func `in one node needs no seed where it adds no noise`() throws {
        let sampler = Graphs.node("3", "SamplerCustom", #""add_noise": false, "noise_seed": -1, "sampler": ["23", 0]"#)
        let graph = Graphs.sampling(sampler, also: [Graphs.node("23", "KSamplerSelect", #""sampler_name": "euler""#)])
        #expect(try Graphs.codes(graph) == [])
    }

    @Test func `says so where its sampler is not followed`() throws {
        let sampler = Graphs.node("3", "SamplerCustom", #""noise_seed": 1, "sampler": ["23", 0]"#)
        let graph = Graphs.sampling(sampler, also: [Graphs.node("23", "SamplerEulerAncestral", #""eta": 1.0"#)])
        #expect(try Graphs.recipe(graph).onlyPass().sampler == nil)
        #expect(try Graphs.codes(graph) == ["params.unresolved"])
    }
}
