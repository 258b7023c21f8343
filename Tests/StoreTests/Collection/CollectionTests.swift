import Foundation
import GRDB
import Recipe
import Store
import Support
import Synchronization
import SystemPackage
import Testing

@Suite(.timeLimit(.minutes(20))) struct `Garbage collection` {
    let fixture: StoreFixture
    var store: Store { fixture.store }
    init() throws { fixture = try StoreFixture() }

    private let name = "checkpoints/model.safetensors"

    /// Everything that may go goes, however young it is.
    private func collect(
        superseded: Bool = false, forget: Bool = false, isDryRun: Bool = false
    ) throws -> CollectionReport {
        StoreFixture.waitForTick()
        let now = Timestamp.now()
        return try store.collect(
            CollectionPolicy(
                supersededBefore: superseded ? now : nil, forgetBefore: forget ? now : nil, graceBefore: now),
            isDryRun: isDryRun)
    }

    private func path(_ seed: UInt64) -> String {
        store.path.string + "/blobs/sha256/\(SmallModel.digest(seed: seed).hex)"
    }
    private func isThere(_ seed: UInt64) -> Bool { FileManager.default.fileExists(atPath: path(seed)) }

    private func versions() throws -> [String] {
        var all: [String] = []
        try store.forEachVersion(of: nil) {
            all.append("\($0.name) v\($0.number)\($0.dropped == nil ? "" : " dropped")")
        }
        return all
    }

    /// > Garbage collection keeps every version, every snapshot and every open file, unless a time is given: then versions that no name has
    /// > had for that time and that no snapshot pins lose their bytes, and `list versions` says when.
    @Test func `keeps every version until it is told otherwise`() throws {
        for seed in 1...3 { try fixture.add(name, seed: UInt64(seed)) }
        #expect(try collect().blobs == 0)
        #expect((1...3).allSatisfy { isThere($0) })
        let report = try collect(superseded: true)
        #expect(report.versions.map(\.number).sorted() == [1, 2])
        #expect(report.bytes == 2 * SmallModel.bytes(seed: 1).count)
        #expect(!isThere(1) && !isThere(2) && isThere(3))
        #expect(
            try versions() == ["model.safetensors v1 dropped", "model.safetensors v2 dropped", "model.safetensors v3"])
        #expect(try collect(superseded: true).blobs == 0)
    }

    @Test func `leaves a tombstone that the same bytes fill again`() throws {
        for seed in 1...2 { try fixture.add(name, seed: UInt64(seed)) }
        _ = try collect(superseded: true)
        let model = try #require(ModelName(name))
        #expect(throws: StoreError.self) { try store.restore(model, version: 1, by: nil) }
        #expect(try fixture.add(name, seed: 1) == .returned(to: 1))
        #expect(try versions() == ["model.safetensors v1", "model.safetensors v2"])
        #expect(try store.bytes(of: try fixture.blob(seed: 1)) == SmallModel.bytes(seed: 1))
    }

    @Test func `keeps what a snapshot pins`() throws {
        try fixture.add(name, seed: 1)
        _ = try store.snapshot(try fixture.image(SmallImage.graph()))
        try fixture.add(name, seed: 2)
        try fixture.add(name, seed: 3)
        #expect(try collect(superseded: true).versions.map(\.number) == [2])
        #expect(isThere(1) && !isThere(2) && isThere(3))
    }

    @Test(arguments: [true, false]) func `keeps what somebody has open or mapped`(isMapped: Bool) throws {
        for seed in 1...2 { try fixture.add(name, seed: UInt64(seed)) }
        let file = try FileDescriptor.open(path(1), .readOnly, options: .closeOnExec)
        var mapping: UnsafeMutableRawPointer?
        if isMapped {
            mapping = mmap(nil, 4096, PROT_READ, MAP_PRIVATE, file.rawValue, 0)
            try file.close()
        }
        let busy = try collect(superseded: true)
        #expect(busy.versions.isEmpty && busy.inUse == [SmallModel.digest(seed: 1)])
        #expect(isThere(1))
        if let mapping { munmap(mapping, 4096) } else { try file.close() }
        #expect(try collect(superseded: true).versions.map(\.number) == [1])
    }

    @Test func `says in a dry run what it does, and does nothing`() throws {
        for seed in 1...2 { try fixture.add(name, seed: UInt64(seed)) }
        _ = try store.snapshot(try fixture.image(SmallImage.graph()))
        try fixture.add(name, seed: 3)
        let told = try collect(superseded: true, forget: true, isDryRun: true)
        #expect(try versions().allSatisfy { !$0.hasSuffix("dropped") })
        #expect(try store.counts().snapshots == 1)
        #expect(isThere(1) && isThere(2))
        let done = try collect(superseded: true, forget: true)
        #expect(told.versions.map(\.sha256) == done.versions.map(\.sha256) && told.bytes == done.bytes)
        #expect(told.snapshots.map(\.id) == done.snapshots.map(\.id) && told.images == done.images)
        #expect(told.images == ["output/test_00001_.png"])
    }

    @Test func `forgets old snapshots with their images, and gives a name back to who had it`() throws {
        try fixture.add(name, seed: 1)
        let first = try store.snapshot(try fixture.image("same.png", SmallImage.graph(seed: 1)))
        let second = try store.snapshot(try fixture.image("same.png", SmallImage.graph(seed: 2)))
        StoreFixture.waitForTick()
        let between = Timestamp.now()
        StoreFixture.waitForTick()
        let third = try store.snapshot(try fixture.image("other.png", SmallImage.graph(seed: 3)))
        let report = try store.collect(
            CollectionPolicy(forgetBefore: between, graceBefore: between), isDryRun: false)
        #expect(Set(report.snapshots.map(\.id)) == [first.id, second.id])
        #expect(try store.counts().snapshots == 1 && store.counts().images == 1)
        #expect(try store.newestImage(named: "same.png") == nil)
        #expect(try fixture.row(third.id).digest == third.id)
        // An image that was forgotten can be kept again.
        #expect(try store.snapshot(try fixture.image("same.png", SmallImage.graph(seed: 2))).isNew)
    }

    @Test func `keeps what is younger than the grace`() throws {
        for seed in 1...2 { try fixture.add(name, seed: UInt64(seed)) }
        try fixture.directory.write([1], to: "store/blobs/sha256/\(String(repeating: "ab", count: 32))")
        let now = Timestamp.now()
        let early = Timestamp(nanoseconds: now.nanoseconds - 3_600_000_000_000)
        let later = Timestamp(nanoseconds: now.nanoseconds + 1)
        let report = try store.collect(
            CollectionPolicy(supersededBefore: later, graceBefore: early), isDryRun: false)
        #expect(report.blobs == 0 && isThere(1))
    }

    @Test func `removes files that nothing names, and leaves other things alone`() throws {
        try fixture.add(name, seed: 1)
        let stray = "store/blobs/sha256/\(String(repeating: "ab", count: 32))"
        for path in [stray, "store/blobs/sha256/notes.txt"] { try fixture.directory.write([1, 2], to: path) }
        let report = try collect()
        #expect(report.strays == 1 && report.bytes == 2)
        #expect(!FileManager.default.fileExists(atPath: fixture.directory.appending(stray).string))
        #expect(FileManager.default.fileExists(atPath: store.path.string + "/blobs/sha256/notes.txt"))
        #expect(isThere(1))
    }

    @Test func `stops where a root cannot be read`() throws {
        try fixture.add(name, seed: 1)
        _ = try store.snapshot(try fixture.image(SmallImage.graph()))
        try fixture.add(name, seed: 2)
        try fixture.add(name, seed: 3)
        let raw = try DatabaseQueue(path: store.path.appending("catalogue.sqlite").string)
        try raw.writeWithoutTransaction { db in
            try db.execute(sql: "PRAGMA foreign_keys = OFF")
            try db.execute(sql: "DELETE FROM pinSet WHERE id = (SELECT models FROM snapshot)")
        }
        let error = #expect(throws: StoreError.self) { try collect(superseded: true) }
        #expect(error?.description.contains("nothing is collected") == true)
        #expect((1...3).allSatisfy { isThere($0) })
    }

    @Test func `never takes what is being added`() throws {
        let problems = SeenMutex<[String]>([])
        let rounds = 40
        let models = try (0..<8).map { seed in
            try fixture.directory.write(
                SmallModel.bytes(seed: UInt64(seed)), to: "source/\(seed)/checkpoints/m.safetensors")
        }
        let other = try Store.open(store.path)
        DispatchQueue.concurrentPerform(iterations: 3) { worker in
            var random = SystemRandomNumberGenerator()
            for round in 0..<rounds * (worker == 0 ? 2 : 1) {
                do {
                    if worker == 0 {
                        _ = try collect(superseded: true)
                        continue
                    }
                    let seed = Int.random(in: 0..<models.count, using: &random)
                    let source = models[seed].removingLastComponent().removingLastComponent()
                    let plan = try other.plan(adding: [source], folder: nil)
                    for item in plan.items { _ = try other.add(item) }
                } catch { problems.withLock { $0.append("\(worker) \(round): \(error)") } }
            }
        }
        #expect(problems.withLock { $0 } == [])
        // What the name holds is there, and what is there has its bytes.
        for blob in try store.blobs(after: 0, limit: 1000) {
            #expect(SHA256.digest(of: try store.bytes(of: blob)) == blob.digest)
        }
        var live: Digest?
        try store.forEachVersion(of: nil) { if $0.isLive { live = $0.sha256 } }
        #expect(FileManager.default.fileExists(atPath: store.path.string + "/blobs/sha256/\(try #require(live).hex)"))
    }
}
