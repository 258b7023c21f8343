import Foundation
import Recipe
import Store
import Support
import SystemPackage
import Testing

@Suite struct `Walking a models directory` {
    let fixture: StoreFixture
    var models: FilePath { fixture.directory.appending("models") }
    init() throws { fixture = try StoreFixture() }

    private func names(_ path: FilePath? = nil, folder: String? = nil) throws -> [String] {
        let target = try folder.map { try ModelPath($0) }
        return try fixture.store.plan(adding: [path ?? models], folder: target).items.map { "\($0.folder)/\($0.path)" }
    }

    private func link(_ name: String, to target: String) throws {
        try FileManager.default.createSymbolicLink(atPath: models.string + "/" + name, withDestinationPath: target)
    }

    @Test func `finds models in folders and subfolders`() throws {
        try fixture.model("checkpoints/a.safetensors", seed: 1)
        try fixture.model("loras/style/ink/b.safetensors", seed: 2)
        #expect(try names() == ["checkpoints/a.safetensors", "loras/style/ink/b.safetensors"])
    }

    @Test func `leaves out what is not a model and counts it`() throws {
        try fixture.model("checkpoints/a.safetensors", seed: 1)
        for name in ["put_checkpoints_here", "a.txt", "a.preview.png", "b.safetensors.part"] {
            try fixture.model("checkpoints/" + name, seed: 9)
        }
        let plan = try fixture.store.plan(adding: [models], folder: nil)
        #expect(plan.items.count == 1)
        #expect(plan.skipped == 4)
    }

    @Test func `follows links to files and to directories`() throws {
        let outside = try fixture.directory.write(SmallModel.bytes(seed: 1), to: "outside/a.safetensors")
        try fixture.model("checkpoints/b.safetensors", seed: 2)
        try link("checkpoints/linked.safetensors", to: outside.string)
        try link("checkpoints/more", to: outside.removingLastComponent().string)
        #expect(
            try names() == [
                "checkpoints/b.safetensors", "checkpoints/linked.safetensors", "checkpoints/more/a.safetensors",
            ])
    }

    @Test(arguments: ["..", ".", "../checkpoints", "../../models"])
    func `ends where a link leads back to a directory above it`(target: String) throws {
        try fixture.model("checkpoints/a.safetensors", seed: 1)
        try link("checkpoints/loop", to: target)
        #expect(try names() == ["checkpoints/a.safetensors"])
    }

    @Test func `names a link to nothing as refused`() throws {
        try fixture.model("checkpoints/a.safetensors", seed: 1)
        try link("checkpoints/gone.safetensors", to: "nowhere")
        let plan = try fixture.store.plan(adding: [models], folder: nil)
        #expect(plan.refused.map(\.path.lastComponent?.string) == ["gone.safetensors"])
    }

    @Test func `takes one folder of a models directory for what it is`() throws {
        try fixture.model("loras/style/ink.safetensors", seed: 1)
        #expect(try names(models.appending("loras")) == ["loras/style/ink.safetensors"])
    }

    @Test func `finds the models directory of an installation`() throws {
        try fixture.model("loras/ink.safetensors", seed: 1)
        #expect(try names(fixture.directory.path) == ["loras/ink.safetensors"])
    }

    @Test func `puts a single file into the folder that was named`() throws {
        let file = try fixture.directory.write(SmallModel.bytes(seed: 1), to: "downloads/ink.safetensors")
        #expect(try names(file, folder: "loras/style") == ["loras/style/ink.safetensors"])
    }

    @Test func `takes a file that was named itself whatever its suffix is`() throws {
        let file = try fixture.directory.write([1, 2, 3], to: "downloads/tokens.vocab")
        #expect(try names(file, folder: "text_encoders") == ["text_encoders/tokens.vocab"])
    }

    @Test func `asks for the folder of a single file`() throws {
        let file = try fixture.directory.write(SmallModel.bytes(seed: 1), to: "downloads/ink.safetensors")
        #expect(throws: StoreError.self) { try names(file) }
    }

    @Test func `refuses names that are not UTF-8, by name`() throws {
        try fixture.model("checkpoints/a.safetensors", seed: 1)
        let bad = models.string + "/checkpoints/b"
        let created = bad.withCString { prefix in
            var bytes = Array(UnsafeBufferPointer(start: prefix, count: strlen(prefix))) + [CChar(bitPattern: 0xFF)]
            bytes += ".safetensors".utf8CString
            return open(bytes, O_CREAT | O_WRONLY, 0o644)
        }
        try #require(created >= 0)
        close(created)
        let plan = try fixture.store.plan(adding: [models], folder: nil)
        #expect(plan.items.count == 1)
        #expect(plan.refused.count == 1)
    }

    @Test func `refuses a backslash in a name, which would be the file of another path`() throws {
        try fixture.model("loras/style\\ink.safetensors", seed: 1)
        try fixture.model("loras/style/ink.safetensors", seed: 2)
        try fixture.model("loras/dir\\ectory/ink.safetensors", seed: 3)
        let models = fixture.directory.appending("models")
        let plan = try fixture.store.plan(adding: [models], folder: nil)
        #expect(plan.items.map { "\($0.folder)/\($0.path)" } == ["loras/style/ink.safetensors"])
        #expect(plan.refused.count == 2)
        #expect(plan.refused.allSatisfy { $0.reason.contains("holds a backslash") })
        #expect(throws: StoreError.self) {
            try fixture.store.plan(
                adding: [models.appending("loras/style\\ink.safetensors")], folder: ModelPath("loras"))
        }
        // To move it comes to the same.
        let moved = try fixture.store.adoptable(models)
        #expect(moved.refused.count == 2 && moved.refused.allSatisfy { $0.reason.contains("holds a backslash") })
    }

    @Test func `never walks into the store`() throws {
        try fixture.model("checkpoints/a.safetensors", seed: 1)
        try fixture.addModels()
        try link("checkpoints/store", to: fixture.store.path.string)
        #expect(try names() == ["checkpoints/a.safetensors"])
    }
}
