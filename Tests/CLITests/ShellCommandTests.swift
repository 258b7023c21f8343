import Foundation
import Recipe
import Support
import SystemPackage
import Testing

@Suite(.timeLimit(.minutes(20))) struct `A command that a message names` {
    @Test(arguments: ["bash", "zsh"]) func `is taken by a shell as the words that are meant`(shell: String) throws {
        let program = "/usr/bin/" + shell
        guard FileManager.default.isExecutableFile(atPath: program) else {
            try Test.cancel("skipped: \(shell) is not installed")
        }
        let line = try CommandLineFixture()
        let names = [
            "plain.png", "a b", "it's", "$(touch taken)", "`touch taken`", "*", "", "~", "!1", "a\\b", "a\nb'\\c",
            "ä\u{202E}b\u{1B}[2J",
            "#x", "{a,b}", "-rf", "=ls", "\u{7F}0",
        ]
        for name in names {
            let command = ShellCommand.line("printf %s%s x", name)
            #expect(command.onOneLine == command)
            let outcome = try line.run(
                tool: program,
                ["-c", ShellCommand.line("set -- a", name) + #"; for last; do :; done; printf %s "$last""#])
            #expect(outcome.output == name, "\(command)")
        }
        #expect(ShellCommand.line("reprofs unmount", "/a b") == "reprofs unmount '/a b'")
        #expect(ShellCommand.line("reprofs add", "-x.ckpt") == "reprofs add -- -x.ckpt")
        #expect(ShellCommand.line("reprofs unpin", "cover") == "reprofs unpin cover")
    }

    @Test func `has its options before the dashes that end them`() throws {
        let value = ShellCommand.line("reprofs release", options: [("--store", "-s")], "-x")
        #expect(value == "reprofs release '--store=-s' -- -x")
        let plain = ShellCommand.line("reprofs mount --models-only", options: [("--store", "/a b")], "/m")
        #expect(plain == "reprofs mount --models-only --store '/a b' /m")
        // The program takes them so.
        let line = try CommandLineFixture()
        try #require(try line.run("init").status == 0)
        let outcome = try line.run("forget", "--dry-run", "--store=\(line.store)", "--", "-x.safetensors@v1")
        #expect(
            outcome.complaint.contains("'-x.safetensors@v1'") && !outcome.complaint.contains("option"),
            "\(outcome.complaint)")
    }

    /// Commands that are printed about a store: the words after `reprofs`, and the rest of the line.
    private func commands(in text: String) -> [Substring] {
        text.split(separator: "\n").flatMap { line in
            line.ranges(of: "reprofs ").filter { range in
                // Not a path, and not the word before a failure.
                range.lowerBound == line.startIndex || !"/-.".contains(line[line.index(before: range.lowerBound)])
            }.map { line[$0.lowerBound...] }
        }
    }

    @Test func `names the store where a shell would take another one, and only there`() throws {
        let line = try CommandLineFixture()
        let other = line.directory.appending("an other store").string
        let home = ["HOME": line.directory.appending("home").string, "XDG_DATA_HOME": ""]
        func run(_ words: [String], _ environment: [String: String]) throws -> CommandLineFixture.Outcome {
            try line.run(tool: CommandLineFixture.executable, words, environment: environment)
        }
        try #require(try run(["init", "--store", other], home).status == 0)
        let image = try line.copyImage()
        let unknown = try line.directory.write(SmallImage.comfy(prompt: SmallImage.graph(), shade: 9), to: "new.png")
        let told = [
            ["list", "models"], ["list", "versions", "x"], ["list", "snapshots"], ["list", "images"], ["list", "pins"],
            ["remote", "list"], ["status"], ["recipe", "nothing-like-it"], ["log", "nothing-like-it"],
            ["explain", unknown.string], ["push", "nowhere"], ["pull", "nowhere", "x"], ["fetch", "x"],
            ["snapshot", image.string, unknown.string], ["explain", image.string], ["pin", image.string, "kept"],
            ["forget", image.string], ["gc", "--dry-run"],
        ]
        let named = "--store '\(other)'"
        var count = 0
        for words in told {
            let outcome = try run(words + ["--store", other], home)
            for command in commands(in: outcome.output + outcome.complaint) {
                count += 1
                #expect(command.contains(named), "\(words): \(command)")
            }
            // A shell that has the store in its environment needs no more.
            let plain = try run(words + ["--store", other], home.merging(["REPROFS_STORE": other]) { $1 })
            #expect(commands(in: plain.output + plain.complaint).allSatisfy { !$0.contains("--store") }, "\(words)")
        }
        #expect(count >= 12)
        // What would raise a grade, too.
        let summary = try run(["explain", image.string, "--store", other], home).output
        #expect(summary.contains("reprofs add FILE --folder FOLDER \(named)"), "\(summary)")
    }

    @Test func `is of a kind that takes a store, or needs none`() throws {
        let line = try CommandLineFixture()
        var commands: Set<String> = []
        let sources = FilePath.tests.removingLastComponent().appending("Sources").string
        for file in try FileManager.default.subpathsOfDirectory(atPath: sources) where file.hasSuffix(".swift") {
            let text = try String(contentsOfFile: "\(sources)/\(file)", encoding: .utf8)
            for match in text.matches(of: /ShellCommand\.reprofs\(\s*"([^"\\]+)"/) { commands.insert(String(match.1)) }
        }
        #expect(commands.count > 20 && commands.contains("unmount"))
        for command in commands {
            let words = command.split(separator: " ").map(String.init).prefix {
                $0.allSatisfy(\.isLowercase) && $0 != "live"
            }
            let help = try line.run(tool: CommandLineFixture.executable, words + ["--help"])
            #expect(help.status == 0, "\(command): \(help.complaint)")
            let isFree = ShellCommand.isFree(command)
            #expect(isFree || help.output.contains("--store"), "\(command)")
        }
    }

    @Test func `does what it says, also for a file with an odd name`() throws {
        let line = try CommandLineFixture()
        try #require(try line.run("init").status == 0)
        let odd = line.directory.appending("output/it's a $(touch taken) picture.png").string
        try FileManager.default.moveItem(atPath: try line.copyImage().string, toPath: odd)
        let told = try line.run("explain", odd).complaint
        let command = try #require(told.firstRange(of: "Make one: ").map { String(told[$0.upperBound...]) })
        let outcome = try line.run(
            tool: "/bin/sh",
            ["-c", command.replacing("reprofs ", with: #""$0" "#, maxReplacements: 1), CommandLineFixture.executable],
            environment: ["REPROFS_STORE": line.store.string])
        #expect(outcome.status == 0, "\(outcome.complaint)")
        #expect(try line.run("explain", odd).status == 0)
    }
}
