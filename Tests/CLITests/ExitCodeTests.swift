import Foundation
import Recipe
import Support
import SystemPackage
import Testing

@Suite struct `Exit codes and output` {
    let line: CommandLineFixture
    init() throws { line = try CommandLineFixture() }

    @Test(arguments: [["--help"], ["--version"], ["add", "--help"], ["list", "--help"], ["mount", "--help"]])
    func `are 0 for help`(arguments: [String]) throws {
        #expect(try line.run(tool: CommandLineFixture.executable, arguments).status == 0)
    }

    @Test func `are 2 when some of several items failed`() throws {
        try line.run("init")
        try line.writeModels(seed: 1)
        try FileManager.default.createSymbolicLink(
            atPath: line.directory.appending("models/loras/gone.safetensors").string, withDestinationPath: "nowhere")
        let added = try line.run("add", line.directory.appending("models").string)
        #expect(added.status == 2)
        #expect(added.complaint.contains("gone.safetensors"))
        #expect(added.output.contains("2 added, 0 unchanged, 1 failed."))
        try line.directory.write([1], to: "output/bad.png")
        let snapshots = try line.run(
            "snapshot", try line.copyImage().string, line.directory.appending("output/bad.png").string)
        #expect(snapshots.status == 2)
    }

    @Test func `of init are 0 for a store that is there, and 1 for a directory of other things`() throws {
        #expect(try line.run("init").status == 0)
        #expect(try line.run("init").status == 0)
        try line.directory.write([1], to: "full/file")
        #expect(try line.run("init", "--store", line.directory.appending("full").string).status == 1)
    }

    @Test(arguments: ["models", "versions", "snapshots", "images"])
    func `give JSON for every listing, also for an empty one`(listing: String) throws {
        try line.run("init")
        #expect(try line.run("list", listing, "--json").json == [])
        try line.writeModels(seed: 1)
        try line.run("add", line.directory.appending("models").string)
        try line.run("snapshot", try line.copyImage().string)
        #expect(try line.run("list", listing, "--json").json?.array?.isEmpty == false)
        #expect(try line.run("list", listing).output.isEmpty == false)
    }

    @Test func `draw no progress where nobody watches`() throws {
        try line.run("init")
        try line.writeModels(seed: 1)
        let outcome = try line.run("add", line.directory.appending("models").string)
        #expect(outcome.complaint.isEmpty)
        #expect(!outcome.output.contains("\u{1B}"))
    }

    @Test func `find the store by option, by REPROFS_STORE and by XDG_DATA_HOME`() throws {
        let data = line.directory.appending("data")
        let made = try line.run(
            tool: "/usr/bin/env", ["-u", "REPROFS_STORE", CommandLineFixture.executable, "init"],
            environment: ["XDG_DATA_HOME": data.string])
        #expect(made.output.contains(data.appending("reprofs").string))
        let named = line.directory.appending("named").string
        #expect(try line.run("init", "--store", named).output.contains(named))
        #expect(try line.run("init").output.contains(line.store.string))
    }
}
