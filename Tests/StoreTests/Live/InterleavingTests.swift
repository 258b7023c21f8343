import Foundation
import Recipe
import Store
import Support
import Synchronization
import SystemPackage
import Testing

/// A mount, adds, snapshots, pins and garbage collection on one store at once, each through an opening of its own, with pauses at
/// their steps. The seeds say who does what; nothing that anybody may count on is lost in any of five hundred rounds.
@Suite(.serialized, .timeLimit(.minutes(20))) struct `Everybody at once` {
    private static let names: [EntryName] = ["a.safetensors", "b.safetensors"]
    /// The seeds of the models that come and go.
    private static let seeds: ClosedRange<UInt64> = 1...5

    /// One of those who work on the store.
    private final class Worker: Sendable {
        let store: Store
        let view: LiveView
        let problems = SeenMutex<[String]>([])
        /// What was closed or added under names.
        let done = SeenMutex<Set<Digest>>([])
        /// Files of pins that were lost before they were pinned.
        let lost = SeenMutex<Set<String>>([])
        private let fixture: StoreFixture
        private let caller = Caller(user: getuid(), group: getgid(), opener: nil)

        init(_ fixture: StoreFixture, isMount: Bool) throws {
            self.fixture = fixture
            store = try Store.open(fixture.store.path)
            view = LiveView(store)
            if isMount { _ = try view.lease.take(serving: ["/mount"]) }
        }

        /// Refusals are what somebody gets who comes second; what the disk or the catalogue says is a problem.
        func attempt(_ what: String, _ body: () throws -> Void) {
            do { try body() } catch let error as StoreError {
                switch error {
                case .catalogue, .system, .blobMissing, .blobDamaged, .noSpace:
                    problems.withLock { $0.append("\(what): \(error)") }
                default: break
                }
            } catch { problems.withLock { $0.append("\(what): \(error)") } }
        }

        func write(_ name: EntryName, _ seed: UInt64) throws {
            let folder = try store.live(named: "checkpoints", in: LiveRow.root)
            guard let folder else { return }
            let draft: Draft
            if let row = try store.live(named: name, in: folder.id) {
                // A new node, where the old one has a version.
                guard let known = try view.write(row.id, by: caller) ?? fresh(name, in: folder.id) else { return }
                draft = known
            } else {
                draft = try view.create(name, in: folder.id, mode: 0o644, by: caller).draft
            }
            let bytes = SmallModel.bytes(seed: seed)
            try draft.truncate(0)
            try bytes.withUnsafeBytes { bytes throws in try draft.write(bytes, at: 0) }
            try draft.flush()
            try view.close(draft)
            done.withLock { _ = $0.insert(SmallModel.digest(seed: seed)) }
            try view.publish()
        }

        private func fresh(_ name: EntryName, in folder: Int64) throws -> Draft? {
            guard let row = try store.live(named: name, in: folder) else { return nil }
            return try view.write(row.id, by: caller)
        }

        func mountStep(_ chance: inout SplitMix64) {
            let name = names.randomElement(using: &chance) ?? names[0], seed = UInt64.random(in: seeds, using: &chance)
            let other = names.randomElement(using: &chance) ?? names[0]
            switch Int.random(in: 0..<6, using: &chance) {
            case 0:
                attempt("remove") {
                    guard let folder = try store.live(named: "checkpoints", in: LiveRow.root) else { return }
                    try view.remove(name, in: folder.id, by: caller)
                }
            case 1:
                attempt("rename") {
                    guard let folder = try store.live(named: "checkpoints", in: LiveRow.root) else { return }
                    try view.rename(name, in: folder.id, to: other, in: folder.id, .replace, by: caller)
                }
            default: attempt("write") { try write(name, seed) }
            }
            attempt("publish") { try view.publish() }
        }

        func commandStep(_ chance: inout SplitMix64, _ round: Int) {
            let name = names.randomElement(using: &chance) ?? names[0], seed = UInt64.random(in: seeds, using: &chance)
            switch Int.random(in: 0..<6, using: &chance) {
            case 0:
                attempt("snapshot") {
                    let image = try fixture.image("i\(round).png", SmallImage.graph(checkpoint: name.text, seed: seed))
                    _ = try store.snapshot(image)
                }
            case 1:
                attempt("pin") {
                    guard let row = try store.snapshots(after: 0, limit: 100).randomElement(using: &chance) else {
                        return
                    }
                    // A snapshot may name a version that was collected before.
                    let report = try store.pin(row, as: "p\(seed)")
                    lost.withLock { $0.formUnion(report.lost.map { "p\(seed) \($0)" }) }
                }
            case 2: attempt("unpin") { _ = try store.unpin("p\(seed)") }
            case 3:
                attempt("restore") {
                    guard let model = ModelName(live: ["checkpoints", name]) else { return }
                    guard let own = Opener(process: getpid()) else { return }
                    _ = try store.restore(model, version: 1, by: own)
                }
            default:
                attempt("add") {
                    let path = try fixture.directory.write(
                        SmallModel.bytes(seed: seed), to: "from\(round)/checkpoints/\(name)")
                    for item in try store.plan(adding: [path.removingLastComponent()], folder: nil).items {
                        _ = try store.add(item)
                        done.withLock { _ = $0.insert(SmallModel.digest(seed: seed)) }
                    }
                }
            }
        }

        func keeperStep(_ chance: inout SplitMix64) {
            let now = Timestamp.now()
            switch Int.random(in: 0..<5, using: &chance) {
            case 0: attempt("backup") { _ = try store.backUp(keeping: 1) }
            case 1:
                attempt("verify") {
                    for blob in try store.blobsToVerify(before: now, limit: 10) {
                        if let damage = try store.verify(blob, pace: { _ in }) {
                            throw StoreError.conflict(damage.detail)
                        }
                    }
                }
            case 2:
                attempt("forget") {
                    _ = try store.collect(
                        CollectionPolicy(supersededBefore: nil, forgetBefore: now, graceBefore: now), isDryRun: false)
                }
            default:
                attempt("gc") {
                    _ = try store.collect(
                        CollectionPolicy(supersededBefore: now, forgetBefore: nil, graceBefore: now), isDryRun: false)
                }
            }
        }
    }

    @Test(arguments: 0..<10) func `loses nothing in fifty rounds`(group: Int) throws {
        FaultPoint.pause.store(300, ordering: .relaxed)
        defer { FaultPoint.pause.store(0, ordering: .relaxed) }
        let fixture = try StoreFixture()
        try fixture.add("checkpoints/a.safetensors", seed: 1)
        let mounts = [try Worker(fixture, isMount: true)]
        let commands = try (0..<3).map { _ in try Worker(fixture, isMount: false) }
        let keeper = try Worker(fixture, isMount: false)
        let workers = mounts + commands + [keeper]
        for round in 0..<50 {
            let seed = UInt64(group * 50 + round)
            DispatchQueue.concurrentPerform(iterations: workers.count) { index in
                var chance = SplitMix64(seed: seed << 8 | UInt64(index))
                for step in 0..<2 {
                    switch index {
                    case 0: workers[index].mountStep(&chance)
                    case 1...3: workers[index].commandStep(&chance, index * 1000 + round * 2 + step)
                    default: workers[index].keeperStep(&chance)
                    }
                }
            }
            let problems =
                try workers.flatMap { worker in worker.problems.withLock { $0 } }
                + problems(in: fixture.store, known: Set(workers.flatMap { worker in worker.lost.withLock { $0 } }))
            guard problems.isEmpty else {
                Issue.record("seed \(seed): \(problems.joined(separator: "; "))")
                return
            }
        }
        for mount in mounts {
            mount.attempt("publish") { try mount.view.publish() }
        }
        var versions: Set<Digest> = []
        try fixture.store.forEachVersion(of: nil) { versions.insert($0.sha256) }
        for worker in workers { #expect(worker.done.withLock { $0 }.isSubset(of: versions)) }
        #expect(try fixture.store.everyBlobIsWhole())
    }

    /// What is wrong with a store that nobody works on, but for files of pins that are `known` to be lost.
    private func problems(in store: Store, known: Set<String>) throws -> [String] {
        var problems = try store.verifyCatalogue().map(\.detail) + store.verifyPins().map(\.detail)
        problems += try store.verifyDamaged { _ in }.map { "\($0.digest?.hex ?? "") is lost: \($0.detail)" }
        func check(_ blob: Blob, _ name: String) {
            do {
                if SHA256.digest(of: try store.bytes(of: blob)) != blob.digest { problems.append("\(name) is damaged") }
            } catch { problems.append("\(name) of blob \(blob.id): \(error)") }
        }
        for folder in try store.live(in: LiveRow.root, after: 0, limit: 100) where folder.kind == .directory {
            for row in try store.live(in: folder.id, after: 0, limit: 100) {
                if let blob = row.blob { check(blob, row.name.text) }
            }
        }
        for pin in try store.pins(after: 0, limit: 100) {
            guard let row = try store.snapshot(named: pin.snapshot) else {
                problems.append("\(pin.name) has no snapshot")
                continue
            }
            for file in try store.pinnedFiles(in: row.models) where !known.contains("\(pin.name) models/\(file.path)") {
                check(file.blob, "\(pin.name) \(file.path)")
            }
        }
        return problems
    }
}
