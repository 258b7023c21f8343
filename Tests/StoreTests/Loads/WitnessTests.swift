import Foundation
import GRDB
import Recipe
import Store
import Support
import Synchronization
import SystemPackage
import Testing

@Suite struct `Loads` {
    let fixture: StoreFixture
    let process: Opener
    init() throws {
        fixture = try StoreFixture()
        process = try #require(Opener(process: getpid()))
        try fixture.add("checkpoints/model.safetensors", seed: 1)
        try fixture.add("checkpoints/model.safetensors", seed: 2)
    }

    private func load(_ seed: UInt64, at nanoseconds: Int64) throws -> Load {
        try fixture.load(seed, version: Int(seed), at: Timestamp(nanoseconds: nanoseconds), by: process)
    }

    @Test func `in a row of the same bytes are one row with their number`() throws {
        try fixture.store.record([try load(1, at: 10), try load(1, at: 20)])
        try fixture.store.record([try load(1, at: 30)])
        let rows = try fixture.store.loads()
        #expect(rows.map(\.opens) == [3])
        #expect(rows[0].first.nanoseconds == 10 && rows[0].last.nanoseconds == 30)
    }

    @Test func `of other bytes in between are rows of their own`() throws {
        try fixture.store.record([try load(1, at: 10), try load(2, at: 20), try load(1, at: 30)])
        #expect(try fixture.store.loads().map(\.version) == [1, 2, 1])
    }

    @Test func `are of the process, whichever of its threads opened the file`() throws {
        let found = SeenMutex<Opener?>(nil)
        let done = DispatchSemaphore(value: 0)
        Thread.detachNewThread {
            // `<process>/task/<thread>`
            let own = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/thread-self")
            let thread = own?.split(separator: "/").last.flatMap { Int32($0) }
            found.withLock { $0 = thread.flatMap { Opener(thread: $0) } }
            done.signal()
        }
        done.wait()
        #expect(found.withLock { $0?.identity } == process.identity)
        #expect(process.isAlive && process.executable != nil)
    }

    @Test func `are of no process that is gone`() throws {
        let child = Process()
        child.executableURL = URL(fileURLWithPath: "/bin/sleep")
        child.arguments = ["60"]
        try child.run()
        let opener = try #require(Opener(process: child.processIdentifier))
        #expect(opener.isAlive && opener.identity != process.identity)
        child.terminate()
        child.waitUntilExit()
        #expect(!opener.isAlive)
    }

    @Test func `wait while the catalogue cannot be written, and are lost by no failure`() throws {
        let buffer = LoadBuffer()
        buffer.note(try load(1, at: 10))
        // A blob of another store, which this catalogue has not.
        let other = try StoreFixture()
        for seed in 1...9 { try other.add("checkpoints/model.safetensors", seed: UInt64(seed)) }
        let unknown = try other.blob(seed: 9)
        buffer.note(Load(opener: process, name: try load(1, at: 1).name, blob: unknown, version: nil, time: .now()))
        #expect(throws: StoreError.self) { try buffer.flush(into: fixture.store) }
        #expect(try fixture.store.loads().isEmpty)
    }
}

@Suite struct `A report` {
    let fixture: StoreFixture
    let process: Opener
    init() throws {
        fixture = try StoreFixture()
        process = try #require(Opener(process: getpid()))
        try fixture.add("checkpoints/model.safetensors", seed: 1)
    }

    private func witness(_ seed: UInt64, at time: Timestamp = .now()) throws {
        try fixture.witness(seed, at: time, by: process)
    }

    private func report(
        of image: FilePath, _ graph: String = SmallImage.graph(), ended: Timestamp = .now(),
        _ more: [String: JSON] = [:]
    ) throws -> [UInt8] {
        try fixture.report(of: image, graph, ended: ended, by: process, more)
    }

    private func model(_ id: Digest) throws -> JSON { try #require(try fixture.recipe(id)["models"]?.array?.first) }

    @Test func `makes the models that its process opened observed, and the grade full`() throws {
        try witness(1)
        let image = try fixture.image(SmallImage.graph())
        let made = try fixture.store.snapshot(report: try report(of: image), by: process.identity)
        #expect(made.map(\.result.grade) == [.full])
        #expect(try model(made[0].result.id)["evidence"] == "observed")
    }

    @Test func `counts the last open before the run ended, not the version that was live`() throws {
        try witness(1)
        try fixture.add("checkpoints/model.safetensors", seed: 2)
        let image = try fixture.image(SmallImage.graph())
        let ended = Timestamp.now()
        StoreFixture.waitForTick()
        try witness(2)
        let made = try fixture.store.snapshot(report: try report(of: image, ended: ended), by: process.identity)
        #expect(try model(made[0].result.id)["sha256"]?.string == SmallModel.digest(seed: 1).hex)
    }

    @Test func `of another process proves nothing`() throws {
        try witness(1)
        let image = try fixture.image(SmallImage.graph())
        let made = try fixture.store.snapshot(report: try report(of: image), by: "another")
        #expect(try model(made[0].result.id)["evidence"] == "inferred")
    }

    @Test func `has the graph that ran, also where the file says nothing`() throws {
        try witness(1)
        let image = try fixture.directory.write(SmallImage.infotext(""), to: "output/plain.png")
        let made = try fixture.store.snapshot(report: try report(of: image), by: process.identity)
        #expect(try fixture.recipe(made[0].result.id)["passes"]?.array?.first?["seed"] == 42)
    }

    @Test func `is better evidence than the image alone`() throws {
        let image = try fixture.image(SmallImage.graph())
        let alone = try fixture.store.snapshot(image)
        try witness(1, at: Timestamp(nanoseconds: 1))
        let made = try fixture.store.snapshot(report: try report(of: image), by: process.identity)
        #expect(made[0].result.supersedes == alone.id)
        #expect(try fixture.store.snapshot(image).id == made[0].result.id)
    }

    @Test func `pins its node packs' code and data, without models, caches and version control`() throws {
        let graph = SmallImage.graph().replacing("CLIPTextEncode", with: "PackText")
        for (name, text) in [
            ("__init__.py", "code"), ("lib/a.py", "more"), ("__pycache__/a.pyc", "x"), (".git/HEAD", "x"),
            ("weights.safetensors", "x"), ("models/net.py", "code"), ("models/net.ckpt", "x"), ("words.txt", "data"),
        ] {
            try fixture.directory.write(Array(text.utf8), to: "custom_nodes/pack/" + name)
        }
        let image = try fixture.image(graph)
        try witness(1)
        let environment: JSON = [
            "schema": "reprofs.environment/1", "nodePacks": [["name": "pack"]],
            "objectInfo": ["PackText": ["python_module": "custom_nodes.pack", "input": [:], "code": ["uses": []]]],
        ]
        let bytes = try report(
            of: image, graph,
            [
                "environment": environment,
                "nodePacks": ["pack": .string(fixture.directory.appending("custom_nodes/pack").string)],
            ])
        let made = try fixture.store.snapshot(report: bytes, by: process.identity)
        let row = try fixture.row(made[0].result.id)
        let files = try fixture.store.pinnedFiles(in: try #require(row.nodes)).map(\.path)
        #expect(files == ["pack/__init__.py", "pack/lib/a.py", "pack/models/net.py", "pack/words.txt"])
        let pack = try #require(try fixture.recipe(row.digest)["environment"]?["nodePacks"]?.array?.first)
        #expect(pack["omitted"] == 4)
        #expect(pack["digest"]?.string?.count == 64)
        // The code is known, so it is no reason for doubt.
        #expect(made[0].result.reasons.isEmpty)
    }

    @Test func `knows inputs by their bytes when they were read, not by their names`() throws {
        let graph = SmallImage.graph(image: "in.png")
        let image = try fixture.image(graph)
        let input = try fixture.directory.write([1, 2, 3], to: "input/in.png")
        let told: JSON = [
            ["name": "in.png", "path": .string(input.string), "sha256": .string(SHA256.digest(of: [1, 2, 3]).hex)]
        ]
        let good = try fixture.store.snapshot(report: try report(of: image, graph, ["inputs": told]), by: nil)
        #expect(try fixture.recipe(good[0].result.id)["inputs"]?.array?.first?["evidence"] == "observed")

        let other = try fixture.image("other.png", graph.replacing("42", with: "43"))
        try fixture.directory.write([4], to: "input/in.png")
        let lost: JSON = [
            ["name": "in.png", "path": .string(input.string), "sha256": .string(SHA256.digest(of: [9]).hex)]
        ]
        let bad = try fixture.store.snapshot(
            report: try report(of: other, graph.replacing("42", with: "43"), ["inputs": lost]), by: nil)
        #expect(try fixture.recipe(bad[0].result.id)["inputs"]?.array?.first?["evidence"] == "missing")
    }

    @Test(arguments: ["{", "{}", #"{"schema":"reprofs.report/1"}"#, #"{"schema":"reprofs.report/1","prompt":"{}"}"#])
    func `is refused where it is none`(_ text: String) {
        #expect(throws: StoreError.self) { try fixture.store.accept(report: Array(text.utf8), from: nil) }
    }

    @Test func `waits for its snapshot over a restart, and is taken once`() throws {
        let image = try fixture.image(SmallImage.graph())
        try fixture.store.accept(report: try report(of: image), from: process.identity)
        let again = try Store.open(fixture.store.path)
        var outcomes = 0
        for store in [again, fixture.store] {
            guard let newest = try store.newestReport() else { continue }
            try store.takeReports(upTo: newest) { _ in outcomes += 1 }
        }
        #expect(outcomes == 1)
        #expect(try fixture.store.counts().snapshots == 1)
    }

    @Test func `is given up after some attempts when its output is gone`() throws {
        let image = try fixture.image(SmallImage.graph())
        try fixture.store.accept(report: try report(of: image), from: nil)
        try FileManager.default.removeItem(atPath: image.string)
        var finals = 0
        var attempts = 0
        for second in 0..<200 {
            guard let newest = try fixture.store.newestReport() else { break }
            let now = Timestamp(nanoseconds: Timestamp.now().nanoseconds + Int64(second) * 1_000_000_000)
            try fixture.store.takeReports(upTo: newest, at: now) {
                attempts += 1
                if case .failed(_, true) = $0 { finals += 1 }
            }
        }
        #expect(attempts == 10)
        #expect(finals == 1)
        #expect(try fixture.store.newestReport() == nil)
    }
}

@Suite struct `A certificate` {
    let fixture: StoreFixture
    let row: SnapshotRow
    init() throws {
        fixture = try StoreFixture()
        try fixture.add("checkpoints/model.safetensors", seed: 1)
        row = try fixture.row(try fixture.store.snapshot(try fixture.image(SmallImage.graph())).id)
    }

    private func grade() throws -> JSON? { try fixture.recipe(row.digest)["grade"] }

    @Test func `of the same pixels makes the grade full and verified`() throws {
        #expect(try grade()?["grade"] == "approximate")
        try fixture.store.keep(certificate: ["schema": "x"], .verified, of: row)
        #expect(try grade()?["grade"] == "full" && grade()?["verified"] == true)
        let kept = try fixture.store.certificates(of: row.id)
        #expect(kept.map(\.verdict) == [.verified])
        #expect(try fixture.recipe(row.digest)["certificate"]?["sha256"]?.string == kept[0].document.digest.hex)
    }

    @Test(arguments: [ReproductionVerdict.different, .unproven, .incomparable])
    func `of anything less changes no grade`(_ verdict: ReproductionVerdict) throws {
        try fixture.store.keep(certificate: ["schema": "x"], verdict, of: row)
        #expect(try grade()?["grade"] == "approximate" && grade()?["verified"] == false)
    }

    @Test func `counts only while every byte is in the store`() throws {
        try fixture.store.keep(certificate: ["schema": "x"], .verified, of: row)
        let blob = fixture.store.path.appending("blobs/sha256/\(SmallModel.digest(seed: 1).hex)")
        try FileManager.default.removeItem(atPath: blob.string)
        #expect(throws: StoreError.self) { try fixture.store.contents(of: try fixture.blob(seed: 1)) }
        #expect(try grade()?["verified"] == false && grade()?["grade"] == "partial")
    }
}

@Suite struct `The active view` {
    let fixture: StoreFixture
    init() throws {
        fixture = try StoreFixture()
        try fixture.add("checkpoints/model.safetensors", seed: 1)
    }

    @Test func `shows again after a run what it showed before, unless somebody chose something else meanwhile`() throws
    {
        let store = fixture.store
        let row = try fixture.row(try store.snapshot(try fixture.image(SmallImage.graph())).id)
        let first = try store.lendActive(to: row)
        #expect(try store.active().snapshot == row.short && store.active().isLent)
        #expect(throws: StoreError.self) { _ = try store.lendActive(to: row) }
        first.end()
        #expect(try store.active().models == nil && !store.active().isLent)
        let second = try store.lendActive(to: [])
        try store.use(row)
        second.end()
        #expect(try store.active().snapshot == row.short)
        try store.lendActive(to: []).end()
        #expect(try store.active().snapshot == row.short)
    }

    /// The lock of a process that was killed is gone, and its row is not.
    @Test func `shows again what it showed before a run whose process was killed`() throws {
        let store = fixture.store
        let row = try fixture.row(try store.snapshot(try fixture.image(SmallImage.graph())).id)
        try store.use(row)
        func kill() throws {
            try DatabaseQueue(path: store.path.appending("catalogue.sqlite").string).write { db in
                try db.execute(
                    sql: """
                        UPDATE active
                        SET isLent = 1, nextSnapshot = snapshot, nextPinSet = pinSet, snapshot = NULL, pinSet = NULL
                        """)
            }
        }
        try kill()
        _ = try Store.open(store.path)
        #expect(try store.active().snapshot == row.short && !store.active().isLent)
        try kill()
        let next = try store.lendActive(to: [])
        _ = try Store.open(store.path)
        #expect(try store.active().isLent && store.active().snapshot == nil, "another run's own is left alone")
        next.end()
        #expect(try store.active().snapshot == row.short)
    }

    @Test func `keeps what it will show again from being forgotten`() throws {
        let store = fixture.store
        let row = try fixture.row(try store.snapshot(try fixture.image(SmallImage.graph())).id)
        try store.use(row)
        let loan = try store.lendActive(to: [])
        #expect(throws: StoreError.self) { _ = try store.forget([], [row], isDryRun: false) }
        loan.end()
        #expect(try store.active().snapshot == row.short)
    }

    @Test func `has a later time with every switch`() throws {
        var times = [try fixture.store.active().changed]
        for _ in 0..<3 {
            try fixture.store.use(nil)
            times.append(try fixture.store.active().changed)
        }
        #expect(Set(times).count == 4 && times == times.sorted())
    }

    @Test func `is known by mounts that are there, and by no process that is gone`() throws {
        let own = try #require(Opener(process: getpid()))
        let row = try fixture.store.noteMount(at: "/mnt", by: own)
        let gone = Opener(identity: "gone", pid: 1, started: .now(), executable: nil)
        _ = try fixture.store.noteMount(at: "/other", by: gone)
        #expect(try fixture.store.mounts().map(\.path) == ["/mnt"])
        let generation = try fixture.store.use(nil)
        #expect(try fixture.store.mounts()[0].acknowledged < generation)
        try fixture.store.acknowledge(generation, by: row)
        #expect(try fixture.store.mounts()[0].acknowledged == generation)
    }
}

@Suite struct `A renamed model` {
    @Test func `is pinned under the name that the prompt uses`() throws {
        let fixture = try StoreFixture()
        try fixture.add("checkpoints/renamed.safetensors", seed: 1)
        let digest = SmallModel.digest(seed: 1).hex
        // ComfyUI's graph with a hash that another node recorded beside it.
        let text =
            "a cube\nSteps: 2, Sampler: Euler, Seed: 1, Size: 64x64, Model: model, Model hash: \(digest.prefix(10))"
        let bytes = SmallImage.comfy(prompt: SmallImage.graph(), parameters: text)
        let image = try fixture.directory.write(bytes, to: "output/a.png")
        let row = try fixture.row(try fixture.store.snapshot(image).id)
        #expect(
            try fixture.store.pinnedModels(of: row).map { "\($0.folder)/\($0.path)" } == [
                "checkpoints/model.safetensors"
            ])
    }
}
