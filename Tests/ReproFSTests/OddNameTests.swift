import Foundation
import Recipe
import ReproFS
import Store
import Support
import SystemPackage
import Testing

/// A name is its bytes, in every tree and in every command.
@Suite(.timeLimit(.minutes(20))) struct `Odd names` {
    let fixture: StoreFixture
    private let caller = Caller(user: geteuid(), group: getegid(), opener: nil)
    init() throws { fixture = try StoreFixture() }

    private func bytes(_ index: Int) -> [UInt8] { SmallModel.bytes(seed: UInt64(index)) }

    private func makeDirectory(_ path: some Sequence<EntryName>, _ view: LiveView) throws -> Int64 {
        var directory = LiveRow.root
        for name in path {
            directory =
                try view.store.live(named: name, in: directory)?.id
                ?? view.makeDirectory(name, in: directory, mode: 0o755, by: caller).id
        }
        return directory
    }

    private func write(_ bytes: [UInt8], to path: ViewPath, _ view: LiveView) throws {
        let name = try #require(path.name)
        let (_, draft) = try view.create(name, in: try makeDirectory(path.parents, view), mode: 0o644, by: caller)
        try bytes.withUnsafeBytes { bytes throws in try draft.write(bytes, at: 0) }
        try draft.flush()
        try view.close(draft)
    }

    /// Whether a directory lists these bytes, once.
    private func lists(_ name: EntryName, _ directory: String, _ tree: any TreeAccess) throws -> Bool {
        try tree.list(directory).filter { $0.utf8.elementsEqual(name.utf8) }.count == 1
    }

    private func expect(_ bytes: [UInt8], at path: ViewPath, _ tree: any TreeAccess, time: String) throws {
        let (name, parents) = (try #require(path.name), ViewPath(path.parents))
        for top in ["models", "by-time/\(time)/models", "active/models"] {
            #expect(try tree.read("\(top)/\(path)") == bytes, "\(top)/\(path)")
            #expect(try lists(name, "\(top)/\(parents)", tree), "\(top)/\(path)")
        }
        #expect(try lists(name, "by-name/\(parents)", tree), "\(path)")
        #expect(try tree.list("by-name/\(path)").sorted() == ["latest", "v1"], "\(path)")
        for version in ["v1", "latest"] {
            #expect(try tree.read("by-name/\(path)/\(version)/\(name)") == bytes, "\(path)")
        }
    }

    /// > A name is its bytes: two that look alike, or that Unicode calls equal, are two names. Blanks, line breaks, marks that combine with
    /// > the slash before them, and words such as `v1` and `latest` are ordinary parts of a name.
    @Test(arguments: View.allCases) func `are in every tree what they are`(_ way: View) throws {
        let view = LiveView(fixture.store)
        for (index, path) in OddNames.models.enumerated() { try write(bytes(index), to: path, view) }
        #expect(try view.publish().failures.isEmpty)
        let time = Timestamp.now().description
        try way.show(try Store.open(fixture.store.path)) { tree throws in
            for (index, path) in OddNames.models.enumerated() { try expect(bytes(index), at: path, tree, time: time) }
        }
        for (index, path) in OddNames.models.enumerated() {
            let digest = SmallModel.digest(seed: UInt64(index))
            #expect(try fixture.store.digests(of: path.description) == [digest])
            #expect(try fixture.store.versions(called: "\(path)").contains { $0.sha256 == digest }, "\(path)")
        }
    }

    @Test func `are not there where only their twins are`() throws {
        let view = LiveView(fixture.store)
        try write(bytes(1), to: "checkpoints/caf\u{E9}.pt", view)
        try write(bytes(2), to: "cafe\u{301}/m.pt", view)
        try view.publish()
        let time = Timestamp.now().description
        try View.inProcess.show(fixture.store) { tree throws in
            for top in ["models", "by-name", "active/models", "by-time/\(time)/models"] {
                #expect(tree.exists("\(top)/checkpoints/caf\u{E9}.pt") && tree.exists("\(top)/cafe\u{301}/m.pt"))
                #expect(!tree.exists("\(top)/checkpoints/cafe\u{301}.pt") && !tree.exists("\(top)/caf\u{E9}"))
            }
        }
        #expect(try fixture.store.digests(of: "checkpoints/cafe\u{301}.pt").isEmpty)
    }

    @Test func `can be made, renamed, deleted and restored through the kernel`() throws {
        try View.mount(fixture.store) { tree throws in
            let models = WritableTree(tree.mountPoint.appending("models"))
            for (index, path) in OddNames.models.enumerated() {
                for depth in 1..<path.components.count {
                    let parent = ViewPath(path.components.prefix(depth)).description
                    if !models.exists(parent) { try models.makeDirectory(parent) }
                }
                try models.write(bytes(index), to: path.description)
            }
            for (index, path) in OddNames.models.enumerated() {
                let digest = SmallModel.digest(seed: UInt64(index))
                try eventually { try fixture.store.digests(of: path.description) == [digest] }
                try models.rename(path.description, to: "x:/renamed\(index).pt")
                #expect(!models.exists(path.description), "\(path)")
                #expect(try models.read("x:/renamed\(index).pt") == bytes(index))
                try models.rename("x:/renamed\(index).pt", to: path.description)
                try models.remove(path.description)
                let name = try #require(ModelName(path.description))
                #expect(try fixture.store.restore(name, version: 1, by: nil) == .returned(to: 1), "\(path)")
                try eventually { models.exists(path.description) }
                #expect(try models.read(path.description) == bytes(index), "\(path)")
            }
        }
    }

    @Test(arguments: View.allCases) func `are pinned as the prompt has them`(_ way: View) throws {
        let view = LiveView(fixture.store)
        let names = ["caf\u{E9}.pt", "cafe\u{301}.pt", "\u{200D}first.pt", "\u{301}a/\u{FE0F}b.pt"]
        for (index, name) in names.enumerated() {
            try write(bytes(index), to: try #require(ViewPath(parsing: "checkpoints/\(name)")), view)
        }
        try view.publish()
        let ids = try names.enumerated().map { index, name in
            try fixture.store.snapshot(
                try fixture.image(
                    "\(name.slashed.last ?? "").png", SmallImage.graph(checkpoint: name, seed: UInt64(index)))
            ).id
        }
        try way.show(fixture.store) { tree throws in
            for (index, name) in names.enumerated() {
                let top = "by-snapshot/\(ids[index].hex.prefix(12))/models"
                #expect(try tree.read("\(top)/checkpoints/\(name)") == bytes(index), "\(name)")
                let other = names[(index + 1) % 2]
                #expect(index > 1 || !tree.exists("\(top)/checkpoints/\(other)"))
                try fixture.store.use(try fixture.row(ids[index]))
                #expect(try tree.read("active/models/checkpoints/\(name)") == bytes(index), "\(name)")
            }
        }
    }

    /// > An image whose name with a suffix would exceed 255 bytes is only in `by-snapshot`.
    @Test(arguments: View.allCases) func `of images have their recipes`(_ way: View) throws {
        let long = String(repeating: "é", count: 125) + ".png"
        let names = [
            "caf\u{E9}.png", "cafe\u{301}.png", "\u{200D}a.png", "a\u{301}.png", "b@0123abcd.png", "c.json.png",
        ]
        var digests: [Digest] = []
        for (index, name) in (names + [long]).enumerated() {
            let image = try fixture.image(name, SmallImage.graph(seed: UInt64(index)))
            digests.append(try #require(try fixture.store.digest(ofFile: image)))
            _ = try fixture.store.snapshot(image)
        }
        try way.show(fixture.store) { tree throws in
            for (index, name) in names.enumerated() {
                let mark = digests[index].hex.prefix(8)
                for place in ["output/\(name)", "output/\(name)@\(mark)", name] {
                    #expect(
                        try tree.json("by-image/\(place)")["image"]?["name"]?.string?.utf8.elementsEqual(name.utf8)
                            == true, "\(place)")
                }
                #expect(try lists(try EntryName(name + ".json"), "by-image/output", tree), "\(name)")
            }
            // With a suffix it would be no name.
            #expect(!tree.exists("by-image/output/\(long)") && !tree.exists("by-image/\(long)"))
            #expect(try tree.list("by-image/output").count == 2 * names.count)
        }
    }
}
