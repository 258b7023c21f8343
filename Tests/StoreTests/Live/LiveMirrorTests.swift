import Recipe
import Store
import Support
import Testing

@Suite(.timeLimit(.minutes(20))) struct `Names in memory` {
    private let caller = Caller(user: 0, group: 0, opener: nil)

    @Test func `show at once what another process changed`() throws {
        let fixture = try StoreFixture()
        let own = LiveView(fixture.store)
        let other = LiveView(try Store.open(fixture.store.path))
        let folder = try own.makeDirectory("checkpoints", in: LiveRow.root, mode: 0o755, by: caller).id
        for index in 0..<100 {
            // Asked so often that the directory is known as a whole.
            #expect(try fixture.store.live(named: "absent\(index)", in: folder) == nil)
            let name: EntryName = "model\(index).txt"
            let writer = index % 2 == 0 ? other : own
            let (row, draft) = try writer.create(name, in: folder, mode: 0o644, by: caller)
            try writer.close(draft)
            #expect(try fixture.store.live(named: name, in: folder)?.id == row.id)
            #expect(try fixture.store.path(ofLive: row.id) == ["checkpoints", name])
            try writer.rename(name, in: folder, to: "renamed\(index)", in: folder, .replace, by: caller)
            #expect(try fixture.store.live(named: name, in: folder) == nil)
            #expect(try fixture.store.live(row.id)?.name == "renamed\(index)")
            if index % 3 == 0 {
                try writer.remove("renamed\(index)", in: folder, by: caller)
                #expect(try fixture.store.live(named: "renamed\(index)", in: folder) == nil)
            }
        }
    }

    @Test func `forget what a failed transaction would have changed`() throws {
        let fixture = try StoreFixture()
        let view = LiveView(fixture.store)
        let folder = try view.makeDirectory("loras", in: LiveRow.root, mode: 0o755, by: caller).id
        let (row, draft) = try view.create("a.txt", in: folder, mode: 0o644, by: caller)
        try view.close(draft)
        let (_, second) = try view.create("b.txt", in: folder, mode: 0o644, by: caller)
        try view.close(second)
        #expect(throws: StoreError.self) {
            try view.rename("a.txt", in: folder, to: "b.txt", in: folder, .new, by: caller)
        }
        #expect(throws: StoreError.self) {
            try view.rename("b.txt", in: folder, to: "c.txt", in: 999_999, .replace, by: caller)
        }
        #expect(try fixture.store.live(named: "a.txt", in: folder)?.id == row.id)
        #expect(try fixture.store.live(named: "b.txt", in: folder) != nil)
    }
}
