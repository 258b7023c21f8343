import Foundation
import Recipe
import Store
import Support
import Testing

private let name = "checkpoints/flux.safetensors"
private let linked = "diffusion_models/flux-dev.safetensors"

@Suite(.timeLimit(.minutes(20))) struct `A link in the live view` {
    /// > A symbolic link is a name: its target has versions under the link's name too, for as long as it is the target, in every view and
    /// > for every image whose prompt uses that name. A file that only a link's name makes a model, as in the caches of Hugging Face, is
    /// > versioned like any other.
    @Test func `is a name of what it leads to`() throws {
        try withLive { models, fixture throws in
            try models.makeDirectory("diffusion_models")
            try models.write(SmallModel.bytes(seed: 1), to: name)
            try models.link(linked, to: "../checkpoints/flux.safetensors")
            try eventually { try fixture.store.liveVersion(of: linked) == 1 }
            try models.write(SmallModel.bytes(seed: 2), to: name)
            try eventually { try fixture.store.liveVersion(of: linked) == 2 }
            try models.remove(linked)
            try eventually { try fixture.store.liveVersion(of: linked) == nil }
            #expect(
                try fixture.store.digests(of: linked) == [SmallModel.digest(seed: 1), SmallModel.digest(seed: 2)])
            #expect(try fixture.store.liveVersion(of: name) == 2)
        }
    }

    @Test func `to a directory gives names to everything in it`() throws {
        try withLive { models, fixture throws in
            try models.write(SmallModel.bytes(seed: 1), to: name)
            try models.makeDirectory("loras")
            try models.link("loras/all", to: "../checkpoints")
            // One that lies in itself has no end.
            try models.link("checkpoints/self", to: ".")
            try eventually { try fixture.store.liveVersion(of: "loras/all/flux.safetensors") == 1 }
            #expect(try fixture.store.digests(of: "checkpoints/self/flux.safetensors").isEmpty)
            try models.remove("loras/all")
            try eventually { try fixture.store.liveVersion(of: "loras/all/flux.safetensors") == nil }
        }
    }

    @Test func `to a revision in a cache gives names to what the links there lead to`() throws {
        try withLive { models, fixture throws in
            for directory in ["hf", "hf/blobs", "hf/snapshots", "hf/snapshots/c1", "loras"] {
                try models.makeDirectory(directory)
            }
            try models.write(SmallModel.bytes(seed: 1), to: "hf/blobs/aaaa")
            try models.link("hf/snapshots/c1/lora.safetensors", to: "../../blobs/aaaa")
            try models.link("loras/pack", to: "../hf/snapshots/c1")
            try eventually { try fixture.store.liveVersion(of: "loras/pack/lora.safetensors") == 1 }
            #expect(try models.read("loras/pack/lora.safetensors") == SmallModel.bytes(seed: 1))
            // Links that lead to each other have names without end.
            try models.link("hf/snapshots/c1/again", to: "../../../loras/pack")
            try models.remove("loras/pack")
            try eventually { try fixture.store.liveVersion(of: "loras/pack/lora.safetensors") == nil }
        }
    }

    @Test func `to a pipeline's directory names all that belongs to the pipeline, also in another folder`() throws {
        try withLive { models, fixture throws in
            for directory in ["LLM", "LLM/q", "LLM/q/vision", "hf", "hf/blobs", "hf/c1", "loras"] {
                try models.makeDirectory(directory)
            }
            let files = ["vocab.txt", "vision/settings.yaml", "model_index.json"]
            for file in files { try models.write(Array("1 \(file)".utf8), to: "LLM/q/\(file)") }
            try models.write(Array("words".utf8), to: "hf/blobs/aaaa")
            for name in ["config.json", "words.txt"] { try models.link("hf/c1/\(name)", to: "../blobs/aaaa") }
            try models.link("loras/pipe", to: "../LLM/q")
            try models.link("loras/cached", to: "../hf/c1")
            let names = files.map { "loras/pipe/\($0)" } + ["loras/cached/config.json", "loras/cached/words.txt"]
            for name in names { try eventually { try fixture.store.liveVersion(of: name) == 1 } }
            try models.write(Array("2".utf8), to: "LLM/q/vocab.txt")
            try eventually { try fixture.store.liveVersion(of: "loras/pipe/vocab.txt") == 2 }
            // A directory that is not a pipeline's names weights alone.
            try models.makeDirectory("plain")
            try models.write(Array("1".utf8), to: "plain/notes.txt")
            try models.write(SmallModel.bytes(seed: 1), to: "plain/a.safetensors")
            try models.link("loras/plain", to: "../plain")
            try eventually { try fixture.store.liveVersion(of: "loras/plain/a.safetensors") == 1 }
            #expect(try fixture.store.digests(of: "loras/plain/notes.txt").isEmpty)
            try models.remove("loras/pipe")
            for file in files { try eventually { try fixture.store.liveVersion(of: "loras/pipe/\(file)") == nil } }
            #expect(try fixture.store.liveVersion(of: "LLM/q/vocab.txt") == 2)
        }
    }

    @Test func `makes a model of a file that a cache names by its hash`() throws {
        try withLive { models, fixture throws in
            let cache = "checkpoints/models--org--m"
            for directory in ["", "/blobs", "/snapshots", "/snapshots/c1", "/snapshots/c2"] {
                try models.makeDirectory(cache + directory)
            }
            let model = "/model.safetensors"
            try models.write(SmallModel.bytes(seed: 1), to: cache + "/blobs/aaaa")
            try models.link(cache + "/snapshots/c1" + model, to: "../../blobs/aaaa")
            try eventually { try fixture.store.digests(of: cache + "/snapshots/c1" + model).count == 1 }
            try models.remove(cache + "/snapshots/c1" + model)
            try models.remove(cache + "/blobs/aaaa")
            try models.write(SmallModel.bytes(seed: 2), to: cache + "/blobs/bbbb")
            try models.link(cache + "/snapshots/c2" + model, to: "../../blobs/bbbb")
            try eventually { try fixture.store.liveVersion(of: cache + "/snapshots/c2" + model) == 1 }
            #expect(try fixture.store.digests(of: cache + "/snapshots/c1" + model) == [SmallModel.digest(seed: 1)])
            #expect(try fixture.store.digests(of: cache + "/snapshots/c2" + model) == [SmallModel.digest(seed: 2)])
        }
    }

    @Test func `that gives its name to a file takes nothing from it`() throws {
        try withLive { models, fixture throws in
            try models.makeDirectory("diffusion_models")
            try models.write(SmallModel.bytes(seed: 1), to: name)
            try models.link(linked, to: "../checkpoints/flux.safetensors")
            try eventually { try fixture.store.liveVersion(of: linked) == 1 }
            try models.write(SmallModel.bytes(seed: 2), to: "diffusion_models/new.safetensors")
            try models.rename("diffusion_models/new.safetensors", to: linked)
            try eventually { try fixture.store.liveVersion(of: linked) == 2 }
            // What is noted of links is looked at after each commit.
            try models.write(SmallModel.bytes(seed: 3), to: "checkpoints/other.safetensors")
            try eventually { try fixture.store.liveVersion(of: "checkpoints/other.safetensors") == 1 }
            #expect(try fixture.store.liveVersion(of: linked) == 2)
        }
    }
}
