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
