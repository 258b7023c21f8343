import Foundation
import Recipe
import Support
import SystemPackage
import Testing

/// Real shells, each in a terminal of its own, with the script that `reprofs --generate-completion-script` prints.
@Suite(.timeLimit(.minutes(20))) struct `Completion` {
    let line: CommandLineFixture

    enum Shell: String, CaseIterable, Sendable {
        case bash, zsh, fish

        /// The name by which the shell looks for the script.
        var script: String {
            switch self {
            case .bash: "reprofs"
            case .zsh: "_reprofs"
            case .fish: "reprofs.fish"
            }
        }
    }

    init() throws { line = try CommandLineFixture() }

    /// What the shell makes of a line when Tab is pressed at its end, in the test's directory.
    private func complete(_ text: String, in shell: Shell) throws -> String {
        guard FileManager.default.isExecutableFile(atPath: "/usr/bin/\(shell.rawValue)") else {
            try Test.cancel("skipped: \(shell.rawValue) is not installed")
        }
        let script = line.directory.appending("scripts/\(shell.script)")
        if !FileManager.default.fileExists(atPath: script.string) {
            let printed = try line.run("--generate-completion-script", shell.rawValue)
            try #require(printed.status == 0)
            try line.directory.write(Array(printed.output.utf8), to: "scripts/\(shell.script)")
        }
        let root = FilePath(#filePath).removingLastComponent().removingLastComponent().removingLastComponent()
        let programs = FilePath(CommandLineFixture.executable).removingLastComponent()
        let outcome = try line.run(
            tool: "/usr/bin/env",
            [
                "-C", line.directory.path.string, "PATH=\(programs):/usr/bin:/bin", "HOME=\(line.directory.path)",
                root.appending("scripts/lib/complete-line").string, shell.rawValue, script.string, text,
            ], environment: ["REPROFS_STORE": line.store.string])
        try #require(outcome.status == 0, "\(outcome.complaint)")
        return outcome.output
    }

    /// A store with two models, one of them in two versions, and an image with a pin.
    private func fill() throws {
        try #require(try line.run("init").status == 0)
        let models = line.directory.appending("models").string
        for seed: UInt64 in 1...2 {
            try line.writeModels(seed: seed)
            try #require(try line.run("add", models).status == 0)
        }
        _ = try line.copyImage()
        try #require(try line.run("snapshot", line.directory.appending("output").string).status == 0)
        try #require(try line.run("pin", try id(), "keepsake").status == 0)
        try FileManager.default.removeItem(atPath: models)
    }

    private func id() throws -> String {
        try #require(try line.run("list", "snapshots").output.split(separator: " ").first.map(String.init))
    }

    @Test(arguments: Shell.allCases) func `knows commands and options`(shell: Shell) throws {
        #expect(try complete("reprofs snaps", in: shell) == "reprofs snapshot ")
        #expect(
            try complete("reprofs vary image.png --set cfg=4 --gri", in: shell)
                == "reprofs vary image.png --set cfg=4 --grid ")
        #expect(try complete("reprofs lineage --format js", in: shell) == "reprofs lineage --format json ")
        #expect(
            try complete("reprofs list images --grade appr", in: shell) == "reprofs list images --grade approximate ")
        #expect(try complete("reprofs list snapshots --grade fu", in: shell) == "reprofs list snapshots --grade full ")
    }

    @Test(arguments: Shell.allCases) func `knows models, versions, folders, pins and ids`(shell: Shell) throws {
        try fill()
        #expect(try complete("reprofs log chec", in: shell) == "reprofs log checkpoints/model.safetensors ")
        #expect(
            try complete("reprofs restore checkpoints/model.safetensors@v2", in: shell)
                == "reprofs restore checkpoints/model.safetensors@v2 ")
        // Both begin with it.
        #expect(
            try complete("reprofs restore checkpoints/model.safetensors@", in: shell)
                == "reprofs restore checkpoints/model.safetensors@v")
        #expect(try complete("reprofs add --folder lora", in: shell) == "reprofs add --folder loras ")
        #expect(try complete("reprofs unpin keep", in: shell) == "reprofs unpin keepsake ")
        #expect(try complete("reprofs export keep", in: shell) == "reprofs export keepsake ")
        let id = try id()
        #expect(try complete("reprofs explain \(id.prefix(8))", in: shell) == "reprofs explain \(id) ")
        #expect(try complete("reprofs use liv", in: shell) == "reprofs use live ")
        // The store that the line names, which is another one.
        let other = line.directory.appending("other").string
        try #require(try line.run("init", "--store", other).status == 0)
        #expect(
            try complete("reprofs unpin --store \(other) keep", in: shell) == "reprofs unpin --store \(other) keep")
    }

    @Test(arguments: Shell.allCases) func `knows images by their paths in the store and files by theirs`(shell: Shell)
        throws
    {
        try fill()
        #expect(
            try complete("reprofs explain output/txt", in: shell) == "reprofs explain output/txt2img_lora_00001_.png ")
        try FileManager.default.removeItem(atPath: line.directory.appending("output").string)
        #expect(
            try complete("reprofs explain output/txt", in: shell) == "reprofs explain output/txt2img_lora_00001_.png ")
        try line.directory.write([1], to: "holiday/picture.png")
        #expect(try complete("reprofs read holi", in: shell) == "reprofs read holiday/")
        #expect(try complete("reprofs explain holi", in: shell) == "reprofs explain holiday/")
        #expect(try complete("reprofs explain holiday/pict", in: shell) == "reprofs explain holiday/picture.png ")
    }

    @Test(arguments: Shell.allCases) func `knows images by their names alone, and older ones of a name`(shell: Shell)
        throws
    {
        try fill()
        let name = "txt2img_lora_00001_.png"
        #expect(try complete("reprofs explain txt2", in: shell) == "reprofs explain \(name) ")
        try line.directory.write(SmallImage.comfy(prompt: SmallImage.graph(), shade: 7), to: "output/" + name)
        try #require(try line.run("snapshot", line.directory.appending("output").string).status == 0)
        try FileManager.default.removeItem(atPath: line.directory.appending("output").string)
        let listed = try #require(try line.run("list", "images", "--json").json?.array).compactMap {
            $0["path"]?.string
        }
        let older = try #require(listed.first { $0.hasPrefix("output/\(name)@") })
        #expect(try complete("reprofs use output/\(name)@", in: shell) == "reprofs use \(older) ")
        #expect(
            try complete("reprofs forget --dry-run checkpoints/model.safetensors@v2", in: shell)
                == "reprofs forget --dry-run checkpoints/model.safetensors@v2 ")
    }

    @Test(arguments: Shell.allCases) func `knows where ReproFS is mounted`(shell: Shell) throws {
        try #require(try line.run("init").status == 0)
        try line.mount()
        try line.directory.write([1], to: "mound/file")
        let quoted = line.mountPoint.string.replacing(" ", with: "\\ ")
        let typed = "reprofs unmount \(line.directory.path)/mou"
        // bash shows that it is a directory.
        let end = shell == .bash ? "/" : " "
        #expect(try complete(typed, in: shell) == "reprofs unmount \(quoted)\(end)")
        #expect(try complete("reprofs unmount mou", in: shell) == "reprofs unmount mount\\ point\(end)")
    }

    @Test(arguments: Shell.allCases) func `knows directories and files below them, in the store and elsewhere`(
        shell: Shell
    )
        throws
    {
        try #require(try line.run("init").status == 0)
        let models = line.directory.appending("models").string
        try line.directory.write(SmallModel.bytes(seed: 1), to: "models/loras/style/deep/ink.safetensors")
        try #require(try line.run("add", models).status == 0)
        let image = try line.copyImage()
        let output = line.directory.appending("output").string
        try FileManager.default.createDirectory(atPath: output + "/day/late", withIntermediateDirectories: true)
        try FileManager.default.moveItem(atPath: image.string, toPath: output + "/day/late/picture.png")
        try #require(try line.run("snapshot", output).status == 0)
        for place in [models, output] { try FileManager.default.removeItem(atPath: place) }
        try line.directory.write([1], to: "holiday/album/inner/shot.png")
        for (typed, completed) in [
            ("add --folder loras/st", "add --folder loras/style"),
            ("add --folder loras/style/d", "add --folder loras/style/deep "),
            ("log loras/style/d", "log loras/style/deep/ink.safetensors "),
            ("explain output/d", "explain output/day/"), ("explain output/day/l", "explain output/day/late/"),
            ("explain output/day/late/p", "explain output/day/late/picture.png "),
            ("add holiday/album/in", "add holiday/album/inner/"),
            ("explain holiday/album/inner/s", "explain holiday/album/inner/shot.png "),
            ("mount holiday/album/in", "mount holiday/album/inner/"),
        ] {
            #expect(try complete("reprofs " + typed, in: shell) == "reprofs " + completed)
        }
    }

    @Test(arguments: Shell.allCases) func `goes down directory by directory where the models are many`(shell: Shell)
        throws
    {
        try #require(try line.run("init").status == 0)
        for number in 0..<101 {
            try line.directory.write(
                SmallModel.bytes(seed: UInt64(number)), to: "models/loras/style/\(number).safetensors")
        }
        try #require(try line.run("add", line.directory.appending("models").string).status == 0)
        #expect(try complete("reprofs log lor", in: shell) == "reprofs log loras/")
        #expect(try complete("reprofs log loras/st", in: shell) == "reprofs log loras/style/")
        #expect(
            try complete("reprofs log loras/style/100", in: shell) == "reprofs log loras/style/100.safetensors ")
    }

    @Test(arguments: Shell.allCases) func `runs nothing that a name says`(shell: Shell) throws {
        try #require(try line.run("init").status == 0)
        try line.directory.write(
            SmallModel.bytes(seed: 1), to: "models/loras/odd $(touch taken) `touch taken` *.safetensors")
        try #require(try line.run("add", line.directory.appending("models").string).status == 0)
        #expect(try complete("reprofs log loras/od", in: shell).contains("touch"))
        #expect(!FileManager.default.fileExists(atPath: line.directory.appending("taken").string))
    }

    @Test(arguments: Shell.allCases) func `makes no store, and is silent without one`(shell: Shell) throws {
        #expect(try complete("reprofs log chec", in: shell) == "reprofs log chec")
        #expect(!FileManager.default.fileExists(atPath: line.store.string))
        try line.directory.write([1], to: "store/file")
        #expect(try complete("reprofs unpin keep", in: shell) == "reprofs unpin keep")
        let answer = try line.run("---completion", "unpin", "--", "positional@0", "2", "4", "reprofs", "unpin", "keep")
        #expect(answer.status == 0 && answer.complaint.isEmpty, "\(answer.complaint)")
    }
}
