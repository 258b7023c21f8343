import GRDB
import Glibc
import Recipe
import ReproFS
import Store
import Support
import SystemPackage
import Testing

/// The catalogue as another process has it, which waits for who is writing.
private func besideTheMount(_ store: Store) throws -> DatabaseQueue {
    var configuration = Configuration()
    configuration.busyMode = .timeout(20)
    return try DatabaseQueue(path: store.path.appending("catalogue.sqlite").string, configuration: configuration)
}

@Suite(.timeLimit(.minutes(20))) struct `Texts of images` {
    /// Programs map small files too; the kernel refuses that where it is told to keep no pages at all.
    @Test func `can be mapped while anything else is committed`() throws {
        let view = try ViewFixture()
        let database = try besideTheMount(view.store)
        try View.mount(view.store) { tree throws in
            let path = "by-image/output/b.png.json"
            let size = try tree.facts(path).size
            for turn in 0..<20 {
                try database.write { db in
                    try db.execute(sql: "INSERT INTO meta VALUES (?, 1)", arguments: ["turn \(turn)"])
                }
                let file = try FileDescriptor.open(tree.absolute(path), .readOnly, options: .closeOnExec)
                defer { try? file.close() }
                // Not a byte of it is looked at: the page fault would wait for this very process.
                let mapping = mmap(nil, size, PROT_READ, MAP_SHARED, file.rawValue, 0)
                #expect(mapping != MAP_FAILED, "\(Errno(rawValue: errno))")
                if mapping != MAP_FAILED { munmap(mapping, size) }
            }
        }
    }

    /// The kernel knew the size of the old text when the new one was opened.
    @Test func `are whole at once when they have become longer or shorter`() throws {
        let view = try ViewFixture()
        let database = try besideTheMount(view.store)
        try View.mount(view.store) { tree throws in
            let path = "by-image/output/b.png.json"
            for turn in 1...20 {
                let before = try tree.facts(path).size
                try database.write { db in
                    try db.execute(sql: "UPDATE blob SET damaged = ? WHERE changed IS NOT NULL", arguments: [turn % 2])
                    try db.execute(sql: "UPDATE rendering SET fresh = 0")
                }
                let bytes = try tree.read(path)
                #expect((try? JSONParser.parse(bytes)) != nil && bytes.count != before, "\(turn): \(bytes.count) bytes")
            }
        }
    }

    /// Every look sees a whole text, whatever size the kernel was told before.
    @Test func `become the better snapshot's at once`() throws {
        let view = try ViewFixture()
        let image = try view.fixture.image("later.png", SmallImage.graph(checkpoint: "late.safetensors"))
        let root = view.fixture.directory.appending("output")
        let first = try view.store.snapshot(image, root: root).id
        try View.mount(view.store) { tree throws in
            _ = try tree.walk("by-image")
            #expect(try tree.json("by-image/output/later.png.json")["snapshot"]?.string == first.hex)
            let size = try tree.facts("by-image/output/later.png.json").size
            let other = try Store.open(view.store.path)
            let plan = try other.plan(
                adding: [try view.fixture.directory.write(SmallModel.bytes(seed: 30), to: "new/late.safetensors")],
                folder: try ModelPath("checkpoints"))
            for item in plan.items { _ = try other.add(item) }
            let better = try other.snapshot(image, root: root).id
            #expect(better != first)
            try eventually { try tree.json("by-image/output/later.png.json")["snapshot"]?.string == better.hex }
            try eventually { try tree.facts("by-image/output/later.png.json").size != size }
            #expect(
                try tree.facts("by-image/output/later.png.json").size
                    == tree.read("by-image/output/later.png.json").count)
        }
    }

    @Test func `give way to another image that takes the name`() throws {
        let view = try ViewFixture()
        func seed(_ tree: MountedTree) throws -> JSON? {
            try tree.json("by-image/output/b.png.json")["passes"]?.array?.first?["seed"]
        }
        try View.mount(view.store) { tree throws in
            let before = try seed(tree)
            #expect(before != 77)
            let other = try Store.open(view.store.path)
            let image = try view.fixture.image("b.png", SmallImage.graph(seed: 77), modified: 4_000_000_000)
            _ = try other.snapshot(image, root: view.fixture.directory.appending("output"))
            try eventually { try seed(tree) == 77 }
        }
    }
}
