import Dispatch
import Foundation
import Glibc
import Recipe
import Store
import Support
import Synchronization
import SystemPackage
import Testing

private let caller = Caller(user: getuid(), group: getgid(), opener: nil)

/// While somebody is held at any step of what it does to one file, everybody else does what it does to other files: held outside
/// of a transaction they end meanwhile, held within one they end once that goes on. A thread that waits is given twenty seconds.
@Suite(.serialized, .timeLimit(.minutes(20))) struct `Who is held up` {
    private enum Operation: String, CaseIterable {
        case writePublished, create, renameFile, renameDirectory, exchange, unlink, truncate, fsync, fsyncDirectory,
            change
        case publish, list, read, snapshot, collect, restore, use, backUp, add, move

        /// What it needs in a folder of its own.
        enum Beginning { case model, folder, nothing }
        var begins: Beginning {
            switch self {
            case .writePublished, .renameFile, .renameDirectory, .exchange, .unlink, .truncate, .change, .list, .read,
                .restore, .fsyncDirectory:
                .model
            case .create, .publish, .fsync: .folder
            case .snapshot, .collect, .use, .backUp, .add, .move: .nothing
            }
        }
    }

    /// A store with files of its own for each operation, twice: for who is held and for who is not.
    private final class Place: Sendable {
        let fixture: StoreFixture
        let view: LiveView
        /// As another process has it.
        let commands: Store

        init() throws {
            fixture = try StoreFixture()
            view = LiveView(fixture.store)
            commands = try Store.open(fixture.store.path)
            var folders: [EntryName] = []
            for who in ["a", "b"] {
                for (number, operation) in zip(UInt64(who == "a" ? 1000 : 2000)..., Operation.allCases) {
                    if operation.begins == .folder {
                        folders.append(EntryName(stringLiteral: "\(who)-\(operation.rawValue)"))
                    } else if operation.begins == .model {
                        try fixture.model("\(who)-\(operation.rawValue)/one.safetensors", seed: number)
                    }
                }
                try fixture.model("\(who)-exchange/two.safetensors", seed: who == "a" ? 1100 : 2100)
                for seed in UInt64(1)...3 {
                    try fixture.directory.write(
                        SmallModel.bytes(seed: (who == "a" ? 1200 : 2200) + seed),
                        to: "\(who)-add/more-\(seed)/new.safetensors")
                }
                try fixture.directory.write(SmallModel.bytes(seed: 7), to: "\(who)-take/taken-\(who)/new.safetensors")
                try fixture.directory.write([1, 2, 3], to: "\(who)-take/taken-\(who)/notes.txt")
                _ = try fixture.image("\(who).png", SmallImage.graph(checkpoint: "one.safetensors", seed: 5))
            }
            try fixture.addModels()
            _ = try view.recover()
            for folder in folders { _ = try view.makeDirectory(folder, in: LiveRow.root, mode: 0o755, by: caller) }
        }

        private func folder(_ who: String, _ operation: Operation) throws -> Int64 {
            let name: EntryName = .init(stringLiteral: "\(who)-\(operation.rawValue)")
            return try #require(try fixture.store.live(named: name, in: LiveRow.root)).id
        }

        private func open(_ name: EntryName, in folder: Int64) throws -> Draft {
            for _ in 0..<10 {
                let row = try #require(try fixture.store.live(named: name, in: folder))
                if let draft = try view.write(row.id, by: caller) { return draft }
            }
            throw Errno.timedOut
        }

        private func write(_ bytes: [UInt8], at offset: Int = 0, _ draft: Draft) throws {
            try bytes.withUnsafeBytes { bytes throws in try draft.write(bytes, at: offset) }
            try draft.flush()
            try view.close(draft)
        }

        func run(_ operation: Operation, as who: String) throws {
            let folder = operation.begins == .nothing ? LiveRow.root : try folder(who, operation)
            switch operation {
            case .writePublished: try write([9], at: 20, try open("one.safetensors", in: folder))
            case .create, .publish, .fsync:
                let (row, draft) = try view.create("new.safetensors", in: folder, mode: 0o644, by: caller)
                try write(SmallModel.bytes(seed: who == "a" ? 31 : 32), draft)
                if operation == .publish { try view.publish() }
                if operation == .fsync { try view.sync(row.id) }
            case .renameFile:
                try view.rename(
                    "one.safetensors", in: folder, to: "three.safetensors", in: folder, .replace, by: caller)
            case .renameDirectory:
                let name: EntryName = .init(stringLiteral: "\(who)-\(operation.rawValue)")
                try view.rename(
                    name, in: LiveRow.root, to: name.shortened(for: "x"), in: LiveRow.root, .new, by: caller)
            case .exchange:
                try view.rename(
                    "one.safetensors", in: folder, to: "two.safetensors", in: folder, .exchange, by: caller)
            case .unlink: try view.remove("one.safetensors", in: folder, by: caller)
            case .truncate:
                for _ in 0..<10 {
                    let row = try #require(try fixture.store.live(named: "one.safetensors", in: folder))
                    if try view.truncate(row.id, to: 100, by: caller) { return }
                }
            case .fsyncDirectory: try view.syncNames(in: folder)
            case .change:
                var change = InodeChange()
                change.mode = 0o600
                change.modified = Timestamp.now()
                try view.change(try #require(try fixture.store.live(named: "one.safetensors", in: folder)).id, change)
            case .list: _ = try fixture.store.live(in: folder, after: 0, limit: 100)
            case .read:
                _ = try view.contents(of: try #require(try fixture.store.live(named: "one.safetensors", in: folder)))
            case .snapshot:
                _ = try commands.snapshot(fixture.directory.appending("output/\(who).png"))
            case .collect: _ = try commands.collect(CollectionPolicy(graceBefore: Timestamp.now()), isDryRun: false)
            case .restore:
                let name = try #require(ModelName("\(who)-restore/one.safetensors"))
                _ = try commands.restore(name, version: 1, by: nil)
            case .use: _ = try commands.use(nil)
            case .backUp: _ = try commands.backUp()
            case .add:
                let plan = try commands.plan(adding: [fixture.directory.appending("\(who)-add")], folder: nil)
                for item in plan.items { _ = try commands.add(item) }
            case .move:
                for item in try commands.adoptable(fixture.directory.appending("\(who)-take")).items {
                    switch item.kind {
                    case .directory: try commands.adoptDirectory(item)
                    case .file: _ = try commands.adopt(item)
                    case .link: break
                    }
                }
            }
        }
    }

    /// Holds one thread at the first step of a kind that it comes to.
    private final class Trap: Sendable {
        private let held = DispatchSemaphore(value: 0)
        private let go = DispatchSemaphore(value: 0)
        private let thread = Atomic<Int>(0)
        private let isSprung = Atomic(false)

        /// Sets it for this thread.
        func set(_ kind: String) {
            thread.store(Int(bitPattern: pthread_self()), ordering: .relaxed)
            FaultPoint.visitor.withLock {
                $0 = { [self] operation, _ in
                    guard Int(bitPattern: pthread_self()) == thread.load(ordering: .relaxed),
                        "\(Activity.isInTransaction ? "within" : "outside"): \(operation)" == kind,
                        !isSprung.exchange(true, ordering: .relaxed)
                    else { return }
                    held.signal()
                    go.wait()
                }
            }
        }

        /// Whether somebody is in it, within twenty seconds.
        func wait() -> Bool { held.wait(timeout: .now() + 20) == .success }
        func open() { go.signal() }
        /// Nobody came by: whoever waits for that need not.
        func miss() { held.signal() }
        var hasSprung: Bool { isSprung.load(ordering: .relaxed) }
    }

    /// The kinds of steps that an operation comes to.
    private func kinds(of operation: Operation) throws -> [String] {
        let place = try Place()
        let seen = SeenMutex<Set<String>>([])
        let thread = Int(bitPattern: pthread_self())
        FaultPoint.visitor.withLock {
            $0 = { operation, _ in
                guard Int(bitPattern: pthread_self()) == thread else { return }
                let where_ = Activity.isInTransaction ? "within" : "outside"
                seen.withLock { _ = $0.insert("\(where_): \(operation)") }
            }
        }
        defer { FaultPoint.visitor.withLock { $0 = nil } }
        try place.run(operation, as: "a")
        return seen.withLock { $0.sorted() }
    }

    /// Runs `body` on a thread of its own.
    private func start(_ body: @escaping @Sendable () throws -> Void) -> @Sendable () -> String? {
        let done = DispatchSemaphore(value: 0)
        let outcome = Outcome()
        Thread.detachNewThread {
            do { try body() } catch { outcome.problem.withLock { $0 = "\(error)" } }
            done.signal()
        }
        return {
            guard done.wait(timeout: .now() + 20) == .success else { return "has not ended in twenty seconds" }
            return outcome.problem.withLock { $0 }
        }
    }

    private final class Outcome: Sendable { let problem = SeenMutex<String?>(nil) }

    @Test(arguments: Operation.allCases.map(\.rawValue)) func `is nobody but who wants the same`(name: String) throws {
        let operation = try #require(Operation(rawValue: name))
        defer { FaultPoint.visitor.withLock { $0 = nil } }
        for kind in try kinds(of: operation) {
            let place = try Place()
            let trap = Trap()
            let first = start {
                trap.set(kind)
                defer { if !trap.hasSprung { trap.miss() } }
                try place.run(operation, as: "a")
            }
            guard trap.wait(), trap.hasSprung else {
                trap.open()
                _ = first()
                continue
            }
            let others = Operation.allCases.map { other in
                (other, start { try place.run(other, as: "b") })
            }
            if kind.hasPrefix("within") {
                usleep(100_000)
                trap.open()
            }
            for (other, end) in others {
                if let problem = end() {
                    Issue.record("\(operation) held \(kind): \(other) \(problem)")
                    trap.open()
                    return
                }
            }
            trap.open()
            if let problem = first() { Issue.record("\(operation) held \(kind): it \(problem)") }
        }
    }
}
