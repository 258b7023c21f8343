import Foundation
import Recipe
import Support
import SystemPackage
import Testing

@Suite(.timeLimit(.minutes(20))) struct `The store at the default place` {
    let line: CommandLineFixture
    init() throws { line = try CommandLineFixture() }

    private var store: FilePath { line.directory.appending("data/reprofs") }
    private var isMade: Bool { FileManager.default.fileExists(atPath: store.appending("oci-layout").string) }

    /// Runs `reprofs` where no store is named.
    private func run(_ arguments: String...) throws -> CommandLineFixture.Outcome {
        try line.run(
            tool: "/usr/bin/env",
            ["-u", "REPROFS_STORE", "XDG_DATA_HOME=\(line.directory.appending("data"))", CommandLineFixture.executable]
                + arguments)
    }

    @Test func `is made by add, which says so once`() throws {
        try line.writeModels(seed: 1)
        let models = line.directory.appending("models").string
        let first = try run("add", models)
        #expect(first.status == 0 && first.complaint.contains("Made the store \(store)."), "\(first.complaint)")
        #expect(first.output.contains("v1  4.2 kB  checkpoints/model.safetensors"))
        #expect(try run("add", models).complaint.isEmpty)
    }

    @Test func `is made by snapshot`() throws {
        let made = try run("snapshot", try line.copyImage().string)
        #expect(made.status == 0 && made.complaint.contains("Made the store \(store)."), "\(made.complaint)")
        #expect(isMade)
    }

    @Test func `is made by mount`() throws {
        guard access("/dev/fuse", R_OK | W_OK) == 0 else { try Test.cancel("skipped: /dev/fuse is not there to use") }
        let made = try run("mount", line.mountPoint.string)
        #expect(made.status == 0 && made.complaint.contains("Made the store \(store)."), "\(made.complaint)")
        #expect(line.isMounted)
        #expect(try run("unmount", line.mountPoint.string).status == 0)
    }

    @Test func `is made by no command that only looks`() throws {
        for command in [["list", "models"], ["status"], ["log"], ["recipe", "image.png"]] {
            let outcome = try line.run(
                tool: "/usr/bin/env",
                [
                    "-u", "REPROFS_STORE", "XDG_DATA_HOME=\(line.directory.appending("data"))",
                    CommandLineFixture.executable,
                ]
                    + command)
            #expect(outcome.status != 0, "\(command)")
        }
        #expect(!isMade)
    }

    @Test(arguments: ["--store", "REPROFS_STORE"]) func `alone is made: one that is named is not`(way: String) throws {
        try line.writeModels(seed: 1)
        let named = line.directory.appending("slip").string
        let models = line.directory.appending("models").string
        let outcome =
            way == "--store"
            ? try run("add", models, "--store", named)
            : try line.run(tool: CommandLineFixture.executable, ["add", models], environment: ["REPROFS_STORE": named])
        #expect(outcome.status != 0 && outcome.complaint.contains(named), "\(outcome.complaint)")
        #expect(!FileManager.default.fileExists(atPath: named) && !isMade)
    }

    @Test func `is not made in a directory that holds something else`() throws {
        try line.directory.write([1], to: "data/reprofs/diary.txt")
        try line.writeModels(seed: 1)
        let outcome = try run("add", line.directory.appending("models").string)
        #expect(outcome.status == 1 && outcome.complaint.contains("\(store)"), "\(outcome.complaint)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: store.string) == ["diary.txt"])
    }
}
