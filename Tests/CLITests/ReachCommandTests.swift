import Foundation
import Recipe
import Store
import Support
import SystemPackage
import Testing

/// The built program and Debian's docker-registry between two stores.
@Suite(.serialized, .timeLimit(.minutes(20))) struct `Through a registry` {
    let here: CommandLineFixture
    let there: CommandLineFixture
    let registry: DockerRegistry

    init() async throws {
        here = try CommandLineFixture()
        there = try CommandLineFixture()
        registry = try await DockerRegistry(in: here.directory.appending("registry"))
        for line in [here, there] { try #require(try line.run("init").status == 0) }
    }

    private func address(_ path: String = "team/models") -> String { "oci://127.0.0.1:\(registry.port)/\(path)" }

    private func connect(_ path: String = "team/models") throws {
        for line in [here, there] {
            let outcome = try line.run("remote", "add", "team", address(path))
            try #require(outcome.status == 0, "\(outcome.complaint)")
        }
    }

    private func pinned() throws -> String { try here.pinImage() }

    private func state(_ line: CommandLineFixture) throws -> [String?] {
        try ["recipe cover --json", "list pins --json", "list versions --json"].map { words in
            let outcome = try line.run(words.split(separator: " ").map(String.init))
            guard outcome.status == 0 else { return nil }
            // Times are each store's own.
            return outcome.output.replacing(/"(pinned|recorded)": ?"[^"]*"/, with: "")
        }
    }

    /// > `remote add` gives a remote that does not answer within a few seconds its name, too, with a warning; one that refuses, or is none, gets
    /// > none.
    @Test func `a remote that does not answer gets its name with a warning`() throws {
        let dead = try here.run("remote", "add", "dead", "oci://127.0.0.1:9/team")
        #expect(dead.status == 0 && dead.complaint.contains("does not answer"), "\(dead.complaint)")
        let none = try here.run("remote", "add", "none", "http://127.0.0.1:\(registry.port)/store")
        #expect(none.status == 1)
        #expect(try here.run("remote", "list").output.split(separator: "\n").count == 1)
    }

    @Test func `a snapshot that was made here is made again there, with the same pixels and proof`() async throws {
        try here.writeModels(seed: 1)
        try #require(try here.run("add", here.directory.appending("models").string).status == 0)
        try here.mount()
        var id = ""
        let environment = ["REPROFS_MOUNT": here.mountPoint.string]
        try await withStandIn(here, models: here.file("active/models"), pack: true, environment: environment) {
            let made = try #require(try await $0.run(SmallImage.graph(lora: "lora.safetensors")).first)
            try await eventually { try here.run("recipe", made.string).status == 0 }
            id = try #require(try here.run("recipe", made.string, "--json").json?["snapshot"]?.string)
        }
        #expect(try here.run("recipe", id, "--json").json?["grade"]?["grade"] == "full")
        try connect()
        #expect(try here.run("pin", id, "cover").status == 0)
        let pushed = try here.run("push", "team", "cover")
        #expect(pushed.status == 0, "\(pushed.complaint)")
        let pulled = try there.run("pull", "team", "cover")
        #expect(pulled.status == 0, "\(pulled.complaint)")
        #expect(try state(here)[0] == state(there)[0])

        try there.mount()
        try await withStandIn(there) { standIn in
            let told = try there.run("reproduce", "cover", "--server", standIn.address, "--json")
            #expect(told.status == 0 && told.json?["verdict"] == "verified", "\(told.output)\(told.complaint)")
        }
    }

    @Test func `skopeo reads what was pushed, byte by byte, and what it copied is not sent again`() throws {
        let id = try pinned()
        try connect()
        let pushed = try #require(try here.run("push", "team", "cover", "--json").json?["snapshots"]?.array?.first)
        #expect(pushed["sent"]?.number?.int.map { $0 > 3 } == true)
        let again = try #require(try here.run("push", "team", "cover", "--json").json?["snapshots"]?.array?.first)
        #expect(again["sent"] == 0 && again["bytes"] == 0 && again["kept"] == pushed["sent"])
        // Another repository of the registry takes over what this one has.
        try #require(try here.run("remote", "add", "second", address("second")).status == 0)
        let second = try #require(try here.run("push", "second", id, "--json").json?["snapshots"]?.array?.first)
        #expect(second["sent"] == 0 || second["mounted"]?.number?.int.map { $0 > 0 } == true)

        let skopeo = "/usr/bin/skopeo"
        guard FileManager.default.isExecutableFile(atPath: skopeo) else { try Test.cancel("skipped: no skopeo") }
        let image = "docker://127.0.0.1:\(registry.port)/team/models:cover"
        let raw = try here.run(tool: skopeo, ["inspect", "--raw", "--tls-verify=false", image])
        try #require(raw.status == 0, "\(raw.complaint)")
        #expect(SHA256.digest(of: Array(raw.output.utf8)).hex == pushed["manifest"]?.string)
        let copy = "docker://127.0.0.1:\(registry.port)/copied/models:cover"
        let copied = try here.run(
            tool: skopeo, ["copy", "--src-tls-verify=false", "--dest-tls-verify=false", image, copy])
        try #require(copied.status == 0, "\(copied.complaint)")
        try #require(try here.run("remote", "add", "copied", address("copied/models")).status == 0)
        let after = try #require(try here.run("push", "copied", "cover", "--json").json?["snapshots"]?.array?.first)
        #expect(after["sent"] == 0 && after["manifest"] == pushed["manifest"])
        try #require(try there.run("remote", "add", "copied", address("copied/models")).status == 0)
        #expect(try there.run("pull", "copied").status == 0)
        #expect(try state(here)[0] == state(there)[0])
    }

    @Test func `a rotten disk of the registry's is found, named and not taken`() throws {
        _ = try pinned()
        try connect()
        try #require(try here.run("push", "team").status == 0)
        let hex = LargeModel.digest.hex
        let file = URL(fileURLWithPath: registry.data.appending("blobs/sha256/\(hex.prefix(2))/\(hex)/data").string)
        var bytes = try Data(contentsOf: file)
        bytes[3 << 20] ^= 1
        try bytes.write(to: file)
        let pulled = try there.run("pull", "team", "cover")
        #expect(pulled.status == 1 && pulled.complaint.contains("sha256:\(hex)"), "\(pulled.complaint)")
        #expect(try there.run("list", "snapshots", "--json").json == [])
        let checked = try here.run("remote", "check", "team", "--all")
        #expect(checked.status == 2 && checked.output.contains("damaged  \(hex)  is here"), "\(checked.output)")
        bytes[3 << 20] ^= 1
        try bytes.write(to: file)
        #expect(try there.run("pull", "team", "cover").status == 0)
        #expect(try state(here)[0] == state(there)[0])
    }

    @Test func `what another program put there is passed over, unless it is asked for`() throws {
        _ = try pinned()
        try connect()
        try #require(try here.run("push", "team", "cover").status == 0)
        // As a program that signs manifests does it.
        let tag = "sha256-\(SmallModel.digest(seed: 1).hex).sig"
        let config =
            #"{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"sha256:\#(LargeModel.digest.hex)","size":2}"#
        let manifest =
            #"{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":\#(config),"layers":[]}"#
        let hex = SHA256.digest(of: Array(manifest.utf8)).hex
        let manifests = "repositories/team/models/_manifests"
        for (path, text) in [
            ("blobs/sha256/\(hex.prefix(2))/\(hex)/data", manifest),
            ("\(manifests)/revisions/sha256/\(hex)/link", "sha256:" + hex),
            ("\(manifests)/tags/\(tag)/current/link", "sha256:" + hex),
        ] {
            let file = URL(fileURLWithPath: registry.data.appending(path).string)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: file)
        }
        let all = try there.run("pull", "team", "--json")
        #expect(all.status == 0 && all.json?["failed"] == [], "\(all.output)\(all.complaint)")
        #expect(all.json?["snapshots"]?.array?.count == 1)
        let one = try there.run("pull", "team", tag)
        #expect(one.status == 1 && one.complaint.contains("its manifest is of another kind"), "\(one.complaint)")
    }

    /// Every so many steps of an operation; all of them would take too long for each run of the tests.
    private static let stride = 17

    @Test func `a push that is killed at any step is done by the next one, and nothing stands for a part of it`() throws
    {
        _ = try pinned()
        for step in Swift.stride(from: 1, to: 400, by: Self.stride) {
            let path = "killed/run-\(step)"
            try #require(try here.run("remote", "add", "team", address(path), "--chunk", "1M").status == 0)
            let killed = try here.run(
                tool: CommandLineFixture.executable, ["push", "team", "cover"],
                environment: ["REPROFS_STORE": here.store.string, "REPROFS_FAULT": "kill:\(step)"])
            // Whatever its name stands for there is whole.
            try #require(try there.run("remote", "add", "team", address(path)).status == 0)
            if killed.status != 0 {
                let early = try there.run("pull", "team", "cover")
                #expect(
                    early.status == 0 || early.complaint.contains("does not have a pin"), "\(step): \(early.complaint)")
            }
            let outcome = try here.run("push", "team", "cover")
            #expect(outcome.status == 0, "\(step): \(outcome.complaint)")
            let checked = try here.run("remote", "check", "team", "--all")
            #expect(checked.status == 0, "\(step): \(checked.output)\(checked.complaint)")
            #expect(try there.run("pull", "team", "cover").status == 0)
            for line in [here, there] {
                try #require(try line.run("remote", "remove", "team").status == 0)
                let left = FileManager.default.contents(of: line.store.appending("partial"))
                #expect(left == [], "\(step)")
            }
            if killed.status == 0 { return #expect(step > 1) }
        }
        Issue.record("a push has no end")
    }

    @Test func `a pull that is killed at any step leaves a store that is whole, and the next one goes on`() throws {
        _ = try pinned()
        try connect()
        try #require(try here.run("push", "team").status == 0)
        let base = there.directory.appending("base")
        try FileManager.default.moveItem(atPath: there.store.string, toPath: base.string)
        func begin() throws {
            try? FileManager.default.removeItem(atPath: there.store.string)
            try #require(try there.run(tool: "/bin/cp", ["-a", base.string, there.store.string]).status == 0)
        }
        for step in Swift.stride(from: 1, to: 400, by: Self.stride) {
            try begin()
            let killed = try there.run(
                tool: CommandLineFixture.executable, ["pull", "team", "cover"],
                environment: ["REPROFS_STORE": there.store.string, "REPROFS_FAULT": "kill:\(step)"])
            // What is served is whole, and nothing is lost that a row names.
            let verified = try there.run("verify", "--restart", "--json")
            let kinds = Set(verified.json?["damages"]?.array?.compactMap { $0["kind"]?.string } ?? ["none"])
            // The layout's index is written after the pin's row, as for any pin.
            #expect(kinds.isSubset(of: ["stray", "pins"]), "\(step): \(verified.output)")
            let outcome = try there.run("pull", "team", "cover")
            #expect(outcome.status == 0, "\(step): \(outcome.complaint)")
            #expect(try state(there) == state(here).enumerated().map { $0 == 1 ? try state(there)[1] : $1 }, "\(step)")
            for name in ["partial", "incoming"] {
                #expect(FileManager.default.contents(of: there.store.appending(name)) == [], "\(step)")
            }
            if killed.status == 0 { return #expect(step > 1) }
        }
        Issue.record("a pull has no end")
    }
}

extension FileManager {
    /// The names in a directory; none if there is none.
    fileprivate func contents(of directory: FilePath) -> [String] {
        (try? contentsOfDirectory(atPath: directory.string)) ?? []
    }
}
