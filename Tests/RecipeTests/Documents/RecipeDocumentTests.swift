import Recipe
import Testing

@Suite struct `A recipe as JSON` {
    static func keys(_ json: JSON?) -> [String] { json?.object?.members.map(\.key) ?? [] }

    static func json(prompt: String? = nil, workflow: String? = nil) throws -> JSON {
        var recipe = try Examples.recipe(models: [Examples.model()], inputs: [Examples.input()])
        recipe.findings = [Reason(.deviceNoise, "noise")]
        return try Examples.document(recipe, prompt: prompt, workflow: workflow).json
    }

    @Test func `has the keys that are promised, in their order`() throws {
        let json = try Self.json()
        #expect(
            Self.keys(json) == [
                "schema", "snapshot", "image", "generator", "passes", "models", "inputs", "environment", "variation",
                "grade", "certificate", "attempts", "prompt", "workflow", "parameters",
            ]
        )
        #expect(
            Self.keys(json["image"]) == ["name", "sha256", "size", "mediaType", "width", "height", "pixels", "time"]
        )
        #expect(Self.keys(json["generator"]) == ["name", "version", "dialect", "signature"])
        #expect(
            Self.keys(json["passes"]?.array?.first) == [
                "node", "sampler", "scheduler", "steps", "cfg", "seed", "denoise", "positive", "negative", "width",
                "height",
            ]
        )
        #expect(Self.keys(json["grade"]) == ["grade", "verified", "reasons"])
        #expect(Self.keys(json["grade"]?["reasons"]?.array?.first) == ["code", "message", "cap", "remedy"])
    }

    @Test func `has the keys of models and inputs that are promised, and some more`() throws {
        let json = try Self.json()
        let model = Self.keys(json["models"]?.array?.first)
        #expect(
            model == [
                "folder", "name", "reference", "role", "node", "input", "strength", "sha256", "size", "version",
                "evidence", "recorded", "air", "url", "refused", "match", "changed",
            ]
        )
        let input = Self.keys(json["inputs"]?.array?.first)
        #expect(input == ["kind", "name", "directory", "node", "sha256", "size", "evidence", "recorded"])
    }

    @Test func `has the values of the snapshot`() throws {
        let json = try Self.json()
        #expect(json["schema"] == "reprofs.recipe/1")
        #expect(json["snapshot"] == .string(try Examples.digest(3).hex))
        #expect(json["image"]?["name"] == "ComfyUI_00001_.png")
        #expect(json["image"]?["size"] == 12345)
        #expect(json["image"]?["pixels"] == .null)
        #expect(json["image"]?["time"] == "2023-11-14T22:13:20.000000005Z")
        #expect(
            json["generator"] == ["name": "ComfyUI", "version": .null, "dialect": "comfyui-prompt", "signature": .null])
        #expect(json["passes"]?.array?.first?["seed"] == 42)
        let model = try #require(json["models"]?.array?.first)
        #expect(model["folder"] == "checkpoints" && model["role"] == "checkpoint" && model["evidence"] == "observed")
        #expect(model["sha256"] == .string(try Examples.digest(1).hex))
        #expect(json["grade"]?["grade"] == "approximate")
        #expect(json["grade"]?["verified"] == false)
        #expect(
            json["grade"]?["reasons"]?.array == [
                [
                    "code": "rng.device_noise", "message": "noise", "cap": "approximate",
                    "remedy": .string(orNull: Reason(.deviceNoise, "").remedy),
                ]
            ]
        )
    }

    @Test func `has null for what is not known`() throws {
        var recipe = Recipe(generator: .init(name: nil, dialect: nil))
        recipe.passes = [.init(node: "3")]
        let json = try Examples.document(recipe).json
        #expect(json["generator"] == ["name": .null, "version": .null, "dialect": .null, "signature": .null])
        #expect(Self.keys(json["passes"]?.array?.first).count == 11)
        #expect(json["passes"]?.array?.first?["seed"] == .null)
        #expect(json["environment"] == .null && json["prompt"] == .null && json["workflow"] == .null)
    }

    @Test func `embeds a prompt that holds NaN as valid JSON`() throws {
        let text = try Self.json(
            prompt: #"{"3": {"inputs": {"is_changed": [NaN, -Infinity], "seed": 18446744073709551615}}}"#
        ).formatted()
        #expect(!text.contains("NaN") && !text.contains("Infinity"))
        let inputs = try JSONParser.parse(text)["prompt"]?["3"]?["inputs"]
        #expect(inputs?["is_changed"] == [.null, .null])
        #expect(inputs?["seed"]?.number?.unsigned == .max)
    }

    @Test func `embeds the graph and the canvas in their order`() throws {
        let json = try Self.json(prompt: #"{"9": 1, "10": 2}"#, workflow: #"{"nodes": [], "links": []}"#)
        #expect(Self.keys(json["prompt"]) == ["9", "10"])
        #expect(Self.keys(json["workflow"]) == ["nodes", "links"])
    }

    @Test func `has null for a canvas that is not JSON`() throws {
        #expect(try Self.json(workflow: "{broken")["workflow"] == .null)
    }
}
