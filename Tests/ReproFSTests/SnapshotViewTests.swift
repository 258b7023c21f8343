import Recipe
import ReproFS
import Store
import Support
import SystemPackage
import Testing

@Suite(.timeLimit(.minutes(20))) struct `The view of snapshots` {
    let view: ViewFixture
    init() throws { view = try ViewFixture() }

    /// > `by-snapshot/<id>` is named by the first 12 hex digits of the snapshot's id, or by more if an older snapshot begins with the same.
    /// > The whole id, and every prefix of 8 or more digits that only one snapshot has, are links to it and are not listed.
    @Test(arguments: View.allCases) func `is entered by an id or the beginning of one`(_ way: View) throws {
        try way.show(view.store) { tree throws in
            let hex = view.first.hex
            #expect(
                try tree.list("by-snapshot").sorted()
                    == [view.first, view.second].map { String($0.hex.prefix(12)) }.sorted())
            for length in [8, 13, 64] {
                #expect(try tree.link("by-snapshot/" + hex.prefix(length)) == String(hex.prefix(12)))
            }
            #expect(!tree.exists("by-snapshot/" + hex.prefix(7)))
            #expect(try tree.facts("by-snapshot/" + hex.prefix(12)).kind == .directory)
        }
    }

    /// > The name that `pin` gave a snapshot is a link to it, and is listed.
    @Test(arguments: View.allCases) func `is entered by the name of a pin, as long as it has one`(_ way: View) throws {
        try way.show(view.store) { tree throws in
            _ = try view.store.pin(try view.fixture.row(view.first), as: "cover")
            try eventually { tree.exists("by-snapshot/cover") }
            #expect(try tree.link("by-snapshot/cover") == String(view.first.hex.prefix(12)))
            try eventually { try tree.list("by-snapshot").contains("cover") }
            #expect(
                try tree.read("by-snapshot/cover/models/checkpoints/model.safetensors") == SmallModel.bytes(seed: 1))
            _ = try view.store.unpin("cover")
            try eventually { try !tree.exists("by-snapshot/cover") && !tree.list("by-snapshot").contains("cover") }
        }
    }

    /// > The id of a snapshot is the SHA-256 of its `snapshot.json`.
    @Test(arguments: View.allCases) func `shows the canonical form whose hash is the id`(_ way: View) throws {
        try way.show(view.store) { tree throws in
            #expect(try tree.digest(view.directory(of: view.first) + "/snapshot.json") == view.first)
        }
    }

    @Test(arguments: View.allCases) func `pins exactly the models of the prompt`(_ way: View) throws {
        try way.show(view.store) { tree throws in
            let models = view.directory(of: view.first) + "/models"
            let files = try tree.walk(models).filter { $0.facts.kind == .file }.map {
                String($0.path.dropFirst(models.count + 1))
            }
            #expect(files.sorted() == ["checkpoints/model.safetensors", "loras/style/ink.safetensors"])
            #expect(try tree.read(models + "/checkpoints/model.safetensors") == SmallModel.bytes(seed: 1))
            #expect(try tree.read("models/checkpoints/model.safetensors") == SmallModel.bytes(seed: 2))
        }
    }

    /// > `by-snapshot/<id>/input` has the input files that were found when the snapshot was made.
    @Test(arguments: View.allCases) func `pins the input files`(_ way: View) throws {
        try view.fixture.directory.write([9], to: "input/in.png")
        try way.show(view.store) { tree throws in
            #expect(try tree.list(view.directory(of: view.second) + "/input") == ["in.png"])
            #expect(try tree.read(view.directory(of: view.second) + "/input/in.png") == [1, 2, 3, 4])
            #expect(try tree.list(view.directory(of: view.first) + "/input").isEmpty)
        }
    }

    /// > `recipe.json` and `recipe.txt` are the recipe and its card, graded against the present state of the store. `prompt.json`,
    /// > `workflow.json` and `parameters.txt` are the original bytes from the image, and `records.json` lists its other texts; each exists
    /// > only if the image has it.
    @Test(arguments: View.allCases) func `shows the recipe and what the image held`(_ way: View) throws {
        try way.show(view.store) { tree throws in
            let directory = view.directory(of: view.first)
            let names = try tree.list(directory).sorted()
            #expect(
                names == [
                    "extra_model_paths.yaml", "input", "models", "prompt.json", "recipe.json", "recipe.txt",
                    "snapshot.json",
                ])
            let recipe = try tree.json(directory + "/recipe.json")
            #expect(recipe["snapshot"]?.string == view.first.hex)
            #expect(recipe["passes"]?.array?.first?["seed"]?.number?.literal == "18446744073709551615")
            #expect(recipe["grade"]?["grade"] == "approximate")
            #expect(try tree.text(directory + "/recipe.txt").contains("style/ink.safetensors"))
            let graph = SmallImage.graph(lora: "style/ink.safetensors", seed: .max)
            #expect(try tree.text(directory + "/prompt.json") == graph)
            #expect(!tree.exists(directory + "/records.json"))
        }
    }

    @Test(arguments: View.allCases) func `shows every other text of an image`(_ way: View) throws {
        let json = Array(#"{"sui_image_params": {"seed": 5}, "other": "kept"}"#.utf8)
        let image = try view.fixture.directory.write(json, to: "output/note.json")
        let id = try view.store.snapshot(image).id
        try way.show(view.store) { tree throws in
            #expect(try tree.text(view.directory(of: id) + "/parameters.txt") == String(decoding: json, as: UTF8.self))
            let records = try tree.json(view.directory(of: id) + "/records.json")
            #expect(records.array?.contains(["key": "other", "text": "kept"]) == true)
        }
    }

    /// > `extra_model_paths.yaml` points a ComfyUI at the pinned models through this mount.
    @Test func `points a ComfyUI at the pinned models`() throws {
        try View.mount(view.store) { tree throws in
            let text = try tree.text(view.directory(of: view.first) + "/extra_model_paths.yaml")
            let base = tree.absolute(view.directory(of: view.first) + "/models")
            #expect(text.contains("base_path: \"\(base)\""))
            #expect(text.contains("\"checkpoints\": \"checkpoints\""))
            #expect(text.contains("\"loras\": \"loras\""))
            #expect(!text.contains("embeddings"))
        }
    }

    @Test(arguments: View.allCases) func `links the other name of a folder in a pinned tree`(_ way: View) throws {
        let graph =
            #"{"1":{"class_type":"UNETLoader","inputs":{"unet_name":"flux.safetensors"}},"2":{"class_type":"SaveImage","inputs":{"images":["1",0]}}}"#
        let id = try view.store.snapshot(try view.fixture.image("flux.png", graph)).id
        try way.show(view.store) { tree throws in
            #expect(try tree.list(view.directory(of: id) + "/models") == ["unet"])
            #expect(try tree.link(view.directory(of: id) + "/models/diffusion_models") == "unet")
        }
    }

    @Test(arguments: [
        "../../../../etc/passwd.safetensors", "/etc/passwd.safetensors", "..\\up.safetensors", "a/../../b.safetensors",
    ])
    func `pins nothing for a name that leads outside`(name: String) throws {
        let id = try view.store.snapshot(try view.fixture.image("evil.png", SmallImage.graph(checkpoint: name))).id
        try View.inProcess.show(view.store) { tree throws in
            #expect(try tree.walk(view.directory(of: id) + "/models").isEmpty)
            #expect(try tree.json(view.directory(of: id) + "/recipe.json")["grade"]?["grade"] == "partial")
        }
    }

    /// > If a tool reported its environment, `environment.json` has its versions, flags, device, threads, packages and the inputs of the
    /// > node classes, and `custom_nodes` has the code of the node packs, without models, caches and version control.
    @Test(arguments: View.allCases) func `show the environment and the node packs that were told`(_ way: View) throws {
        let fixture = view.fixture
        for name in ["__init__.py", "web/x.js", ".git/HEAD", "a.safetensors"] {
            try fixture.directory.write(Array(name.utf8), to: "custom_nodes/pack/" + name)
        }
        let image = try fixture.image("told.png", SmallImage.graph(seed: 77))
        let report: JSON = [
            "schema": "reprofs.report/1", "ended": .integer(Timestamp.now().nanoseconds),
            "prompt": .string(SmallImage.graph(seed: 77)),
            "outputs": [
                [
                    "path": .string(image.string),
                    "sha256": .string(try #require(try fixture.store.digest(ofFile: image)).hex),
                ]
            ],
            "environment": ["comfyui": ["version": "0.33.0"], "nodePacks": [["name": "pack"]]],
            "nodePacks": ["pack": .string(fixture.directory.appending("custom_nodes/pack").string)],
        ]
        let made = try view.store.snapshot(report: Array(report.compact().utf8), by: nil)
        let path = view.directory(of: try #require(made.first).result.id)
        try way.show(view.store) { tree throws in
            #expect(try tree.json(path + "/environment.json")["comfyui"]?["version"] == "0.33.0")
            #expect(try tree.list(path + "/custom_nodes/pack").sorted() == ["__init__.py", "web"])
            #expect(try tree.text(path + "/custom_nodes/pack/web/x.js") == "web/x.js")
            #expect(!tree.exists(view.directory(of: view.first) + "/custom_nodes"))
        }
    }
}
