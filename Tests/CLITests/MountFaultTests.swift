import Foundation
import Recipe
import Store
import Support
import SystemPackage
import Testing

/// A mount ends, or its disk fails, at each step of what programs do in the live view.
@Suite(.timeLimit(.minutes(20))) struct `A mount that is hit at any step` {
    private static let first = "checkpoints/first.safetensors"
    private static let second = "checkpoints/second.safetensors"
    private static let renamed = "loras/renamed.safetensors"
    private static let notes = "loras/notes.txt"

    /// What names may hold: several things while an operation was not answered, or was answered with an error.
    private struct Promise {
        var held: [String: Set<[UInt8]?>] = [:]
        /// Bytes that were closed under a model's name.
        var versions: [[UInt8]] = []

        /// Runs an operation that makes the names hold these bytes; false where it failed.
        mutating func change(_ names: [String: [UInt8]?], _ body: () throws -> Void) -> Bool {
            for (name, bytes) in names { held[name, default: [nil]].insert(bytes) }
            guard (try? body()) != nil else { return false }
            for (name, bytes) in names { held[name] = [bytes] }
            return true
        }
    }

    /// Does one thing after another, also after one has failed.
    private func work(_ models: WritableTree) -> Promise {
        var promise = Promise()
        func write(_ seed: UInt64, _ name: String, syncs: Bool = false) {
            let bytes = SmallModel.bytes(seed: seed)
            // A file that was made and not answered for is there, empty.
            var isPart = promise.held[name, default: [nil]].contains(nil)
            let isDone = promise.change([name: bytes]) {
                let file = try FileDescriptor.open(
                    models.root.appending(name), .writeOnly, options: [.create, .truncate, .closeOnExec],
                    permissions: .ownerReadWrite
                )
                isPart = false
                do {
                    try file.writeAll(bytes)
                    if syncs, fsync(file.rawValue) != 0 { throw Errno(rawValue: errno) }
                } catch {
                    try? file.close()
                    isPart = true
                    throw error
                }
                try file.close()
            }
            // Its bytes may be there in part, or none of them.
            if isPart, !isDone { promise.held[name]?.insert([]) }
            if isDone, name != Self.notes { promise.versions.append(bytes) }
        }
        for folder in ["checkpoints", "loras"] { _ = promise.change([:]) { try models.makeDirectory(folder) } }
        write(1, Self.first)
        write(2, Self.second, syncs: true)
        write(3, Self.first, syncs: true)
        write(4, Self.notes)
        let moved = promise.held[Self.second] ?? [nil]
        let isMoved = (try? models.rename(Self.second, to: Self.renamed)) != nil
        promise.held[Self.renamed] = isMoved ? moved : moved.union([nil])
        promise.held[Self.second] = isMoved ? [nil] : moved.union([nil])
        _ = promise.change([Self.first: nil]) { try models.remove(Self.first) }
        write(5, Self.first)
        return promise
    }

    @Test(arguments: ["kill", "eio", "enospc"])
    func `keeps what it acknowledged`(fault: String) throws {
        // The kill decides how many steps there are; errors come at some of them.
        var steps = 0
        var misses = 0
        // A transaction that finds the disk full once finds room at its second try.
        while misses < (fault == "enospc" ? 10 : 3) {
            steps += fault == "kill" ? 1 : 4
            try #require(steps < 400)
            let line = try CommandLineFixture()
            try #require(try line.run("init").status == 0)
            guard try isHit(line, fault, steps) else {
                misses += 1
                continue
            }
        }
        #expect(steps > 12)
    }

    /// False where the mount did all that was asked of it and was not hit.
    private func isHit(_ line: CommandLineFixture, _ fault: String, _ step: Int) throws -> Bool {
        guard access("/dev/fuse", R_OK | W_OK) == 0 else { try Test.cancel("skipped: /dev/fuse is not there to use") }
        let hint = Comment(rawValue: "\(fault) \(step)")
        let mounted = try line.run(
            tool: CommandLineFixture.executable, ["mount", line.mountPoint.string],
            environment: ["REPROFS_STORE": line.store.string, "REPROFS_FAULT": "\(fault):\(step)"])
        var promise = Promise()
        var wasHit = true
        if mounted.status == 0 {
            promise = work(WritableTree(line.mountPoint.appending("models")))
            wasHit = promise.held.values.contains { $0.count > 1 }
            let isAlive = (try? line.json(".reprofs/status")) != nil
            if isAlive { _ = try line.run("unmount", line.mountPoint.string) }
        }
        // One that was killed holds the mount until it is gone.
        try eventually { try line.run("mount", line.mountPoint.string).status == 0 }
        let models = WritableTree(line.mountPoint.appending("models"))
        for (name, allowed) in promise.held.sorted(by: { $0.key < $1.key }) {
            let held = models.exists(name) ? try models.read(name) : nil
            let isPart = held.map { held in allowed.contains { $0.map { $0.starts(with: held) } ?? false } } ?? false
            #expect(allowed.contains(held) || allowed.contains([]) && isPart, "\(hint) \(name) \(held?.count ?? -1)")
        }
        let store = try Store.open(line.store)
        let owed = Set(promise.versions.map { SHA256.digest(of: $0) })
        // What was closed before is published while others are served already.
        let isPaid: ()? = try? eventually {
            var versions: Set<Digest> = []
            try store.forEachVersion(of: nil) { versions.insert($0.sha256) }
            return owed.isSubset(of: versions)
        }
        #expect(isPaid != nil, hint)
        #expect(try store.everyBlobIsWhole(), hint)
        #expect(try store.verifyCatalogue().isEmpty, hint)
        try #require(try line.run("unmount", line.mountPoint.string).status == 0)
        return wasHit
    }
}
