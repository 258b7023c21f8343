import Foundation
import Glibc
import Recipe
import ReproFS
import Store
import Support
import SystemPackage
import Testing

@Suite(.timeLimit(.minutes(20))) struct `The active models` {
    let view: ViewFixture
    init() throws { view = try ViewFixture() }

    private func use(_ id: Digest?) throws {
        try view.store.use(try id.map { try view.fixture.row($0) })
    }

    /// > `active/models` is the directory for a running ComfyUI: it shows the live view, or, after `reprofs use`, only the models of one
    /// > snapshot. Its files are links into the view that is shown.
    @Test(arguments: View.allCases) func `are the live ones, or those of one snapshot`(_ way: View) throws {
        try way.show(view.store) { tree throws in
            let path = "active/models/checkpoints/model.safetensors"
            #expect(try tree.read(path) == SmallModel.bytes(seed: 2))
            #expect(try tree.link(path) == "../../../models/checkpoints/model.safetensors")
            #expect(try tree.list("active/models/loras").sorted() == ["plain.safetensors", "style"])
            try use(view.first)
            #expect(try tree.read(path) == SmallModel.bytes(seed: 1))
            #expect(
                try tree.link(path) == "../../../\(view.directory(of: view.first))/models/checkpoints/model.safetensors"
            )
            #expect(try tree.read("active/models/loras/style/ink.safetensors") == SmallModel.bytes(seed: 10))
            #expect(try tree.list("active/models/loras") == ["style"])
            #expect(!tree.exists("active/models/loras/plain.safetensors"))
            try use(nil)
            #expect(try tree.read(path) == SmallModel.bytes(seed: 2))
        }
    }

    /// > Every folder that ComfyUI may have listed always exists, even if it is empty: ComfyUI fails if a folder disappears.
    @Test(arguments: View.allCases) func `have every folder, whatever is shown`(_ way: View) throws {
        try view.fixture.add("own/x.safetensors", seed: 5)
        try way.show(view.store) { tree throws in
            let live = try tree.list("active/models").sorted()
            #expect(Set(live).isSuperset(of: Folder.listed.map(\.text) + ["own"]))
            try use(view.first)
            #expect(try tree.list("active/models").sorted() == live)
            #expect(try tree.list("active/models/own").isEmpty)
            #expect(try tree.list("active/models/unet").isEmpty)
        }
    }

    /// > A switch gives every directory a later modification time, and is seen at once.
    @Test(arguments: View.allCases) func `have another time with every switch`(_ way: View) throws {
        try way.show(view.store) { tree throws in
            let paths = ["active/models", "active/models/checkpoints", "active/models/vae"]
            var times = try paths.map { try tree.facts($0).modified }
            for id in [view.first, view.second, nil] {
                try use(id)
                let now = try paths.map { try tree.facts($0).modified }
                #expect(zip(times, now).allSatisfy { $0 < $1 })
                times = now
            }
        }
    }

    /// > It can also show a variation: models in chosen versions, as links into `by-name`.
    @Test(arguments: View.allCases) func `can be chosen one by one`(_ way: View) throws {
        let loan = try view.store.lendActive(to: [
            PinnedModel(
                folder: "checkpoints", path: try ModelPath("model.safetensors"), sha256: SmallModel.digest(seed: 1),
                version: 1)
        ])
        try way.show(view.store) { tree throws in
            let path = "active/models/checkpoints/model.safetensors"
            #expect(try tree.read(path) == SmallModel.bytes(seed: 1))
            #expect(try tree.link(path) == "../../../by-name/checkpoints/model.safetensors/v1/model.safetensors")
        }
        loan.end()
    }

    /// > `active/extra_model_paths.yaml` points a ComfyUI at it, including the folders that only node packs know, and the directories in
    /// > them that packs list under names of their own, such as `ultralytics_bbox`.
    @Test(arguments: View.allCases) func `come with a list of paths for ComfyUI`(_ way: View) throws {
        _ = try view.fixture.add("ultralytics/bbox/face.pt", seed: 40)
        try way.show(view.store) { tree throws in
            let text = try tree.text("active/extra_model_paths.yaml")
            #expect(
                text.contains("/active/models\"") && text.contains("\"loras\": \"loras\"")
                    && text.contains("is_default: true"))
            #expect(text.contains("\"ultralytics\": ") && text.contains("\"ultralytics_bbox\": \"ultralytics/bbox\""))
        }
    }
}

@Suite(.timeLimit(.minutes(20))) struct `The witness` {
    let view: ViewFixture
    init() throws { view = try ViewFixture() }

    /// > A mount records which process opened which model under which name; `reprofs list loads` shows it. This happens when a file is
    /// > opened, so reading is no slower, and documents are not recorded.
    @Test func `notes who opened which bytes under which name`() throws {
        try View.mount(view.store) { tree throws in
            for path in [
                "models/checkpoints/model.safetensors", "by-name/checkpoints/model.safetensors/v1/model.safetensors",
                "\(view.directory(of: view.first))/models/loras/style/ink.safetensors",
                "by-hash/sha256/\(SmallModel.digest(seed: 11).hex)", "\(view.directory(of: view.first))/recipe.json",
            ] { _ = try tree.read(path) }
            try eventually { try view.store.loads().count == 4 }
            let loads = try view.store.loads()
            #expect(
                loads.map { "\($0.name.view) \($0.name.folder)/\($0.name.name)" } == [
                    "models checkpoints/model.safetensors", "by-name checkpoints/model.safetensors",
                    "by-snapshot loras/style/ink.safetensors", "by-hash /\(SmallModel.digest(seed: 11).hex)",
                ])
            #expect(loads.map(\.version) == [2, 1, 1, nil])
            #expect(loads.allSatisfy { $0.opener.pid == getpid() })
        }
    }

    /// > `.reprofs/whoami` tells its reader the process number by which the mount knows it: a container's own numbers mean nothing to the
    /// > mount.
    @Test func `tells a process who it is`() throws {
        try View.mount(view.store) { tree throws in
            let own = try tree.json(".reprofs/whoami")
            #expect(own["pid"]?.number?.int == Int(getpid()))
            let child = Process()
            let output = Pipe()
            child.executableURL = URL(fileURLWithPath: "/bin/cat")
            child.arguments = [tree.absolute(".reprofs/whoami")]
            child.standardOutput = output
            try child.run()
            let told = try JSONParser.parse([UInt8](output.fileHandleForReading.readDataToEndOfFile()))
            child.waitUntilExit()
            #expect(told["pid"]?.number?.int == Int(child.processIdentifier))
            #expect(told["process"] != own["process"])
        }
    }

    /// > `.reprofs/reports` takes reports of runs: one each time it is written and closed. Closing fails if what was written is not a
    /// > report. Except for this file and `models`, nothing in a mount can be written to.
    @Test func `takes reports, and says so when it is closed`() throws {
        try View.mount(view.store) { tree throws in
            let image = try view.fixture.image("reported.png", SmallImage.graph(seed: 5))
            let digest = try #require(try view.store.digest(ofFile: image))
            let report: JSON = [
                "schema": "reprofs.report/1", "ended": .integer(Timestamp.now().nanoseconds),
                "prompt": .string(SmallImage.graph(seed: 5)),
                "outputs": [["path": .string(image.string), "sha256": .string(digest.hex)]],
            ]
            let box = FilePath(tree.absolute(".reprofs/reports"))
            try write(Array(report.compact().utf8), to: box)
            try eventually { try view.store.snapshot(ofImage: digest) != nil }
            #expect(throws: Errno.invalidArgument) { try write([1, 2, 3], to: box) }
            // The mount reads what a report names with its writer's rights; where it cannot, it takes those of its owner.
            var facts = stat()
            #expect(lstat(box.string, &facts) == 0 && facts.st_mode & 0o777 == (Rights.canBeTaken ? 0o622 : 0o600))
            #expect(throws: (any Error).self) { try FileDescriptor.open(box, .readWrite, options: .closeOnExec) }
        }
    }

    /// As Python's open(path, "wb") does it.
    private func write(_ bytes: [UInt8], to path: FilePath) throws {
        let file = try FileDescriptor.open(
            path, .writeOnly, options: [.truncate, .create, .closeOnExec], permissions: [.ownerReadWrite])
        do { try file.writeAll(bytes) } catch {
            try? file.close()
            throw error
        }
        try file.close()
    }
}
