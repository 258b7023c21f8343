import Recipe
import Support
import Testing

@Suite struct `What changed between two recipes` {
    private func document(_ graph: String, environment: JSON? = nil, _ digest: UInt8 = 1) throws -> RecipeDocument {
        var recipe = try Graphs.recipe(graph)
        for index in recipe.models.indices {
            recipe.models[index].resolution = .init(
                folder: try EntryName(recipe.models[index].reference.folder ?? "checkpoints"),
                path: try ModelPath(recipe.models[index].reference.name),
                sha256: SHA256.digest(of: [digest]), size: 1, version: Int(digest))
        }
        let snapshot = try Examples.document(recipe).snapshot
        return RecipeDocument(
            id: SHA256.digest(of: Array(graph.utf8)), snapshot: snapshot, verdict: Verdict(recipe) { _ in .here },
            name: "x",
            prompt: Array(graph.utf8), workflow: nil, environment: environment)
    }

    @Test func `names parameters, the graph and versions of models`() throws {
        let a = try document(SmallImage.graph(seed: 1))
        let b = try document(
            SmallImage.graph(seed: 2).replacing("\"steps\":2", with: "\"steps\":3"), environment: nil, 2)
        let told = RecipeDifference(a, b).items.map { "\($0.part) \($0.what)" }
        #expect(
            told == [
                "parameters steps", "parameters seed", "graph 3.seed (KSampler)", "graph 3.steps (KSampler)",
                "models model of 4.ckpt_name",
            ])
    }

    @Test func `is nothing for the same recipe`() throws {
        let document = try document(SmallImage.graph())
        #expect(RecipeDifference(document, document).items.isEmpty)
    }

    @Test func `names packages and node packs one by one`() throws {
        let a = try document(
            SmallImage.graph(),
            environment: ["packages": ["torch==2.1", "numpy==1"], "nodePacks": [["name": "x", "commit": "1"]]])
        let b = try document(
            SmallImage.graph(),
            environment: ["packages": ["torch==2.2", "numpy==1"], "nodePacks": [["name": "x", "commit": "2"]]])
        #expect(RecipeDifference(a, b).items.map(\.what) == ["package torch", "node pack x"])
    }

    @Test func `tells nodes that were added and removed`() throws {
        let items = RecipeDifference(
            try document(SmallImage.graph()), try document(SmallImage.graph(lora: "a.safetensors"))
        ).items
        #expect(items.contains { $0.part == "graph" && $0.what == "node 10" && $0.new == "LoraLoaderModelOnly" })
        #expect(items.contains { $0.part == "models" && $0.what == "model of 10.lora_name" && $0.old == .null })
    }
}

@Suite struct `Weights` {
    /// A safetensors file of tensors with these bytes.
    private func file(_ tensors: [(name: String, bytes: [UInt8])], note: String = "") -> MemorySource {
        var header = JSON.Object()
        header["__metadata__"] = ["note": .string(note)]
        var offset = 0
        for (name, bytes) in tensors {
            header[name] = [
                "dtype": "U8", "shape": [.integer(bytes.count)],
                "data_offsets": [.integer(offset), .integer(offset + bytes.count)],
            ]
            offset += bytes.count
        }
        let text = Array(JSON.object(header).compact().utf8)
        let length = withUnsafeBytes(of: UInt64(text.count).littleEndian) { Array($0) }
        return MemorySource(length + text + tensors.flatMap(\.bytes))
    }

    @Test func `are compared tensor by tensor`() throws {
        let old = file([("a", [1, 2]), ("b", [3]), ("c", [4]), ("d", [5])])
        let new = file([("a", [1, 2]), ("b", [9]), ("c", [4, 4]), ("e", [6])])
        let difference = try #require(try TensorDifference.between(old, new))
        #expect(difference.same == 1 && difference.changed == ["b"] && difference.reshaped == ["c"])
        #expect(difference.removed == ["d"] && difference.added == ["e"])
    }

    @Test func `are equal where only the header is another`() throws {
        let difference = try TensorDifference.between(file([("a", [1])]), file([("a", [1])], note: "edited"))
        #expect(difference?.same == 1 && difference?.changed == [])
    }

    @Test func `of anything else are not compared`() throws {
        #expect(try TensorDifference.between(MemorySource([1, 2, 3]), file([])) == nil)
    }

    @Test func `are counted, and not looked at, where nobody wants to wait`() throws {
        let old = file([("a", [1]), ("b", [2]), ("c", [3])])
        let new = file([("a", [1]), ("b", [9]), ("c", [3, 3])])
        var rounds = 0
        let difference = try TensorDifference.between(old, new) {
            rounds += 1
            return rounds < 2
        }
        let found = try #require(difference)
        #expect(found.same == 1 && found.unread == 1 && found.changed.isEmpty && found.reshaped == ["c"])
        #expect(found.text == "1 of another shape (c), 1 equal, 1 not looked at")
        #expect(try TensorDifference.between(old, old)?.text == "all 3 tensors are equal; only the header differs")
    }

    @Test func `are not compared where a header is longer than is asked for`() throws {
        let one = file([("a", [1])])
        #expect(try TensorDifference.between(one, one, headers: 10) == nil)
    }
}
