import Foundation
import Recipe
import Store
import Support
import SystemPackage
import Testing

/// Names of files outside, and what leads from one name to another.
@Suite struct `Odd names of files` {
    let fixture: StoreFixture
    private let caller = Caller(user: geteuid(), group: getegid(), opener: nil)
    init() throws {
        fixture = try StoreFixture()
        for (index, path) in OddNames.models.enumerated() {
            try fixture.directory.write(SmallModel.bytes(seed: UInt64(index)), to: "outside/\(path)")
        }
    }

    private var outside: FilePath { fixture.directory.appending("outside") }

    private func expectAll() throws {
        for (index, path) in OddNames.models.enumerated() {
            let digests = try fixture.store.digests(of: path.description)
            #expect(digests == [SmallModel.digest(seed: UInt64(index))], "\(path)")
        }
    }

    @Test func `are kept when models are added`() throws {
        let plan = try fixture.store.plan(adding: [outside], folder: nil)
        #expect(plan.refused.isEmpty && plan.items.count == OddNames.models.count)
        for item in plan.items { _ = try fixture.store.add(item) }
        try expectAll()
        let folders = try Set(OddNames.models.map { try #require($0.components.first) })
        let live = try fixture.store.live(in: LiveRow.root, after: 0, limit: 100).map(\.name)
        #expect(Set(live) == folders && live.count == folders.count)
    }

    @Test func `are kept when models move in and out again`() throws {
        let (items, refused) = try fixture.store.adoptable(outside)
        #expect(refused.isEmpty)
        for item in items {
            if item.kind == .directory {
                try fixture.store.adoptDirectory(item)
            } else {
                _ = try fixture.store.adopt(item)
            }
        }
        try expectAll()
        let target = fixture.directory.appending("released")
        try FileManager.default.createDirectory(atPath: target.string, withIntermediateDirectories: true)
        let released = try OpenDirectory(named: target)
        for item in try fixture.store.releasePlan().items {
            try fixture.store.release(item, to: released, isMove: false)
        }
        for (index, path) in OddNames.models.enumerated() {
            let file = path.components.reduce(target) { $0.appending($1.text) }
            #expect(try fixture.store.digest(ofFile: file) == SmallModel.digest(seed: UInt64(index)), "\(path)")
        }
    }

    @Test(arguments: ["/\u{301}etc/passwd", "../\u{301}x", "x/../..\u{2F}\u{FE0F}y", "./..", "a/\u{200D}/../../.."])
    func `do not hide where a link leads to`(target: String) throws {
        let view = LiveView(fixture.store)
        #expect(throws: StoreError.self) {
            _ = try view.makeLink("link", to: target, in: LiveRow.root, by: caller)
        }
        _ = try view.makeLink("link", to: "x/../\u{301}y/..\u{301}", in: LiveRow.root, by: caller)
    }

    @Test func `leave room for what they are called when they were never closed`() throws {
        let name = EntryName(stringLiteral: String(repeating: "é", count: 126) + ".pt")
        do {
            let view = LiveView(fixture.store)
            let folder = try view.makeDirectory("checkpoints", in: LiveRow.root, mode: 0o755, by: caller).id
            let (_, draft) = try view.create(name, in: folder, mode: 0o644, by: caller)
            try SmallModel.bytes(seed: 1).withUnsafeBytes { bytes throws in try draft.write(bytes, at: 0) }
        }
        let recovery = try LiveView(fixture.store).recover()
        let partial = try #require(recovery.partial.first.flatMap { ViewPath(parsing: $0) }?.name)
        #expect(partial.hasSuffix(".partial") && partial.utf8.count <= 255)
        let folder = try #require(try fixture.store.live(named: "checkpoints", in: LiveRow.root))
        #expect(try fixture.store.live(named: partial, in: folder.id) != nil)
        #expect(try fixture.store.live(named: name, in: folder.id) == nil)
    }
}
