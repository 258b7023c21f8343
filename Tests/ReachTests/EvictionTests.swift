import Dispatch
import Foundation
import Glibc
import Reach
import Recipe
import Remote
import Store
import Support
import Synchronization
import SystemPackage
import Testing

/// A model that was pushed and is in no pin, so that its file here may go.
@Suite(.timeLimit(.minutes(20))) struct `An evicted model` {
    let fixture: ReachFixture
    var store: Store { fixture.here.store }
    private var wanted: WantedBytes {
        WantedBytes(fixture.digest, size: ReachFixture.size, name: ReachFixture.model + "@v1")
    }
    private var file: String { store.path.string + "/blobs/sha256/" + fixture.digest.hex }
    var isHere: Bool { FileManager.default.fileExists(atPath: file) }
    private var live: String { "models/" + ReachFixture.model }

    init() async throws { try await self.init(maxBlob: nil) }

    init(maxBlob: Int?) async throws {
        fixture = try ReachFixture(maxBlob: maxBlob)
        try await fixture.push(as: nil)
    }

    func evict() async throws -> Eviction { try await fixture.reaching(store).evict(wanted) }

    /// Why it stays; nil where it went.
    private func refusal() async throws -> String? {
        guard case .stays(let why) = try await evict() else { return nil }
        return why
    }

    func fetch() async throws -> FetchReport {
        try await Reaching.fetch(wanted, from: [try fixture.reaching(store)]) { _, _ in }
    }

    private func mount(_ body: (MountedTree) throws -> Void) throws {
        try View.mount(store, source: fixture.source(store), body)
    }

    /// > `evict --to NAME` makes room: it reads all bytes of a model back from that remote, and only if every MiB was right, and a manifest
    /// > there with a tag keeps them, does the file here go. The model stays listed with its size, under all of its names; what is read of it in a
    /// > mount comes back as after `pull --lazy`, and `fetch` brings all of it. The images that need it keep their grade.
    @Test func `keeps its names and its size, and comes back in a mount`() async throws {
        var facts = stat()
        try #require(stat(file, &facts) == 0)
        let (room, recipe) = (Int(facts.st_blocks) * 512, try fixture.recipe(fixture.here))
        func grade() throws -> Grade {
            try store.recipeDocument(of: fixture.snapshot.id, named: fixture.snapshot.imageName).verdict.grade
        }
        let graded = try grade()
        let before = fixture.registry.get(\.read)
        guard case .freed(let freed) = try await evict() else { throw Errno.ioError }
        #expect(freed == room && !isHere)
        #expect(fixture.registry.get(\.read) - before == ReachFixture.size)
        #expect(try fixture.recipe(fixture.here) != recipe)
        #expect(try grade() == graded)
        #expect(try store.elsewhere().blobs == 1)
        guard case .elsewhere = try await evict() else { throw Errno.ioError }
        try mount { tree throws in
            for path in [live, "by-name/\(ReachFixture.model)/v1/model.safetensors", fixture.path] {
                #expect(try tree.facts(path).size == ReachFixture.size)
            }
            let reads = fixture.registry.get(\.read)
            let open = try FileDescriptor.open(tree.absolute(live), .readOnly, options: .closeOnExec)
            var bytes = [UInt8](repeating: 0, count: 4096)
            #expect(pread(open.rawValue, &bytes, 4096, 2 << 20) == 4096)
            #expect(bytes == Array(ReachFixture.bytes[2 << 20..<2 << 20 + 4096]))
            #expect(fixture.registry.get(\.read) - reads < ReachFixture.size)
            try open.close()
            #expect(try tree.read(live) == ReachFixture.bytes)
            try eventually { try store.isServed(fixture.digest) }
            #expect(try tree.read(fixture.path) == ReachFixture.bytes)
        }
        #expect(try fixture.recipe(fixture.here) == recipe)
        #expect(try fixture.bytes(in: fixture.here) == ReachFixture.bytes)
        #expect(try store.elsewhere().blobs == 0)
    }

    @Test func `is all here again after it was fetched, and can go again`() async throws {
        let recipe = try fixture.recipe(fixture.here)
        for _ in 1...2 {
            #expect(try await refusal() == nil && !isHere)
            #expect(try store.lostFiles(of: fixture.snapshot).map(\.digest) == [fixture.digest])
            #expect(try await fetch().bytes == ReachFixture.size)
            #expect(try fixture.bytes(in: fixture.here) == ReachFixture.bytes)
            #expect(try fixture.recipe(fixture.here) == recipe)
        }
        #expect(try store.verifyCatalogue().isEmpty)
    }

    @Test func `stays in the manifest that keeps it there when its snapshot is pushed again`() async throws {
        let whole = try fixture.manifest(try await fixture.push(as: nil).manifest)
        let document = try #require(whole.layers.first { !$0.isWeight && !$0.isList })
        let tag = RemoteTag.snapshot(fixture.snapshot.digest)
        // As by a store that had the model, but not the document.
        fixture.registry.change { $0.putAside(whole.without { $0 == document }, as: tag) }
        #expect(try await refusal() == nil && !isHere)
        let report = try await fixture.push(as: nil)
        #expect(report.lost.isEmpty)
        let after = try fixture.manifest(report.manifest)
        #expect(fixture.registry.get { $0.tags[tag] } == report.manifest)
        #expect(Set(after.layers.map(\.digest)) == Set(whole.layers.map(\.digest)))
        #expect(try await fetch().bytes == ReachFixture.size)
    }

    /// A way in which a remote can be wrong, and what is said of it.
    enum Wrong: String, CaseIterable, Sendable {
        case rotten, missing, truncated, unreadable, untagged, unknown, otherManifest
    }

    @Test(arguments: Wrong.allCases)
    func `stays where the remote is wrong`(wrong: Wrong) async throws {
        let digest = fixture.digest
        fixture.registry.change { registry in
            switch wrong {
            case .rotten: registry.rot[digest] = (3 << 20 + 17, .max)
            case .missing: registry.blobs[digest] = nil
            case .truncated: registry.blobs[digest]?.removeLast()
            case .unreadable: registry.unreadable[digest] = .refused("team", what: "bytes", help: "")
            case .untagged: registry.tags = [:]
            case .unknown: break
            case .otherManifest: for (id, _) in registry.manifests { registry.manifests[id] = nil }
            }
        }
        if wrong == .unknown {
            try store.removeRemote(try #require(try store.remote(named: "team")))
            try store.addRemote("team", url: fixture.registry.name, facts: "{}")
        }
        do {
            let why = try #require(try await refusal())
            if wrong != .unreadable { #expect(why.contains("reprofs push team"), "\(why)") }
        } catch is RemoteError { #expect(wrong == .unreadable) }
        #expect(isHere)
        #expect(try fixture.bytes(in: fixture.here) == ReachFixture.bytes)
        #expect(try store.elsewhere().blobs == 0)
    }

    /// > Files of up to 1 MiB, files that a pin keeps, and files that a program has open stay, and so does whatever is not right at the remote;
    /// > each is named with the reason. `--unused 90d` stands for all models that nothing has used for so long.
    @Test func `was in no pin, not small and not open`() async throws {
        _ = try store.pin(fixture.snapshot, as: "cover")
        #expect(try await refusal()?.contains("unpin cover") == true)
        _ = try store.unpin("cover")
        let reader = try FileDescriptor.open(file, .readOnly, options: .closeOnExec)
        #expect(try await refusal()?.contains("open") == true)
        try reader.close()
        try fixture.here.add("loras/small.safetensors", seed: 3)
        let small = WantedBytes(SmallModel.digest(seed: 3), size: nil, name: "small")
        guard case .stays(let why) = try await fixture.reaching(store).evict(small) else { throw Errno.ioError }
        #expect(why.contains("are read as a whole"), "\(why)")
        let reads = fixture.registry.get(\.reads)
        #expect(try await refusal() == nil)
        #expect(fixture.registry.get(\.reads) > reads)
    }

    @Test func `stays while it is read in a mount or open for writing, and every read is right`() async throws {
        let (reaching, wanted) = (fixture.reaching, wanted)
        try mount { tree throws in
            func isRefused() throws -> Bool {
                let outcome = Mutex<Result<Eviction, any Error>?>(nil)
                let reaching = try reaching(store, [:])
                // The thread of this test waits, and so may all others of its kind.
                Task(executorPreference: QueueExecutor()) {
                    let found: Result<Eviction, any Error>
                    do { found = .success(try await reaching.evict(wanted)) } catch { found = .failure(error) }
                    outcome.withLock { $0 = found }
                }
                try eventually { outcome.withLock { $0 != nil } }
                guard case .stays? = try outcome.withLock({ try $0?.get() }) else { return false }
                return true
            }
            for mode in [FileDescriptor.AccessMode.readOnly, .readWrite] {
                let open = try FileDescriptor.open(tree.absolute(live), mode, options: .closeOnExec)
                #expect(try isRefused() && isHere)
                try open.close()
                #expect(try tree.read(live) == ReachFixture.bytes)
            }
            // A mount keeps what was read open for a moment.
            try eventually { try !isRefused() }
            #expect(!isHere)
            #expect(try tree.read(live) == ReachFixture.bytes)
        }
    }

    /// How a program empties a file.
    enum Emptying: String, CaseIterable, Sendable {
        case open, truncate
    }

    @Test(arguments: Emptying.allCases) func `can be written anew`(by emptying: Emptying) async throws {
        #expect(try await refusal() == nil)
        let new = SmallModel.bytes(seed: 9)
        try mount { tree throws in
            let path = tree.absolute(live)
            switch emptying {
            case .open: break
            case .truncate: #expect(truncate(path, 0) == 0)
            }
            let file = try FileDescriptor.open(path, .writeOnly, options: [.truncate, .closeOnExec])
            let written = try file.closeAfter { try file.writeAll(new) }
            #expect(written == new.count)
            #expect(try tree.read(live) == new)
            // The old version is where it was.
            #expect(try tree.read("by-name/\(ReachFixture.model)/v1/model.safetensors") == ReachFixture.bytes)
            try eventually { (try? tree.read("by-name/\(ReachFixture.model)/latest/model.safetensors")) == new }
        }
    }

    /// > An evicted model can be renamed, removed, replaced by another file and written anew, and an older version can be what its name holds
    /// > again. To be changed in place it has to be here: opening it for writing without emptying it is EIO.
    @Test func `can be renamed, restored and replaced, and is not changed in place`() async throws {
        #expect(try await refusal() == nil)
        try mount { tree throws in
            let models = WritableTree(tree.mountPoint.appending("models"))
            #expect(throws: Errno.ioError) {
                try FileDescriptor.open(tree.absolute(live), .readWrite, options: .closeOnExec).close()
            }
            #expect(truncate(tree.absolute(live), 5) == -1 && errno == EIO)
            try models.rename(ReachFixture.model, to: "checkpoints/other.safetensors")
            #expect(try tree.facts("models/checkpoints/other.safetensors").size == ReachFixture.size)
            try models.write(SmallModel.bytes(seed: 9), to: "checkpoints/new.safetensors")
            try models.rename("checkpoints/new.safetensors", to: "checkpoints/other.safetensors")
            #expect(try tree.read("models/checkpoints/other.safetensors") == SmallModel.bytes(seed: 9))
            let name = try #require(ModelName(ReachFixture.model))
            _ = try store.restore(name, version: 1, by: nil)
            try eventually { (try? tree.facts(live).size) == ReachFixture.size }
            #expect(try tree.read(live) == ReachFixture.bytes)
        }
    }

    /// > An `evict` that is cut off at any step leaves the file here, or its bytes at the remote, and the same command ends what it began. A
    /// > program that opens the file before it goes keeps it here.
    @Test func `stays if somebody opens it while it goes`() throws {
        let remote = try #require(try store.remote(named: "team"))
        let begin = Timestamp.now()
        try store.noteProof(of: [fixture.digest], at: remote)
        let opened = Mutex<Int32?>(nil)
        let (thread, path) = (UInt(pthread_self()), file)
        FaultPoint.visitors.withLock {
            $0[thread] = { _, _ in opened.withLock { if $0 == nil { $0 = open(path, O_RDONLY | O_CLOEXEC) } } }
        }
        defer { FaultPoint.visitors.withLock { $0[thread] = nil } }
        #expect(throws: StoreError.self) { try store.evict(fixture.digest, to: remote, provenSince: begin) }
        let reader = try #require(opened.withLock { $0 })
        #expect(reader >= 0 && isHere)
        #expect(try store.isServed(fixture.digest))
        close(reader)
        #expect(try store.evict(fixture.digest, to: remote, provenSince: begin) > 0)
        #expect(!isHere)
    }

    @Test func `goes only by a proof that is newer than the command`() throws {
        let remote = try #require(try store.remote(named: "team"))
        try store.noteProof(of: [fixture.digest], at: remote)
        let begin = Timestamp(nanoseconds: Timestamp.now().nanoseconds + 1)
        #expect(throws: StoreError.self) { try store.evict(fixture.digest, to: remote, provenSince: begin) }
        #expect(isHere)
        #expect(try store.isServed(fixture.digest))
    }

    @Test func `goes once when two commands take it away at the same time`() async throws {
        let other = try Store.open(store.path)
        let ours = try fixture.reaching(store), theirs = try fixture.reaching(other)
        let wanted = wanted
        async let first = ours.evict(wanted)
        async let second = theirs.evict(wanted)
        let freed = try await [first, second].map { outcome -> Int in
            if case .freed(let bytes) = outcome { bytes } else { 0 }
        }
        // Either may have had the file open as the other one looked.
        #expect(freed.contains { $0 > 0 } != isHere)
        #expect(try store.isServed(fixture.digest) == isHere)
        if !isHere { #expect(try await fetch().bytes == ReachFixture.size) }
        #expect(try fixture.bytes(in: fixture.here) == ReachFixture.bytes)
    }

    /// > `remote remove` keeps the only remote that has bytes which are not here, and names them. With `--force` it goes all the same; they come
    /// > back once the remote has a name again.
    @Test func `keeps its remote`() async throws {
        #expect(try await refusal() == nil)
        let remote = try #require(try store.remote(named: "team"))
        let error = #expect(throws: StoreError.self) { try store.removeRemote(remote) }
        let said = "\(try #require(error))"
        #expect(said.contains("reprofs fetch --from team") && said.contains(ReachFixture.model + "@v1"), "\(said)")
        try store.removeRemote(remote, isForced: true)
        #expect(try store.elsewhere().blobs == 0)
        try store.addRemote("team", url: fixture.registry.name, facts: "{}")
        #expect(try await fetch().bytes == ReachFixture.size)
        #expect(try fixture.bytes(in: fixture.here) == ReachFixture.bytes)
        try store.removeRemote(try #require(try store.remote(named: "team")))
    }

    @Test func `is given up like any other, which frees nothing here`() async throws {
        #expect(try await refusal() == nil)
        try fixture.here.add(ReachFixture.model, seed: 4)
        let now = Timestamp.now()
        let kept = try store.collect(CollectionPolicy(graceBefore: now), isDryRun: false)
        #expect(kept.versions.isEmpty)
        let version = try #require(try store.versions(ofModel: 1).first { $0.sha256 == fixture.digest })
        let report = try store.forget([WantedBytes(version)], [], isDryRun: false)
        #expect(report.versions.map(\.sha256) == [fixture.digest])
        #expect(report.bytes == 0)
        #expect(try store.elsewhere().blobs == 0)
    }
}

/// Threads for what others wait for.
private final class QueueExecutor: TaskExecutor {
    private let queue = DispatchQueue(label: "tasks", attributes: .concurrent)

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
