import Foundation
import Recipe
import Support
import SystemPackage
import Testing

/// What a package brings beside the program, made from the program itself.
@Suite(.timeLimit(.minutes(20))) struct `Help and manual pages` {
    let line: CommandLineFixture
    init() throws { line = try CommandLineFixture() }

    private static let root = FilePath(#filePath).removingLastComponent().removingLastComponent()
        .removingLastComponent()

    /// Every command that people are shown.
    private func commands() throws -> [String] {
        let dump = try #require(try line.run("--experimental-dump-help").json)
        return try #require(dump["command"]?["subcommands"]?.array).compactMap { $0["commandName"]?.string }.filter {
            $0 != "help"
        }
    }

    @Test func `say how commands belong together, with an example for each family`() throws {
        let help = try line.run("help").output
        for family in ["DAILY", "REPRODUCE", "KEEP", "SERVE"] { #expect(help.contains("\(family) SUBCOMMANDS:")) }
        // In no family twice, and none without one.
        #expect(!help.contains("\nSUBCOMMANDS:"))
        let commands = try commands()
        #expect(Set(commands).count == commands.count && commands.count > 20)
        // Each example is a line that can be typed: its command and its options are there.
        let examples = help.split(separator: "\n").filter { $0.hasPrefix("  reprofs ") }
        #expect(examples.count == 5)
        for example in examples {
            let words = example.split(separator: " ").map(String.init)
            #expect(commands.contains(words[1]), "\(example)")
            let usage = try line.run(words[1], "--help").output
            for option in words where option.hasPrefix("--") { #expect(usage.contains(option), "\(example)") }
        }
    }

    @Test func `are one for each command, and mandoc finds nothing wrong with them`() throws {
        let pages = line.directory.appending("pages")
        let made = try line.run(
            tool: Self.root.appending("scripts/lib/manpages").string,
            [CommandLineFixture.executable, pages.string, "--date", "2026-01-31"])
        try #require(made.status == 0, "\(made.complaint)")
        let names = try FileManager.default.contentsOfDirectory(atPath: pages.string).sorted()
        #expect(try names == (["reprofs.1"] + commands().map { "reprofs-\($0).1" }).sorted())
        let text = try String(contentsOfFile: pages.appending("reprofs-add.1").string, encoding: .utf8)
        #expect(text.contains("Fl -folder Ar folder") && text.contains("January 31, 2026"))
        guard FileManager.default.isExecutableFile(atPath: "/usr/bin/mandoc") else {
            try Test.cancel("skipped: mandoc is not installed")
        }
        let lint = try line.run(tool: "/usr/bin/mandoc", ["-Tlint"] + names.map { pages.appending($0).string })
        // It looks for other pages among the installed ones alone; here they lie beside each other.
        let findings = lint.output.split(separator: "\n").filter { finding in
            !names.contains { finding.contains("referenced manual not found: Xr \($0.dropLast(2)) ") }
        }
        #expect(findings.isEmpty, "\(findings.joined(separator: "\n"))")
    }

    @Test func `the node pack has the program's version`() throws {
        let project = try String(
            contentsOfFile: Self.root.appending("integrations/comfyui/reprofs/pyproject.toml").string, encoding: .utf8)
        let version = try line.run("--version").output.split(separator: "\n")[0]
        #expect(project.contains("\nversion = \"\(version)\"\n"))
    }
}
