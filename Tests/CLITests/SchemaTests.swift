import Comfy
import Foundation
import Glibc
import Recipe
import Support
import SystemPackage
import Testing

/// Everything that leaves the program as JSON, against `docs/schemas`.
@Suite(.serialized, .timeLimit(.minutes(20))) struct `A JSON document` {
    let line: CommandLineFixture

    init() throws {
        line = try CommandLineFixture()
        try #require(try line.run("init").status == 0)
    }

    /// Commands while the store is whole and mounted; a word in braces stands for what a test puts in its place.
    private static let mounted = [
        "read {image}", "list models", "list models --deleted", "list versions", "list snapshots", "list images",
        "list loads", "log", "du", "du --versions", "du --snapshots", "recipe {id}", "recipe {image}",
        "explain {id}", "explain {id} --server {server}", "lineage {id}", "lineage checkpoints/model.safetensors",
        "diff {id} {image}", "pin {id} cover", "list pins", "unpin cover", "use {id} --server {server}", "use live",
        "prove --all --server {server}", "reproduce {id} --server {server}", "explain {id}", "recipe {id}",
        "export {id} {exported}",
        "restore checkpoints/model.safetensors@v1", "backup", "backup --to {copy}",
        "gc --dry-run --superseded-older-than 0s --forget-unpinned-older-than 0s --grace 0s", "status",
        "forget checkpoints/model.safetensors@v2 --dry-run",
        "recipe nobody.png", "list versions model.safetensors",
    ]
    /// Commands with a registry that has a name.
    private static let reached = [
        "push team", "push team cover", "pull team cover", "pull team nobody", "remote list", "remote check team --all",
        "fetch {id}", "fetch model.safetensors", "evict --to team {id}", "evict --to team {id} --dry-run",
        "explain {id}", "status",
    ]
    /// Commands once a model's bytes are gone.
    private static let damaged = ["verify", "verify --repair --from {models}"]
    /// Commands once the catalogue is gone.
    private static let lost = ["rebuild"]

    private func run(_ commands: [String], _ values: [String: String], into check: SchemaCheck) throws {
        for command in commands {
            let words = command.split(separator: " ").map { word in
                word.hasPrefix("{") ? values[String(word.dropFirst().dropLast())] ?? "" : String(word)
            }
            let outcome = try line.run(words + ["--json"])
            try #require(!outcome.output.isEmpty, "\(command): \(outcome.complaint)")
            try check.add(Array(outcome.output.utf8), from: command)
        }
    }

    private func addModels(seed: UInt64) throws {
        try line.writeModels(seed: seed)
        try #require(try line.run("add", line.directory.appending("models").string).status == 0)
    }

    @Test func `is what its schema says, whatever part of the program it comes from`() async throws {
        let check = try SchemaCheck()
        let pickles = FilePath(#filePath).removingLastComponent().removingLastComponent().appending("Fixtures/Pickles")
        let pickle = try Data(contentsOf: URL(fileURLWithPath: pickles.appending("runs_code.ckpt").string))
        try line.directory.write(Array(pickle), to: "models/checkpoints/runs_code.ckpt")
        try line.directory.write(SmallModel.bytes(seed: 8), to: "models/vae/gone.safetensors")
        // The same name in two folders is ambiguous.
        try line.directory.write(SmallModel.bytes(seed: 7), to: "models/vae/model.safetensors")
        try addModels(seed: 1)
        let image = try line.copyImage().string
        try #require(try line.run("snapshot", image).status == 0)
        try line.mount()
        try #require(unlink(line.file("models/vae/gone.safetensors")) == 0)
        var values = [
            "image": image, "exported": line.directory.appending("exported").string,
            "copy": line.directory.appending("copy").string, "models": line.directory.appending("models").string,
        ]
        try line.directory.write(SmallImage.infotext("input"), to: "comfy/input/photo.png")
        let base = line.directory.appending("comfy")
        let standIn = try await StandIn(
            line, models: line.file("active/models"), pack: true,
            environment: ["REPROFS_MOUNT": line.mountPoint.string],
            base: base)
        do {
            let graph = SmallImage.graph(lora: "lora.safetensors", image: "photo.png")
            let made = try #require(try await standIn.run(graph).first)
            try await eventually { try line.run("recipe", made.string).status == 0 }
            let id = try #require(try line.run("recipe", made.string, "--json").json?["snapshot"]?.string)
            try addModels(seed: 2)
            (values["id"], values["server"]) = (String(id.prefix(12)), standIn.address)
            try run(Self.mounted, values, into: check)
            for path in [
                ".reprofs/status", ".reprofs/whoami", "by-snapshot/\(id.prefix(12))/snapshot.json",
                "by-snapshot/\(id.prefix(12))/recipe.json",
            ] {
                try check.add(try line.read(path), from: path)
            }
            for name in ["recipe.json", "environment.json"] {
                let path = line.directory.appending("exported/\(name)").string
                try check.add(try Data(contentsOf: URL(fileURLWithPath: path)), from: "exported \(name)")
            }
            try #require(try line.run("unmount", line.mountPoint.string).status == 0)
        } catch {
            await standIn.stop()
            throw error
        }
        await standIn.stop()
        try #require(unlink(line.store.string + "/blobs/sha256/\(SmallModel.digest(seed: 1).hex)") == 0)
        try line.writeModels(seed: 1)
        try run(Self.damaged, values, into: check)
        for suffix in ["", "-wal", "-shm"] { unlink(line.store.string + "/catalogue.sqlite" + suffix) }
        try run(Self.lost, values, into: check)

        let verdict = try check.verdict()
        #expect(verdict.problems == [])
        // A report is what the next test checks, and the other one what BroughtStoreTests do.
        let elsewhere: Set<DocumentSchema> = [
            .report, .unreadable, .push, .pull, .fetch, .evict, .remoteCheck, .listedRemote,
        ]
        #expect(verdict.names == Set(DocumentSchema.allCases.filter { !elsewhere.contains($0) }.map(\.rawValue)))
    }

    @Test func `of what goes to a registry and comes from it is what its schema says`() async throws {
        let registry = try await DockerRegistry(in: line.directory.appending("registry"))
        let check = try SchemaCheck()
        try addModels(seed: 1)
        let image = try line.copyImage().string
        let id = String(try line.run("snapshot", image).output.prefix(12))
        try #require(try line.run("pin", id, "cover").status == 0)
        try #require(
            try line.run("remote", "add", "team", "oci://127.0.0.1:\(registry.port)/team/models").status == 0)
        try run(Self.reached, ["id": id], into: check)
        let verdict = try check.verdict()
        #expect(verdict.problems == [])
        let names: [DocumentSchema] = [
            .push, .pull, .fetch, .evict, .remoteCheck, .listedRemote, .explain, .status,
        ]
        #expect(verdict.names == Set(names.map(\.rawValue)))
    }

    @Test func `of the node pack is what the same folder's schema says`() async throws {
        try addModels(seed: 1)
        try line.directory.write(SmallImage.infotext("input"), to: "comfy/input/photo.png")
        let base = line.directory.appending("comfy")
        let standIn = try await StandIn(
            line, models: line.directory.appending("models").string, pack: true, base: base)
        let check = try SchemaCheck()
        do {
            _ = try await standIn.run(SmallImage.graph(lora: "lora.safetensors", image: "photo.png"))
            try await eventually { standIn.spooledReports.count == 1 }
            let name = try #require(standIn.spooledReports.first)
            let path = base.appending("user/reprofs/spool/\(name)").string
            try check.add(try Data(contentsOf: URL(fileURLWithPath: path)), from: "report")
        } catch {
            await standIn.stop()
            throw error
        }
        await standIn.stop()
        let verdict = try check.verdict()
        #expect(verdict.problems == [] && verdict.names == [DocumentSchema.report.rawValue])
    }

    @Test func `is looked at of each command that can print one`() throws {
        let told = try line.run("--experimental-dump-help").json
        func paths(_ command: JSON) -> [String] {
            let inner = (command["subcommands"]?.array ?? []).filter { $0["commandName"] != "help" }
            guard inner.isEmpty else {
                return inner.flatMap { sub in
                    paths(sub).map { "\(sub["commandName"]?.string ?? "") \($0)" }
                }
            }
            let prints = (command["arguments"]?.array ?? []).contains { argument in
                argument["preferredName"]?["name"] == "json" || argument["allValues"]?.array?.contains("json") == true
            }
            return prints ? [""] : []
        }
        let commands = paths(try #require(told?["command"]))
        #expect(commands.count > 20)
        let looked = (Self.mounted + Self.reached + Self.damaged + Self.lost).map { $0 + " " }
        #expect(commands.filter { command in !looked.contains { $0.hasPrefix(command) } } == [])
    }

    @Test func `with a member that its schema lacks, or without one that it has, is refused`() throws {
        let whole: JSON = ["name": "cover", "snapshot": .string(SmallModel.digest(seed: 1).hex)]
        let more: JSON = ["name": "cover", "snapshot": whole["snapshot"] ?? .null, "more": 1]
        for (members, isGood) in [(whole, true), (more, false), (["name": "cover"], false)] {
            let check = try SchemaCheck()
            try check.add(Array(DocumentSchema.unpin.document(members).formatted().utf8), from: "unpin")
            #expect(try check.verdict().problems.isEmpty == isGood)
        }
        let check = try SchemaCheck()
        try check.add(Array("{\"schema\": \"reprofs.nothing/1\"}".utf8), from: "nobody")
        #expect(try check.verdict().problems.count == 1)
    }
}
