import Recipe
import Testing

@Suite struct `A sampling pass` {
    @Test func `has the parameters of a KSampler`() throws {
        let pass = try Graphs.recipe(Graphs.sampling()).onlyPass()
        var expected = Recipe.Pass(node: "3")
        expected.sampler = "euler"
        expected.scheduler = "normal"
        expected.steps = .init(literal: "20")
        expected.cfg = .init(literal: "7.5")
        expected.seed = .init(literal: "42")
        expected.denoise = .init(literal: "1.0")
        expected.positive = "a red cube"
        expected.negative = "blurry"
        expected.width = .init(literal: "512")
        expected.height = .init(literal: "768")
        #expect(pass == expected)
    }

    @Test(arguments: ["0", "18446744073709551615", "9007199254740993"]) func `has its seed exactly`(seed: String) throws
    {
        let recipe = try Graphs.recipe(Graphs.sampling(Graphs.kSampler(["seed": seed])))
        #expect(try recipe.onlyPass().seed?.literal == seed)
        #expect(recipe.findings.isEmpty)
    }

    @Test(arguments: ["-1", "null", #""42""#, "42.5", "NaN", #"["30", 0]"#, "true"])
    func `has no seed where none is recorded as a number`(seed: String) throws {
        let unknown = Graphs.node("30", "DiceRoller", #""seed": 5"#)
        let recipe = try Graphs.recipe(Graphs.sampling(Graphs.kSampler(["seed": seed]), also: [unknown]))
        #expect(try recipe.onlyPass().seed == nil)
        #expect(recipe.findings.contains { $0.code == .seedUnknown })
    }

    @Test(arguments: [
        ("PrimitiveInt", "value"), ("INTConstant", "value"), ("Seed (rgthree)", "seed"), ("Seed", "seed"),
        ("RandomNoise", "noise_seed"),
        ("Reroute", ""),
    ])
    func `follows its seed to a node that carries it`(classType: String, input: String) throws {
        let recipe = try Graphs.recipe(
            Graphs.sampling(
                Graphs.kSampler(["seed": #"["30", 0]"#]),
                also: [Graphs.node("30", classType, #""\#(input)": 18446744073709551615"#)]
            )
        )
        #expect(try recipe.onlyPass().seed?.unsigned == .max)
        #expect(!recipe.findings.contains { $0.code == .seedUnknown })
    }

    @Test func `follows values through several nodes`() throws {
        let recipe = try Graphs.recipe(
            Graphs.sampling(
                Graphs.kSampler(["steps": #"["30", 0]"#, "sampler_name": #"["33", 0]"#]),
                also: [
                    Graphs.node("30", "Reroute", #""": ["31", 0]"#), Graphs.node("31", "Reroute", #""": ["32", 0]"#),
                    Graphs.node("32", "PrimitiveInt", #""value": 30"#),
                    Graphs.node("33", "PrimitiveString", #""value": "heun""#),
                ]
            )
        )
        let pass = try recipe.onlyPass()
        #expect(pass.steps?.int == 30)
        #expect(pass.sampler == "heun")
    }

    @Test func `has no value where its link runs in a circle`() throws {
        let recipe = try Graphs.recipe(
            Graphs.sampling(
                Graphs.kSampler(["seed": #"["30", 0]"#]),
                also: [
                    Graphs.node("30", "Reroute", #""": ["31", 0]"#), Graphs.node("31", "Reroute", #""": ["30", 0]"#),
                ]
            )
        )
        #expect(try recipe.onlyPass().seed == nil)
    }

    @Test func `needs no seed where it adds no noise`() throws {
        let sampler = Graphs.node(
            "3",
            "KSamplerAdvanced",
            #"""
            "add_noise": "disable", "noise_seed": ["30", 0], "steps": 25, "cfg": 8.0, "sampler_name": "euler",
            "scheduler": "karras", "positive": ["6", 0], "negative": ["7", 0], "latent_image": ["5", 0]
            """#
        )
        let recipe = try Graphs.recipe(Graphs.sampling(sampler, also: [Graphs.node("30", "PrimitiveInt")]))
        let pass = try recipe.onlyPass()
        #expect(pass.seed == nil)
        #expect(pass.scheduler == "karras")
        #expect(pass.steps?.int == 25)
        #expect(recipe.findings.isEmpty)
    }

    @Test func `needs a seed where it adds noise`() throws {
        let sampler = Graphs.node(
            "3",
            "KSamplerAdvanced",
            #""add_noise": "enable", "noise_seed": -1, "sampler_name": "euler""#
        )
        #expect(try Graphs.codes(Graphs.sampling(sampler)) == ["seed.unknown"])
    }

    @Test func `of a custom node is one too`() throws {
        let sampler = Graphs.node("3", "KSampler (Efficient)", #""seed": 5, "sampler_name": "euler", "steps": 9"#)
        #expect(try Graphs.recipe(Graphs.sampling(sampler)).onlyPass().steps?.int == 9)
    }

    @Test func `is not made of a node that only has a seed`() throws {
        let recipe = try Graphs.recipe(Graphs.sampling(Graphs.node("3", "Noise", #""seed": 5"#)))
        #expect(recipe.passes.isEmpty)
    }

    @Test func `has no size where its latent is an image's`() throws {
        let nodes = [
            Graphs.node("30", "VAEEncode", #""pixels": ["31", 0], "vae": ["4", 2]"#),
            Graphs.node("31", "LoadImage", #""image": "in.png""#),
        ]
        let pass = try Graphs.recipe(Graphs.sampling(Graphs.kSampler(["latent_image": #"["30", 0]"#]), also: nodes))
            .onlyPass()
        #expect(pass.width == nil)
        #expect(pass.height == nil)
    }

    /// The graph is written with the passes in either order, as ComfyUI's ids do not follow the flow.
    @Test(arguments: [true, false]) func `comes before those that feed it`(isReversed: Bool) throws {
        let refine = Graphs.kSampler(["latent_image": #"["30", 0]"#, "seed": "2", "denoise": "0.5"])
        let base = [
            Graphs.node("30", "LatentUpscale", #""samples": ["31", 0], "width": 1024, "height": 1536"#),
            Graphs.node(
                "31",
                "KSampler",
                #""model": ["4", 0], "seed": 1, "steps": 20, "sampler_name": "euler", "latent_image": ["5", 0]"#
            ),
        ]
        let graph = Graphs.sampling(refine, also: isReversed ? base.reversed() : base)
        let passes = try Graphs.recipe(graph).passes
        #expect(passes.map(\.node) == ["3", "31"])
        #expect(passes.map(\.seed?.int) == [2, 1])
        #expect(passes.map(\.width?.int) == [1024, 512])
    }

    @Test func `of an unknown kind is a pass without a seed`() throws {
        let sampler = Graphs.node(
            "3", "MySampler",
            #""model": ["4", 0], "positive": ["6", 0], "negative": ["7", 0], "latent_image": ["5", 0]"#)
        let recipe = try Graphs.recipe(Graphs.sampling(sampler))
        #expect(try recipe.onlyPass().positive == "a red cube")
        #expect(recipe.findings.map(\.code).contains(.seedUnknown))
    }

    @Test func `is still there in a graph that runs in a circle`() throws {
        let recipe = try Graphs.recipe(Graphs.sampling(Graphs.kSampler(["latent_image": #"["8", 0]"#])))
        #expect(try recipe.onlyPass().seed?.int == 42)
    }
}

@Suite struct `A hostile graph` {
    @Test func `of very many passes is read as far as is sensible`() throws {
        let chain = (0..<2000).map {
            Graphs.node(
                "s\($0)",
                "KSampler",
                #""seed": \#($0), "sampler_name": "euler", "latent_image": ["s\#($0 + 1)", 0]"#
            )
        }
        let recipe = try Graphs.recipe(Graphs.graph(chain.reversed()))
        let passes = recipe.passes
        #expect(passes.map(\.seed?.int) == Array(0..<256))
        #expect(recipe.findings.contains { $0.message.hasSuffix("nodes sample, of which 256 are in the recipe") })
    }

    @Test func `of one node with very many models is read`() throws {
        let inputs = (0..<5000).map { #""i\#($0)": "\#($0).pt""# }.joined(separator: ", ")
        #expect(try Graphs.references("Any", inputs).count == 5000)
    }

    /// `width` is the number of other inputs of each node.
    private static func farWords(behind length: Int, width: Int) -> String {
        let others = (0..<width).map { #", "i\#($0)": 0"# }.joined()
        let chain = (0..<length).map {
            Graphs.node("c\($0)", "ConditioningSetMask", #""conditioning": ["c\#($0 + 1)", 0]\#(others)"#)
        }
        let words = Graphs.node("c\(length)", "CLIPTextEncode", #""text": "far away""#)
        return Graphs.sampling(Graphs.kSampler(["positive": #"["c0", 0]"#]), also: chain + [words])
    }

    @Test func `whose conditioning is far from its words has them all the same, or says how far they are`() throws {
        #expect(try Graphs.recipe(Self.farWords(behind: 5000, width: 0)).onlyPass().positive == "far away")
        let recipe = try Graphs.recipe(Self.farWords(behind: 1000, width: 250))
        #expect(try recipe.onlyPass().positive == nil)
        #expect(
            recipe.findings.map(\.message) == ["the positive text of node 3 comes through more nodes than are followed"]
        )
        #expect(try recipe.onlyPass().negative == "blurry")
    }

    @Test func `whose passes all take from one node with very many inputs is read, and says what is too far`() throws {
        let conditioning = (0..<20_000).map { #""conditioning_\#($0)": ["z", 0]"# }.joined(separator: ", ")
        let passes = (0..<300).map {
            Graphs.node(
                "s\($0)", "SamplerCustomAdvanced", #""guider": ["g", 0], "latent_image": ["s\#($0 + 1)", 0]"#)
        }
        let others = [
            Graphs.node("g", "SomeGuider", conditioning), Graphs.node("z", "ConditioningZeroOut"),
        ]
        let recipe = try Graphs.recipe(Graphs.graph(passes + others))
        #expect(recipe.passes.count == 256)
        #expect(
            recipe.findings.contains { $0.message.hasSuffix("of node g comes through more nodes than are followed") })
    }

    @Test func `whose loaders all take their names from one node with very many values is read`() throws {
        let values = (0..<20_000).map { #""lora_\#($0)_name": "\#($0).safetensors""# }.joined(separator: ", ")
        let taken = (0..<20_000).map { #""lora_\#($0)_name": ["b", \#($0)]"# }.joined(separator: ", ")
        let graph = Graphs.graph([Graphs.node("b", "Names", values), Graphs.node("l", "Loader", taken)])
        let own = try Graphs.recipe(graph).models.filter { $0.reference.node == "l" }
        #expect(own.map(\.reference.name) == (0..<20_000).map { "\($0).safetensors" })
    }

    @Test func `whose latent comes through very many nodes has its size`() throws {
        let chain = (0..<1000).map { Graphs.node("u\($0)", "LatentFlip", #""samples": ["u\#($0 + 1)", 0]"#) }
        let size = Graphs.node("u1000", "EmptyLatentImage", #""width": 640, "height": 320, "batch_size": 1"#)
        let sampler = Graphs.kSampler(["latent_image": #"["u0", 0]"#])
        let pass = try Graphs.recipe(Graphs.sampling(sampler, also: chain + [size])).onlyPass()
        #expect(pass.width?.int == 640 && pass.height?.int == 320)
    }

    @Test func `with an id that is longer than any is read without that node`() throws {
        let long = Graphs.node(String(repeating: "9", count: 5000), "SaveImage", #""images": ["8", 0]"#)
        let recipe = try Graphs.recipe(Graphs.sampling(also: [long]))
        #expect(recipe.findings.contains { $0.message == "1 entries of the graph are not nodes" })
        #expect(recipe.passes.count == 1)
    }

    @Test func `whose passes feed each other is read`() throws {
        let ring = (0..<100).map {
            Graphs.node(
                "s\($0)",
                "KSampler",
                #""seed": 1, "sampler_name": "euler", "latent_image": ["s\#(($0 + 1) % 100)", 0]"#
            )
        }
        let save = Graphs.node("9", "SaveImage", #""images": ["s0", 0]"#)
        #expect(try Graphs.recipe(Graphs.graph(ring + [save])).passes.count == 100)
    }
}
