import Dispatch
import Foundation
import Glibc
import Recipe
import Store
import Support
import Synchronization
import SystemPackage
import Testing

/// The built program lets models go that Debian's docker-registry has.
@Suite(.serialized, .timeLimit(.minutes(20))) struct `The evict command` {
    private static let model = "checkpoints/model.safetensors"
    private static let bytes = SmallModel.bytes(seed: 6, size: 3 << 20)
    private static let digest = SHA256.digest(of: bytes)

    let line: CommandLineFixture
    let registry: DockerRegistry
    let id: String
    private var blob: String { line.store.string + "/blobs/sha256/" + Self.digest.hex }
    private var isHere: Bool { FileManager.default.fileExists(atPath: blob) }

    init() async throws {
        line = try CommandLineFixture()
        registry = try await DockerRegistry(in: line.directory.appending("registry"))
        try #require(try line.run("init").status == 0)
        try line.directory.write(Self.bytes, to: "models/" + Self.model)
        try line.directory.write(SmallModel.bytes(seed: 101), to: "models/loras/lora.safetensors")
        try #require(try line.run("add", line.directory.appending("models").string).status == 0)
        id = String(try line.run("snapshot", try line.copyImage().string).output.prefix(12))
        let address = "oci://127.0.0.1:\(registry.port)/team/models"
        try #require(try line.run("remote", "add", "team", address).status == 0)
        let pushed = try line.run("push", "team", id)
        try #require(pushed.status == 0, "\(pushed.complaint)")
    }

    @Test func `says what would go and what went, and a mount and fetch bring it back`() throws {
        let check = try SchemaCheck()
        let planned = try line.run("evict", "--to", "team", Self.model, "--dry-run", "--json")
        #expect(planned.status == 0 && isHere, "\(planned.complaint)")
        let room = try #require(planned.json?["freed"]?.number?.int)
        #expect(room >= Self.bytes.count && planned.json?["evicted"]?.array?.count == 1)
        let gone = try line.run("evict", "--to", "team", id, "--json")
        for outcome in [planned, gone] { try check.add(Array(outcome.output.utf8), from: "evict") }
        #expect(try check.verdict().problems == [])
        // The small one of the two stays.
        #expect(gone.status == 2 && !isHere, "\(gone.complaint)")
        #expect(gone.json?["freed"]?.number?.int == room && gone.json?["left"]?.array?.count == 1)
        let status = try line.run("status", "--json").json?["elsewhere"]
        #expect(status?["blobs"] == 1 && status?["bytes"]?.number?.int == Self.bytes.count)
        let again = try line.run("evict", "--to", "team", Self.model, "--json")
        #expect(again.status == 0 && again.json?["elsewhere"]?.array?.count == 1 && again.json?["freed"] == 0)
        let kept = try line.run("remote", "remove", "team")
        #expect(kept.status == 1 && kept.complaint.contains("fetch --from team"), "\(kept.complaint)")
        try line.mount()
        #expect(try line.read("models/" + Self.model) == Self.bytes)
        try eventually { try line.run("status", "--json").json?["elsewhere"]?["blobs"] == 0 }
        line.unmount()
        #expect(isHere)
        #expect(try line.run("evict", "--to", "team", Self.model).status == 0)
        #expect(try line.run("fetch", Self.model).status == 0)
        #expect(isHere)
        #expect(try line.run("remote", "remove", "team").status == 0)
    }

    @Test func `takes what nothing used for long, and not what was used or is not there`() throws {
        let fresh = try line.run("evict", "--to", "team", "--unused", "1h", "--json")
        #expect(fresh.status == 0 && fresh.json?["evicted"] == [] && isHere, "\(fresh.complaint)")
        try line.directory.write(SmallModel.bytes(seed: 7, size: 2 << 20), to: "models/vae/other.safetensors")
        try #require(try line.run("add", line.directory.appending("models").string).status == 0)
        let old = try line.run("evict", "--to", "team", "--unused", "0s", "--json")
        #expect(old.status == 0 && !isHere, "\(old.complaint)")
        #expect(old.json?["evicted"]?.array?.compactMap { $0["name"]?.string } == [Self.model + "@v1"])
        #expect(old.json?["left"]?.array?.count == 2)
    }

    @Test func `is read right by two mounts that are there while it goes`() throws {
        try line.mount()
        let second = line.directory.appending("second")
        defer { umount2(second.string, CInt(MNT_DETACH)) }
        try #require(try line.run("mount", second.string).status == 0)
        defer { _ = try? line.run("unmount", second.string) }
        let files = [line.mountPoint, second].map { $0.string + "/models/" + Self.model }
        var random = SplitMix64(seed: 3)
        func read(after delays: [UInt32]) {
            let right = Mutex(0)
            DispatchQueue.concurrentPerform(iterations: files.count) { index in
                usleep(delays[index])
                let bytes = (try? Data(contentsOf: URL(fileURLWithPath: files[index]))).map { Array($0) }
                if bytes == Self.bytes { right.withLock { $0 += 1 } }
            }
            #expect(right.withLock { $0 } == files.count)
        }
        for _ in 0..<4 {
            let evict = Process()
            evict.executableURL = URL(fileURLWithPath: CommandLineFixture.executable)
            evict.arguments = ["evict", "--to", "team", Self.model, "--store", line.store.string]
            evict.standardOutput = FileHandle.nullDevice
            evict.standardError = FileHandle.nullDevice
            try withoutBlockedSignals { try evict.run() }
            read(after: files.map { _ in UInt32.random(in: 0...600_000, using: &random) })
            evict.waitUntilExit()
        }
        // Mounts keep a file open for a moment after it was closed.
        try eventually { try line.run("evict", "--to", "team", Self.model).status == 0 && !isHere }
        read(after: [0, 0])
        try eventually { isHere }
    }

    /// Beside the steps of the command itself there are those of opening the store.
    @Test func `leaves the bytes here or there, at whatever step it ends`() throws {
        let (base, store) = (line.directory.appending("base").string, line.store.string)
        try #require(try line.run(tool: "/bin/cp", ["-a", store, base]).status == 0)
        /// Ends, or lets fail, one step; false where there are not so many.
        func hit(_ fault: String, _ step: Int) throws -> Bool {
            try FileManager.default.removeItem(atPath: store)
            try #require(try line.run(tool: "/bin/cp", ["-a", base, store]).status == 0)
            let outcome = try line.run(
                tool: CommandLineFixture.executable, ["evict", "--to", "team", Self.model],
                environment: ["REPROFS_STORE": store, "REPROFS_FAULT": "\(fault):\(step)"])
            let hint = Comment(rawValue: "\(fault) \(step): \(outcome.complaint)")
            // What a process left behind is found to be whole.
            let verified = try line.run("verify", "--restart", "--json")
            if isHere { #expect(verified.status == 0, hint) }
            #expect(try Store.open(line.store).isServed(Self.digest) == isHere, hint)
            let again = try line.run("evict", "--to", "team", Self.model)
            #expect(again.status == 0 && !isHere, "\(hint) \(again.complaint)")
            let fetched = try line.run("fetch", Self.model)
            #expect(fetched.status == 0, "\(hint) \(fetched.complaint)")
            #expect(FileManager.default.contents(atPath: blob).map(Array.init) == Self.bytes, hint)
            return outcome.status != 0
        }
        var steps = 0
        while try hit("kill", steps + 1) { steps += 1 }
        #expect(steps > 3)
        for step in 1...max(1, steps) { _ = try hit(step % 2 == 0 ? "eio" : "enospc", step) }
    }
}
