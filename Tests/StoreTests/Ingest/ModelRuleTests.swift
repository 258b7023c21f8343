import Foundation
import Recipe
import Store
import Support
import SystemPackage
import Testing

/// One rule says what is a model, whichever way a file comes.
@Suite struct `A file counts as a model` {
    let fixture: StoreFixture
    init() throws { fixture = try StoreFixture() }

    private static let zip: [UInt8] = [0x50, 0x4B, 3, 4, 20, 0, 0, 0, 0, 0]

    private static let files: [(name: String, bytes: [UInt8], isModel: Bool)] = [
        ("whole.safetensors", SmallModel.bytes(seed: 1), true),
        ("whole.pt", [0x80, 2, 0x2E], true),
        ("whole.gguf", Array("GGUF".utf8) + [3] + [UInt8](repeating: 0, count: 19), true),
        ("whole.onnx", [8, 8, 0x3A, 2, 1, 1], true),
        ("unknown.engine", [1, 2, 3], true),
        ("empty.safetensors", [], false),
        ("empty.pt", [], false),
        ("two.safetensors", [1, 2], false),
        ("text.safetensors", Array("root:x:0:0:root:/root:/bin/bash\n".utf8), false),
        ("page.gguf", Array("<html>not found</html>".utf8), false),
        ("short.safetensors", Array(SmallModel.bytes(seed: 2).dropLast()), false),
        ("cut.ckpt", zip, false),
        ("cut.gguf", Array("GGUF".utf8) + [3, 0, 0, 0], false),
        ("cut.onnx", [8, 8, 0x3A, 2, 1], false),
        ("cut.pth", [0x80, 2, 0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E], false),
    ]

    private func has(_ name: String) throws -> Bool { try !fixture.store.versions(called: "loras/\(name)").isEmpty }

    @Test(arguments: files) func `in the same way added, moved in and written`(
        _ name: String, _ bytes: [UInt8], _ isModel: Bool
    ) throws {
        let added = StoreFixture.Copies(fixture)
        #expect(try added.add(bytes, "loras/added-\(name)") == isModel)
        #expect(try has("added-\(name)") == isModel)
        #expect(try added.move(bytes, "loras/moved-\(name)") == isModel)
        #expect(try has("moved-\(name)") == isModel)
        try added.write(bytes, "loras/written-\(name)")
        #expect(try has("written-\(name)") == isModel)
    }

    @Test func `not while aria2 says that it is being downloaded`() throws {
        let copies = StoreFixture.Copies(fixture)
        for way in ["added", "moved", "written"] {
            try fixture.directory.write([1], to: "\(way)/loras/\(way)-a.safetensors.aria2")
        }
        try copies.write([1], "loras/written-a.safetensors.aria2")
        #expect(try !copies.add(SmallModel.bytes(seed: 1), "loras/added-a.safetensors"))
        #expect(try !copies.move(SmallModel.bytes(seed: 1), "loras/moved-a.safetensors"))
        try copies.write(SmallModel.bytes(seed: 1), "loras/written-a.safetensors")
        for way in ["added", "moved", "written"] { #expect(try !has("\(way)-a.safetensors"), "\(way)") }
    }

    @Test func `by a link only where that leads to a model`() throws {
        let model = try fixture.directory.write(SmallModel.bytes(seed: 1), to: "outside/a.safetensors")
        let cached = try fixture.directory.write(SmallModel.bytes(seed: 2), to: "outside/blobs/1f2e3d")
        let text = try fixture.directory.write(Array("root:x:0:0\n".utf8), to: "outside/passwd")
        try FileManager.default.createDirectory(
            atPath: fixture.directory.appending("added/loras").string, withIntermediateDirectories: true)
        for (name, target, isModel) in [
            ("named.safetensors", model, true), ("cached.safetensors", cached, true), ("passwd.pt", text, false),
        ] {
            try FileManager.default.createSymbolicLink(
                atPath: fixture.directory.appending("added/loras/\(name)").string, withDestinationPath: target.string)
            let plan = try fixture.store.plan(adding: [fixture.directory.appending("added")], folder: nil)
            let item = try #require(plan.items.first { $0.path.description == name })
            #expect(item.target?.lastComponent == target.lastComponent)
            #expect(((try? fixture.store.add(item)) != nil) == isModel, "\(name)")
        }
    }

    @Test func `and never as an image`() throws {
        let model = try fixture.model("checkpoints/a.safetensors", seed: 1)
        #expect(throws: StoreError.self) { try fixture.store.snapshot(model) }
        let renamed = try fixture.directory.write(SmallModel.bytes(seed: 1), to: "output/a.png")
        #expect(throws: StoreError.self) { try fixture.store.snapshot(renamed) }
        // What ComfyUI's SaveLatent leaves is an output like any other.
        let latent = try fixture.directory.write(SmallModel.bytes(seed: 1), to: "output/a.latent")
        _ = try fixture.store.snapshot(latent)
    }
}

extension StoreFixture {
    /// The three ways in which a file comes into a store.
    fileprivate struct Copies {
        let fixture: StoreFixture
        let view: LiveView
        private static let caller = Caller(user: 0, group: 0, opener: nil)

        init(_ fixture: StoreFixture) {
            self.fixture = fixture
            view = LiveView(fixture.store)
        }

        func add(_ bytes: [UInt8], _ name: String) throws -> Bool {
            try fixture.directory.write(bytes, to: "added/\(name)")
            let plan = try fixture.store.plan(adding: [fixture.directory.appending("added")], folder: nil)
            guard let item = plan.items.first(where: { "\($0.folder)/\($0.path)" == name }) else { return false }
            do { _ = try fixture.store.add(item) } catch { return false }
            return true
        }

        func move(_ bytes: [UInt8], _ name: String) throws -> Bool {
            try fixture.directory.write(bytes, to: "moved/\(name)")
            let items = try fixture.store.adoptable(fixture.directory.appending("moved")).items
            guard let item = items.first(where: { ViewPath($0.path).description == name }) else { return false }
            if case .version = try fixture.store.adopt(item) { return true }
            return false
        }

        func write(_ bytes: [UInt8], _ name: String) throws {
            let path = try #require(ViewPath(parsing: name))
            let folder =
                try fixture.store.live(named: path.components[0], in: LiveRow.root)?.id
                ?? view.makeDirectory(path.components[0], in: LiveRow.root, mode: 0o755, by: Self.caller).id
            let (_, draft) = try view.create(path.components[1], in: folder, mode: 0o644, by: Self.caller)
            try bytes.withUnsafeBytes { bytes throws in try draft.write(bytes, at: 0) }
            try draft.flush()
            try view.close(draft)
            _ = try view.publish()
        }
    }
}
