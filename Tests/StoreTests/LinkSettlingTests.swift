import Foundation
import Recipe
import Store
import Support
import Testing

/// What links stand for is looked at where something changed that they could lead to.
@Suite(.timeLimit(.minutes(20))) struct `The names of links` {
    let fixture: StoreFixture
    private let view: LiveView
    private let caller = Caller(user: 0, group: 0, opener: nil)

    init() throws {
        fixture = try StoreFixture()
        view = LiveView(fixture.store)
        let folder = try view.makeDirectory("loras", in: LiveRow.root, mode: 0o755, by: caller).id
        try write(1, to: "a.safetensors", in: folder)
        _ = try view.makeLink("b.safetensors", to: "a.safetensors", in: folder, by: caller)
        try view.publish()
        // What that came to is noted in a commit of its own.
        try view.publish()
    }

    private func write(_ seed: UInt64, to name: EntryName, in folder: Int64) throws {
        let (_, draft) = try view.create(name, in: folder, mode: 0o644, by: caller)
        let bytes = SmallModel.bytes(seed: seed)
        try bytes.withUnsafeBytes { bytes throws in try draft.write(bytes, at: 0) }
        try draft.flush()
        try view.close(draft)
    }

    /// How often links are followed in `body`, on this thread.
    private func followed(_ body: () throws -> Void) rethrows -> Int {
        let thread = UInt(pthread_self())
        let count = SeenMutex(0)
        FaultPoint.visitors.withLock {
            $0[thread] = { operation, _ in if operation == "follows the links of" { count.withLock { $0 += 1 } } }
        }
        defer { FaultPoint.visitors.withLock { $0[thread] = nil } }
        try body()
        return count.withLock { $0 }
    }

    @Test func `are left alone by commits that change no file of the view`() throws {
        let before = fixture.store.newestCommit
        let count = try followed {
            for index in 0..<5 {
                try fixture.witness(
                    1, as: "a\(index).safetensors", in: "loras", by: try #require(Opener(process: getpid())))
                try view.publish()
            }
        }
        #expect(!fixture.store.newestCommit.isSame(as: before))
        #expect(count == 0)
    }

    @Test func `are looked at after a change by this process and by another`() throws {
        let folder = try #require(try fixture.store.live(named: "loras", in: LiveRow.root)).id
        let own = try followed {
            try view.remove("a.safetensors", in: folder, by: caller)
            try view.publish()
        }
        #expect(own > 0)
        #expect(try fixture.store.liveVersion(of: "loras/b.safetensors") == nil)
        try fixture.model("loras/a.safetensors", seed: 2)
        let other = try Store.open(fixture.store.path)
        let plan = try other.plan(adding: [fixture.directory.appending("models")], folder: nil)
        for item in plan.items { _ = try other.add(item) }
        #expect(try followed { try view.publish() } > 0)
        #expect(try fixture.store.digests(of: "loras/b.safetensors").last == SmallModel.digest(seed: 2))
    }
}
