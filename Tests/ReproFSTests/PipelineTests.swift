import Store
import Support
import Testing

private let name = "checkpoints/model.safetensors"

@Suite(.timeLimit(.minutes(20))) struct `The directory of a pipeline` {
    @Test func `versions all that belongs to a pipeline, also what came before its configuration`() throws {
        try withLive { models, fixture throws in
            try models.makeDirectory("LLM")
            try models.makeDirectory("LLM/Florence")
            try models.makeDirectory("LLM/Florence/vision")
            let files = ["vocab.txt", "modeling.py", "vision/settings.yaml", "config.json"]
            for file in files { try models.write(Array("1 \(file)".utf8), to: "LLM/Florence/\(file)") }
            for file in files { try eventually { try fixture.store.liveVersion(of: "LLM/Florence/\(file)") == 1 } }
            try models.write(Array("2".utf8), to: "LLM/Florence/vocab.txt")
            try eventually { try fixture.store.liveVersion(of: "LLM/Florence/vocab.txt") == 2 }
            for plain in ["LLM/notes.txt", "LLM/Florence/.lock", "LLM/Florence/x.json.incomplete"] {
                try models.write(Array("1".utf8), to: plain)
            }
            // The configuration goes first, and the names of the others go with them all the same.
            try models.remove("LLM/Florence/config.json")
            try models.remove("LLM/Florence/vocab.txt")
            try eventually { try fixture.store.liveVersion(of: "LLM/Florence/vocab.txt") == nil }
            try models.write(SmallModel.bytes(seed: 9), to: name)
            try eventually { try fixture.store.liveVersion(of: name) == 1 }
            #expect(try fixture.store.versionLines().count == 6)
        }
    }
}
