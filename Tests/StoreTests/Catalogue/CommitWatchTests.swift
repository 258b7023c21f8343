import Glibc
import Store
import Support
import Synchronization
import Testing

/// What waits for commits is told of each by the kernel, whoever made it.
@Suite(.timeLimit(.minutes(20))) struct `A watch for commits` {
    let fixture: StoreFixture

    init() throws { fixture = try StoreFixture() }

    /// A watch that runs on a thread of its own until this goes.
    private final class Watcher {
        /// What it was told of, and what the newest commit was then.
        final class Told: Sendable {
            let times = Atomic(0)
            let newest = Mutex(Commit.unknown)
        }

        let told = Told()
        private let watch: CommitWatch
        private let thread: WorkerThread

        init(_ store: Store, meanwhile: () throws -> Void = {}) throws {
            watch = try CommitWatch(store)
            try meanwhile()
            thread = try WorkerThread { [told, watch] in
                watch.run {
                    told.newest.withLock { $0 = store.newestCommit }
                    told.times.add(1, ordering: .sequentiallyConsistent)
                }
            }
        }

        var times: Int { told.times.load(ordering: .sequentiallyConsistent) }

        deinit {
            watch.stop()
            thread.join()
        }
    }

    @Test func `tells of each that another connection makes`() throws {
        let watcher = try Watcher(fixture.store)
        let other = try Store.open(fixture.store.path)
        for number in 1...5 {
            let before = watcher.times
            try fixture.model("checkpoints/model-\(number).safetensors", seed: UInt64(number))
            for item in try other.plan(adding: [fixture.directory.appending("models")], folder: nil).items {
                _ = try other.add(item)
            }
            try eventually { watcher.times > before }
        }
    }

    @Test func `tells of one that was made before it ran`() throws {
        let watcher = try Watcher(fixture.store) { try fixture.add("checkpoints/model.safetensors", seed: 1) }
        try eventually { watcher.times > 0 }
    }

    @Test(arguments: [1, 2, 3]) func `has told of the last one, however they came`(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let watcher = try Watcher(fixture.store)
        for number in 1...30 {
            try fixture.add("checkpoints/model-\(number).safetensors", seed: UInt64(number))
            // What follows within the moment that a watch rests, and what comes after it.
            usleep(.random(in: 0..<80_000, using: &random))
        }
        try eventually { watcher.told.newest.withLock { $0.isSame(as: fixture.store.newestCommit) } }
    }

    @Test func `tells of nothing where nothing is committed`() throws {
        let watcher = try Watcher(fixture.store)
        _ = try fixture.store.unidentified()
        usleep(300_000)
        #expect(watcher.times == 0)
    }

    @Test func `ends when it is told to while commits come`() throws {
        let watch = try CommitWatch(fixture.store)
        let thread = try WorkerThread { watch.run {} }
        for number in 1...5 { try fixture.add("checkpoints/model-\(number).safetensors", seed: UInt64(number)) }
        watch.stop()
        thread.join()
    }
}
