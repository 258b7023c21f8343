import Foundation
import Glibc
import Recipe
import Store
import Support
import SystemPackage
import Testing

@Suite(.timeLimit(.minutes(20))) struct `Bytes that were their owner's alone` {
    let fixture: StoreFixture
    private let name = "checkpoints/model.safetensors"

    init() throws { fixture = try StoreFixture() }

    private func version(_ number: Int = 1) -> String { "by-name/\(name)/v\(number)/model.safetensors" }
    private func blob(_ seed: UInt64) -> String { "by-hash/sha256/" + SmallModel.digest(seed: seed).hex }

    private func add(seed: UInt64, mode: mode_t) throws {
        try #require(chmod(try fixture.model(name, seed: seed).string, mode) == 0)
        try fixture.addModels()
    }

    private func mounted(_ body: (_ tree: WritableTree, _ mode: (String) throws -> UInt32) throws -> Void) throws {
        try View.mount(fixture.store) { mount in
            let tree = WritableTree(mount.mountPoint)
            try body(tree) { UInt32(try tree.stat($0).st_mode & 0o7777) }
        }
    }

    /// > Bytes that came from a file that not everybody could read are shown only to the user who mounts, with mode 0600, in every view; in
    /// > `models` a file has its own mode. Once the same bytes come from a file that everybody can read, or get a mode in `models` that
    /// > lets everybody read them, everybody can read them in every view. The record of an image is as private as its file, and so are the
    /// > directories of its snapshot, and `active/models` while it shows that snapshot. What a store of 0.2.0 has is shown as it was.
    @Test func `are shown to who mounts alone, in every view`() throws {
        try add(seed: 1, mode: 0o600)
        try add(seed: 2, mode: 0o640)
        try add(seed: 3, mode: 0o644)
        let image = try fixture.image("a.png", SmallImage.graph())
        try #require(chmod(image.string, 0o600) == 0)
        let snapshot = try fixture.store.snapshot(image, root: fixture.directory.appending("output")).id
        let directory = "by-snapshot/" + snapshot.hex.prefix(12)
        try mounted { tree, mode throws in
            for (seed, wanted) in [(1, 0o600), (2, 0o600), (3, 0o644)] as [(Int, UInt32)] {
                #expect(try mode(version(seed)) == wanted && mode(blob(UInt64(seed))) == wanted)
            }
            #expect(try tree.stat(version()).st_uid == getuid())
            for name in ["snapshot.json", "prompt.json", "recipe.json", "recipe.txt"] {
                #expect(try mode(directory + "/" + name) == 0o600, "\(name)")
            }
            #expect(try mode("by-image/output/a.png.json") == 0o600)
            #expect(try mode(directory) == 0o700)
            #expect(try mode("active/models") == 0o755)
            let row = try #require(try fixture.store.snapshot(named: "\(snapshot.hex.prefix(12))"))
            try fixture.store.use(row)
            for name in ["active/models", "active/models/checkpoints", directory + "/models", directory + "/input"] {
                #expect(try mode(name) == 0o700, "\(name)")
            }
            #expect(try tree.read(version()) == SmallModel.bytes(seed: 1))
        }
    }

    @Test func `have their mode in the live view, also where an older version comes back`() throws {
        try add(seed: 1, mode: 0o600)
        try add(seed: 2, mode: 0o644)
        try mounted { tree, mode throws in
            #expect(try mode("models/" + name) == 0o600)
            let model = try #require(ModelName(name))
            _ = try fixture.store.restore(model, version: 1, by: nil)
            try eventually { try tree.read("models/" + name) == SmallModel.bytes(seed: 1) }
            #expect(try mode("models/" + name) == 0o600)
        }
    }

    @Test func `are everybody's once they come in so`() throws {
        try add(seed: 1, mode: 0o600)
        try mounted { tree, mode throws in
            #expect(try mode(blob(1)) == 0o600)
            try fixture.model("loras/twin.safetensors", seed: 1)
            try fixture.addModels()
            try eventually { try mode(blob(1)) == 0o644 && mode(version()) == 0o644 }
        }
        try add(seed: 1, mode: 0o600)
        try mounted { tree, mode throws in #expect(try mode(blob(1)) == 0o644) }
    }

    @Test func `are everybody's with all that an image says, once that is`() throws {
        let image = try fixture.image("a.png", SmallImage.graph())
        let root = fixture.directory.appending("output")
        try #require(chmod(image.string, 0o600) == 0)
        let snapshot = try fixture.store.snapshot(image, root: root).id
        let directory = "by-snapshot/" + snapshot.hex.prefix(12)
        try mounted { tree, mode throws in
            #expect(try mode(directory) == 0o700)
            try #require(chmod(image.string, 0o644) == 0)
            #expect(try !fixture.store.snapshot(image, root: root).isNew)
            for name in ["snapshot.json", "prompt.json", "recipe.json", "recipe.txt"] {
                try eventually { try mode(directory + "/" + name) == 0o644 }
            }
            try eventually { try mode(directory) == 0o755 && mode("by-image/output/a.png.json") == 0o644 }
        }
    }

    @Test func `are so in the live view by the mode that they are given`() throws {
        try mounted { tree, mode throws in
            try tree.makeDirectory("models/checkpoints")
            let file = try FileDescriptor.open(
                tree.path("models/" + name), .writeOnly, options: [.create, .closeOnExec], permissions: .ownerReadWrite)
            try file.writeAll(SmallModel.bytes(seed: 1))
            try file.close()
            try eventually { tree.exists(version()) }
            #expect(try mode(version()) == 0o600 && mode("models/" + name) == 0o600)
            try tree.setMode("models/" + name, 0o644)
            try eventually { try mode(version()) == 0o644 && mode(blob(1)) == 0o644 }
            try tree.setMode("models/" + name, 0o600)
            // Who has read them keeps them.
            #expect(try mode(version()) == 0o644 && mode("models/" + name) == 0o600)
        }
    }

    @Test func `are so when the catalogue was lost`() throws {
        try add(seed: 1, mode: 0o600)
        try add(seed: 2, mode: 0o644)
        let path = fixture.directory.appending("again")
        _ = try Store.create(path)
        for seed in [1, 2] as [UInt64] {
            let blob = "blobs/sha256/" + SmallModel.digest(seed: seed).hex
            try FileManager.default.copyItem(
                atPath: fixture.store.path.appending(blob).string, toPath: path.appending(blob).string)
        }
        for suffix in ["", "-wal", "-shm"] { unlink(path.string + "/catalogue.sqlite" + suffix) }
        _ = try Store.rebuild(path)
        let store = try Store.open(path)
        #expect(try store.blob(SmallModel.digest(seed: 1))?.isPrivate == true)
        #expect(try store.blob(SmallModel.digest(seed: 2))?.isPrivate == false)
    }
}
