import Foundation
import Recipe
import Support
import SystemPackage
import Testing

@Suite(.timeLimit(.minutes(20))) struct `The main job` {
    let line: CommandLineFixture
    init() throws {
        line = try CommandLineFixture()
        try line.writeModels(seed: 1)
        try #require(try line.run("init").status == 0)
        try #require(try line.run("add", line.directory.appending("models").string).status == 0)
    }

    @Test func `keeps an image's models when they are replaced under the same names`() throws {
        let image = try line.copyImage()
        #expect(try line.run("snapshot", image.string).status == 0)
        try line.mount()
        let recipe = try line.json("by-image/txt2img_lora_00001_.png")
        let models = try #require(recipe["models"]?.array)
        #expect(models.map { $0["name"]?.string } == ["model.safetensors", "lora.safetensors"])
        #expect(models[0]["sha256"]?.string == SmallModel.digest(seed: 1).hex)
        #expect(models[1]["strength"]?.number?.double == 0.8)
        let pass = try #require(recipe["passes"]?.array?.first)
        #expect(pass["seed"] == 42 && pass["steps"] == 2 && pass["sampler"] == "euler")
        #expect(pass["cfg"]?.number?.double == 4)
        #expect(pass["positive"] == "a red cube" && pass["negative"] == "blurry")

        try line.writeModels(seed: 2)
        #expect(try line.run("add", line.directory.appending("models").string).status == 0)
        try eventually { try line.read("models/checkpoints/model.safetensors") == SmallModel.bytes(seed: 2) }
        let id = String(try #require(recipe["snapshot"]?.string).prefix(12))
        #expect(try line.read("by-snapshot/\(id)/models/checkpoints/model.safetensors") == SmallModel.bytes(seed: 1))
        #expect(try line.read("by-snapshot/\(id)/models/loras/lora.safetensors") == SmallModel.bytes(seed: 101))
        #expect(
            try line.read("by-name/checkpoints/model.safetensors/v1/model.safetensors") == SmallModel.bytes(seed: 1))
        #expect(
            try line.read("by-name/checkpoints/model.safetensors/v2/model.safetensors") == SmallModel.bytes(seed: 2))
        #expect(try line.run("snapshot", image.string).output.contains("\(id)  approximate"))
        #expect(try line.run("unmount", line.mountPoint.string).status == 0)
        #expect(!line.isMounted)
    }

    @Test func `prints the card of an image by its file, its id and its name`() throws {
        let image = try line.copyImage()
        let id = String(try line.run("snapshot", image.string).output.prefix(12))
        for given in [image.string, id, "txt2img_lora_00001_.png"] {
            let outcome = try line.run("recipe", given)
            #expect(outcome.status == 0)
            #expect(outcome.output.contains("checkpoints/model.safetensors  v1"), "\(given): \(outcome.complaint)")
        }
        #expect(try line.run("recipe", id, "--json").json?["schema"] == "reprofs.recipe/1")
        #expect(try line.run("recipe", "nothing.png").status == 1)
    }

    @Test func `snapshots a directory of images by its label`() throws {
        _ = try line.copyImage()
        try line.directory.write([1, 2, 3], to: "output/notes.txt")
        let outcome = try line.run("snapshot", line.directory.appending("output").string, "--label", "studio")
        #expect(outcome.status == 0)
        #expect(outcome.complaint.contains("1 file that is not an image, or a link, was left out"))
        let images = try #require(try line.run("list", "images", "--json").json?.array)
        #expect(images.map { $0["path"]?.string } == ["studio/txt2img_lora_00001_.png"])
    }

    @Test func `reads like a plain directory to ordinary tools`() throws {
        _ = try line.run("snapshot", try line.copyImage().string)
        try line.mount()
        let copy = line.directory.appending("copy").string
        let script = """
            set -e
            ls -laR "$1" > /dev/null
            find "$1" -type f -printf '%s %p\\n' | while read -r size path; do
                [ "$(stat -c %s "$path")" = "$size" ] || { echo "size of $path"; exit 1; }
            done
            cp -r "$1/models" "$2"
            (cd "$1/models" && find . -type f -exec sha256sum {} +) | (cd "$2" && sha256sum --quiet -c)
            (cd "$1/by-hash/sha256" && for name in *; do echo "$name  $name"; done | sha256sum --quiet -c)
            tar -cf /dev/null -C "$1" models by-snapshot by-image
            """
        let outcome = try line.run(tool: "/bin/sh", ["-c", script, "sh", line.mountPoint.string, copy])
        #expect(outcome.status == 0, "\(outcome.output)\(outcome.complaint)")
    }

    @Test func `reads like a plain directory to Python`() throws {
        let python = "/usr/bin/python3"
        guard FileManager.default.isExecutableFile(atPath: python) else { try Test.cancel("skipped: no python3") }
        _ = try line.run("snapshot", try line.copyImage().string)
        try line.mount()
        let script = """
            import hashlib, mmap, os, sys
            seen = 0
            for top, directories, files in os.walk(sys.argv[1]):
                with os.scandir(top) as entries:
                    assert sorted(e.name for e in entries) == sorted(directories + files), top
                for name in files:
                    path = os.path.join(top, name)
                    size = os.path.getsize(path)
                    with open(path, "rb") as f:
                        data = f.read()
                        made = top.endswith("/.reprofs")
                        assert os.path.islink(path) or made or len(data) == size, path
                        if size and not made:
                            with mmap.mmap(f.fileno(), 0, access=mmap.ACCESS_READ) as m:
                                assert hashlib.sha256(m).digest() == hashlib.sha256(data).digest(), path
                    seen += 1
            assert seen > 10, seen
            """
        let outcome = try line.run(tool: python, ["-c", script, line.mountPoint.string])
        #expect(outcome.status == 0, "\(outcome.complaint)")
    }
}
