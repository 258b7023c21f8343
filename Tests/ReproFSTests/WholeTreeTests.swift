import Recipe
import ReproFS
import Store
import Support
import SystemPackage
import Testing

@Suite(.timeLimit(.minutes(20))) struct `The whole tree` {
    let view: ViewFixture
    init() throws { view = try ViewFixture() }

    /// > A listing has every entry once, with the same kind, size and inode number that `stat` gives. A file's contents have the size that
    /// > `stat` gives, except those of `.reprofs/status` and `.reprofs/whoami`, which are made anew for each reader: as in `/proc`, `stat`
    /// > gives 0.
    @Test(arguments: View.allCases) func `lists every entry once and as stat tells it`(_ way: View) throws {
        try way.show(view.store) { tree throws in
            for (path, facts) in try tree.walk() {
                switch facts.kind {
                case .directory:
                    let names = try tree.list(path)
                    #expect(Set(names).count == names.count, "\(path)")
                case .file where [".reprofs/status", ".reprofs/whoami"].contains(path):
                    #expect(facts.size == 0)
                    #expect(try !tree.read(path).isEmpty)
                case .file: #expect(try tree.read(path).count == tree.facts(path).size, "\(path)")
                case .link: #expect(try tree.link(path).utf8.count == facts.size, "\(path)")
                case .other: Issue.record("\(path) is of an unknown kind")
                }
            }
        }
    }

    /// > No two names share an inode number, and a name keeps its number when the file system is mounted again.
    @Test(arguments: View.allCases) func `gives every name a number of its own, for good`(_ way: View) throws {
        var numbers: [[String: UInt64]] = []
        for _ in 0..<2 {
            try way.show(try Store.open(view.store.path)) { tree throws in
                let all = try tree.walk()
                #expect(Set(all.map(\.facts.inode)).count == all.count)
                numbers.append(Dictionary(uniqueKeysWithValues: all.map { ($0.path, $0.facts.inode) }))
            }
        }
        let isSame = numbers[0] == numbers[1]
        #expect(isSame)
    }

    @Test func `gives a name another inode with its bytes`() throws {
        try View.mount(view.store) { tree throws in
            let path = "models/checkpoints/model.safetensors"
            let before = try tree.facts(path)
            let file = try FileDescriptor.open(tree.absolute(path), .readOnly, options: .closeOnExec)
            defer { try? file.close() }
            try view.fixture.add("checkpoints/model.safetensors", seed: 3)
            try eventually { try tree.read(path) == SmallModel.bytes(seed: 3) }
            #expect(try tree.facts(path).inode != before.inode)
            var old = [UInt8](repeating: 0, count: before.size)
            let count = try old.withUnsafeMutableBytes { try file.read(into: $0) }
            #expect(count == before.size)
            #expect(old == SmallModel.bytes(seed: 2))
        }
    }

    /// > A change that another process makes is visible within a second.
    @Test func `shows what another process changed within a second`() throws {
        try View.mount(view.store) { tree throws in
            // Every name is looked up first, so that the kernel has something to forget.
            _ = try tree.walk()
            let other = try Store.open(view.store.path)
            let plan = try other.plan(
                adding: [try view.fixture.directory.write(SmallModel.bytes(seed: 40), to: "new/model.safetensors")],
                folder: try ModelPath("checkpoints"))
            for item in plan.items { _ = try other.add(item) }
            try eventually { try tree.read("models/checkpoints/model.safetensors") == SmallModel.bytes(seed: 40) }
            // However busy the machine is: the kernel may keep nothing that can change for longer.
            #expect(Caching.brief.seconds < 1)
            #expect(try tree.list("by-name/checkpoints/model.safetensors").contains("v3"))
        }
    }

    /// > A directory's modification time changes when its entries do, by at least a microsecond, so that a program that keeps it as a
    /// > floating-point number of seconds sees the change too. It never goes back, except from a time that a user set ahead of the clock.
    @Test func `changes a directory's time with its entries`() throws {
        try View.inProcess.show(view.store) { tree throws in
            let directories = [
                "models/checkpoints", "models/loras", "by-name/checkpoints", "by-hash/sha256", "by-snapshot",
            ]
            func times() throws -> [Timestamp] { try directories.map { try tree.facts($0).modified } }
            let before = try times()
            try view.fixture.add("checkpoints/model.safetensors", seed: 3)
            let replaced = try times()
            #expect(zip(before, replaced).map { $0 < $1 } == [true, false, false, true, false])
            try view.fixture.add("checkpoints/second.safetensors", seed: 4)
            _ = try view.store.snapshot(try view.fixture.image("c.png", SmallImage.graph(seed: 9)))
            let added = try times()
            #expect(zip(replaced, added).map { $0 < $1 } == [true, false, true, true, true])
        }
    }

    @Test(arguments: View.allCases) func `changes a directory's time as Python sees it, also where it lies ahead`(
        _ way: View
    ) throws {
        try way.show(view.store) { tree throws in
            func time() throws -> Double {
                let facts = try tree.facts("models/loras").modified
                return Double(facts.seconds) + Double(facts.fraction) * 1e-9
            }
            let folder = try #require(try view.store.live(named: "loras", in: LiveRow.root)).id
            let live = LiveView(view.store)
            var seen = try time()
            for number in 0..<20 {
                if number % 5 == 0 {
                    var change = InodeChange()
                    change.modified = Timestamp("2039-01-01T00:00:00Z")
                    try live.change(folder, change)
                    try eventually { try time() > 2_000_000_000 }
                    seen = try time()
                }
                try view.fixture.add("loras/new-\(number).safetensors", seed: UInt64(50 + number))
                // The kernel keeps a directory's time for a moment.
                try eventually { try time() != seen }
                seen = try time()
            }
        }
    }

    @Test func `changes the time of every directory with a switch, also where it lies ahead`() throws {
        try View.inProcess.show(view.store) { tree throws in
            let folder = try #require(try view.store.live(named: "loras", in: LiveRow.root)).id
            var change = InodeChange()
            change.modified = Timestamp("2039-01-01T00:00:00Z")
            try LiveView(view.store).change(folder, change)
            let before = try tree.facts("active/models/loras").modified
            try view.store.lendActive(to: []).end()
            try view.store.use(nil)
            #expect(try tree.facts("active/models/loras").modified > before)
        }
    }

    /// > The size and the free space of the mount are those of the file system with the store.
    @Test func `has the room of the store's file system`() throws {
        try View.mount(view.store) { tree throws in
            let space = try view.store.space()
            let shown = try FileSystemFacts(tree.absolute(""))
            #expect(shown.blocks == space.blocks)
            #expect(shown.blockSize == space.blockSize)
            #expect(shown.longestName == 255)
        }
    }

    @Test(arguments: [1, 2, 3, 5, 64]) func `pages a directory of any size completely`(limit: Int) throws {
        let root = try View.root(of: view.store)
        for index in 0..<7 {
            _ = try view.store.snapshot(
                try view.fixture.image("p\(index).png", SmallImage.graph(seed: UInt64(index))),
                root: view.fixture.directory.appending("output"))
        }
        for path: ViewPath in ["models/embeddings", "by-image/output", "by-hash/sha256", "by-snapshot", ""] {
            var directory: any Directory = root
            for name in path.components {
                guard case .directory(let inner) = try directory.child(name) else { throw Errno.notDirectory }
                directory = inner
            }
            var names: [EntryName] = []
            var cookie = Cookie.start
            while let last = try directory.entries(after: cookie, limit: limit).last {
                names += try directory.entries(after: cookie, limit: limit).map(\.name)
                cookie = last.cookie
            }
            let whole = try directory.entries(after: .start, limit: 1000).map(\.name)
            #expect(names == whole)
            #expect(Set(names).count == names.count)
        }
    }

    @Test(arguments: [1, 2, 3, 5, 16]) func `goes on behind what a page leaves out`(limit: Int) throws {
        for index in 0..<6 { try view.fixture.add("checkpoints/d\(index)/x.pt", seed: 5) }
        // What was empty at an instant is not shown then.
        let checkpoints = try #require(try view.store.live(named: "checkpoints", in: LiveRow.root))
        let empty = try #require(try view.store.live(named: "d1", in: checkpoints.id))
        try LiveView(view.store).remove("x.pt", in: empty.id, by: .init(user: 0, group: 0, opener: nil))
        let time = EntryName(stringLiteral: Timestamp.now().description)
        var directory: any Directory = try View.root(of: view.store)
        for name in ["by-time", time, "models", "checkpoints"] as [EntryName] {
            guard case .directory(let inner) = try resolve(directory, name) else { throw Errno.notDirectory }
            directory = inner
        }
        var names: [EntryName] = []
        var cookie = Cookie.start
        while case let page = try directory.entries(after: cookie, limit: limit), let last = page.last {
            names += page.map(\.name)
            cookie = last.cookie
        }
        #expect(names == ["d0", "d2", "d3", "d4", "d5", "model.safetensors"])
    }

    /// An instant is a link to its moment.
    private func resolve(_ directory: any Directory, _ name: EntryName) throws -> Node? {
        guard case .link(let link) = try directory.child(name) else { return try directory.child(name) }
        return try directory.child(try EntryName(try link.target()))
    }
}
