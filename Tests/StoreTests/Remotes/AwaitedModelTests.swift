import Foundation
import Glibc
import Recipe
import Store
import Support
import Synchronization
import SystemPackage
import Testing

/// A model that comes from a remote, piece by piece, when it is read.
@Suite(.timeLimit(.minutes(20))) struct `A model that is awaited` {
    let model: AwaitedModel
    let source = FakeSource()
    private let log = Log()
    private var store: Store { model.store }
    private var digest: Digest { AwaitedModel.digest }
    private var bytes: [UInt8] { AwaitedModel.bytes }

    init() throws { model = try AwaitedModel() }

    private final class Log: Sendable {
        let lines = Mutex<[String]>([])
    }

    private func mounted(_ body: (LazyBlobs) throws -> Void) throws {
        let log = log
        let lazy = LazyBlobs(store, from: source) { line in log.lines.withLock { $0.append(line) } }
        defer { lazy.end() }
        try body(lazy)
    }

    private func piece(_ number: Int) -> Range<Int> { model.list.range(of: number) }

    private func expect(_ number: Int, _ file: LazyFile, _ lazy: LazyBlobs) throws {
        #expect(try model.read(file, piece(number), lazy) == Array(bytes[piece(number)]), "\(number)")
    }

    private func names() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: store.path.string + "/partial").sorted()
    }

    /// > Before a file of which everything has come becomes a blob, all of it is read again from the disk, since anything may have been written to it
    /// > by then. A piece that is not what came is fetched again, and so is one that the disk cannot give when it is read. What another process left
    /// > is checked again when it is opened, if anything was written there since its last piece was noted.
    @Test func `is not kept while a piece of it was changed on the disk, and only that piece comes again`() throws {
        try mounted { lazy in
            let file = try model.open(lazy)
            // Who reads backwards has nothing asked for ahead.
            for number in (1..<5).reversed() { try expect(number, file, lazy) }
            try model.spoil(2 << 20)
            try expect(0, file, lazy)
            try eventually {
                _ = lazy.tick()
                return try store.isServed(digest)
            }
            withExtendedLifetime(file) {}
        }
        #expect(try store.bytes(of: try #require(try store.blob(digest))) == bytes)
        #expect(source.sent.withLock { $0 } == [0: 1, 1: 1, 2: 2, 3: 1, 4: 1])
        #expect(log.lines.withLock { $0 }.count == 1)
    }

    @Test(arguments: [true, false]) func `is checked again when it is opened after somebody wrote to it`(
        isCut: Bool
    ) throws {
        try mounted { lazy in
            let file = try model.open(lazy)
            for number in (1..<5).reversed() { try expect(number, file, lazy) }
            withExtendedLifetime(file) {}
        }
        if isCut {
            StoreFixture.waitForTick()
            try #require(truncate(model.partial, off_t(3 << 20) + 5) == 0)
        } else {
            try model.spoil(3 << 20)
        }
        try mounted { lazy in
            let file = try model.open(lazy)
            for number in (1..<5).reversed() { try expect(number, file, lazy) }
            withExtendedLifetime(file) {}
        }
        #expect(source.sent.withLock { $0 } == [1: 1, 2: 1, 3: 2, 4: isCut ? 2 : 1])
    }

    @Test func `goes on in a file that a process left read-only when it ended`() throws {
        try mounted { lazy in
            let file = try model.open(lazy)
            _ = try model.read(file, piece(0), lazy)
            withExtendedLifetime(file) {}
        }
        try #require(chmod(model.partial, 0o400) == 0)
        try mounted { lazy in
            let file = try model.open(lazy)
            try expect(1, file, lazy)
            withExtendedLifetime(file) {}
        }
        #expect(source.sent.withLock { $0[0] } == 1)
        let mode = try FileManager.default.attributesOfItem(atPath: model.partial)[.posixPermissions] as? Int
        #expect(mode == 0o600)
    }

    @Test func `is not touched by others while it becomes a blob`() throws {
        let content = PinManifest.Content(digest, size: bytes.count)
        let maker = try #require(try store.partial(content, model.list))
        // As it is for the moment before it has the blob's name.
        try #require(chmod(model.partial, 0o444) == 0)
        #expect(try store.partial(content, model.list) == nil)
        let mode = try FileManager.default.attributesOfItem(atPath: model.partial)[.posixPermissions] as? Int
        #expect(mode == 0o444)
        withExtendedLifetime(maker) {}
    }

    @Test func `comes anew where somebody took away what had come of it`() throws {
        try mounted { lazy in
            do {
                let file = try model.open(lazy)
                try expect(4, file, lazy)
                for name in [model.partial, model.partial + ".map"] { try FileManager.default.removeItem(atPath: name) }
                for number in (0..<4).reversed() { try expect(number, file, lazy) }
            }
            // Nobody keeps what has no name any more.
            try eventually { !lazy.tick() }
            let file = try model.open(lazy)
            for number in (0..<5).reversed() { try expect(number, file, lazy) }
            try eventually {
                _ = lazy.tick()
                return try store.isServed(digest)
            }
            withExtendedLifetime(file) {}
        }
        #expect(try store.bytes(of: try #require(try store.blob(digest))) == bytes)
    }

    @Test func `is found to be elsewhere without a wait for the disk`() throws {
        let blob = try #require(try store.blob(digest))
        let steps = Mutex<[String]>([])
        let thread = UInt(pthread_self())
        FaultPoint.visitors.withLock { $0[thread] = { step, _ in steps.withLock { $0.append(step) } } }
        defer { FaultPoint.visitors.withLock { $0[thread] = nil } }
        #expect(throws: StoreError.self) { try store.contents(of: blob) }
        #expect(steps.withLock { $0 } == [])
    }

    @Test func `comes but for a piece that is wrong there, which is read when it is right`() throws {
        source.wrong.withLock { $0 = [1] }
        try mounted { lazy in
            let file = try model.open(lazy)
            for number in (2..<5).reversed() { try expect(number, file, lazy) }
            #expect(try model.read(file, piece(1), lazy) == nil)
            try expect(0, file, lazy)
            #expect(lazy.open.map(\.present) == [bytes.count - PieceList.pieceSize])
            #expect(source.found.withLock { $0 } > 0)
            // It is still at the remote, as far as anybody knows.
            let elsewhere = try store.elsewhere()
            #expect(elsewhere.blobs == 1 && elsewhere.present == bytes.count - PieceList.pieceSize)
            #expect(try store.remote(named: "team")?.lost == 0)
            source.wrong.withLock { $0 = [] }
            try eventually { try model.read(file, piece(1), lazy) == Array(bytes[piece(1)]) }
            try eventually {
                _ = lazy.tick()
                return try store.isServed(digest)
            }
            withExtendedLifetime(file) {}
        }
    }

    @Test func `is said to be wrong once, however many of its pieces are`() throws {
        source.wrong.withLock { $0 = Set(0..<5) }
        try mounted { lazy in
            let file = try model.open(lazy)
            for number in 0..<5 { #expect(try model.read(file, piece(number), lazy) == nil) }
            withExtendedLifetime(file) {}
        }
        #expect(log.lines.withLock { $0 }.count == 1)
    }

    /// > What is at a remote is not lost. `verify` counts it and ends well; `explain` and the card say where it is (`model.elsewhere`), and the grade
    /// > is that of a model which is here, as long as the remote has its name and is not known to have lost the file.
    @Test func `is not lost, and its grade is that of a model that is here`() throws {
        #expect(try store.verifyDamaged(pace: { _ in }).isEmpty)
        #expect(try store.verificationState().damaged == 0)
        #expect(try store.elsewhere().blobs == 1)
        #expect(try store.remotesOfElsewhere() == ["team"])
        func document() throws -> RecipeDocument {
            try store.recipeDocument(of: model.snapshot.id, named: "test_00001_.png")
        }
        func card() throws -> String {
            String(
                decoding: try store.rendering(.card, of: model.snapshot.id, named: "test_00001_.png").bytes,
                as: UTF8.self)
        }
        let there = try document()
        #expect(there.verdict.reasons.contains { $0.code == .modelElsewhere && $0.message.contains("'team'") })
        #expect(!there.verdict.reasons.contains { $0.code == .modelDamaged })
        #expect(try card().contains("'team'"))
        // The card follows what is known of the remote.
        try store.noteLoss(of: digest, at: try model.remote, isGone: true)
        #expect(try document().verdict.grade == .partial)
        #expect(try !card().contains("'team'"))
        #expect(try store.verifyDamaged(pace: { _ in }).map(\.kind) == [.missing])
        try store.notePresence(of: [digest], at: try model.remote)
        #expect(try document().verdict == there.verdict)
        #expect(try card().contains("'team'"))
        try store.removeRemote(try model.remote, isForced: true)
        #expect(try !card().contains("'team'"))
    }

    /// > `forget` gives up what came of a file, and `gc` takes it away where nothing names the file any more; of a transfer that broke off before
    /// > anything named it only after a week. Both count the space that it takes, without holes, and name it with `--dry-run`.
    @Test(arguments: [true, false]) func `leaves nothing on the disk when it is forgotten`(byVersion: Bool) throws {
        try mounted { lazy in
            let file = try model.open(lazy)
            _ = try model.read(file, piece(3), lazy)
            withExtendedLifetime(file) {}
        }
        let wanted =
            byVersion
            ? [WantedBytes(try model.version)] : try store.pinnedBytes(knownBy: String(digest.hex.prefix(12)))
        try #require(wanted.map(\.digest) == [digest])
        try model.fixture.add(AwaitedModel.name, seed: 2)
        let plan = try store.forget(wanted, [], isDryRun: true)
        #expect(plan.partials.map(\.name) == [digest.hex])
        #expect(try names().contains(digest.hex))
        // A hole takes no space.
        #expect(plan.bytes >= PieceList.pieceSize && plan.bytes < 2 * PieceList.pieceSize)
        let report = try store.forget(wanted, [], isDryRun: false)
        #expect(report.bytes == plan.bytes && report.partials.count == 1)
        #expect(try names().isEmpty)
        try mounted { lazy in
            let left = try lazy.list(of: digest)
            #expect(left == nil)
        }
        #expect(try store.verifyCatalogue().isEmpty)
    }

    @Test func `stays while it is open, as other blobs do`() throws {
        try model.fixture.add(AwaitedModel.name, seed: 2)
        try mounted { lazy in
            let file = try model.open(lazy)
            _ = try model.read(file, piece(0), lazy)
            let report = try store.forget([WantedBytes(try model.version)], [], isDryRun: false)
            #expect(report.inUse == [digest] && report.versions.isEmpty && report.partials.isEmpty)
            for number in 1..<5 { try expect(number, file, lazy) }
            try eventually {
                _ = lazy.tick()
                return try store.isServed(digest)
            }
            withExtendedLifetime(file) {}
        }
    }

    @Test func `is taken away with what no row names, after a week or when its row says that it was given up`() throws {
        // A transfer that broke off before any row named it.
        let other = SmallModel.digest(seed: 9)
        let path = store.path.string + "/partial/" + other.hex
        try mounted { lazy in withExtendedLifetime(try model.open(lazy)) {} }
        try #require(FileManager.default.createFile(atPath: path, contents: Data(repeating: 1, count: 70_000)))
        StoreFixture.waitForTick()
        let policy = CollectionPolicy(graceBefore: .now())
        #expect(try store.collect(policy, isDryRun: false).partials.isEmpty)
        let old = Date(timeIntervalSinceNow: -8 * 86_400)
        try FileManager.default.setAttributes([.modificationDate: old], ofItemAtPath: path)
        #expect(try store.collect(policy, isDryRun: true).partials.map(\.name) == [other.hex])
        #expect(try store.collect(policy, isDryRun: false).partials.map(\.name) == [other.hex])
        #expect(try names() == [digest.hex, digest.hex + ".map"])
    }
}
