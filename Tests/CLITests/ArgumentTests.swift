import Foundation
import Recipe
import Support
import SystemPackage
import Testing

/// Every option and argument of every command, as the program itself tells them.
@Suite(.timeLimit(.minutes(20))) struct `An argument that means nothing` {
    let line: CommandLineFixture

    init() throws {
        line = try CommandLineFixture()
        try #require(try line.run("init").status == 0)
    }

    /// An option with a value, or a positional argument, in a command whose other arguments are in order.
    private struct Place {
        /// `list models`.
        let command: [String]
        let name: String
        let isOption: Bool
        /// The command with another text in this place.
        let words: (String) -> [String]
    }

    private var places: [Place] {
        get throws {
            let told = try line.run("--experimental-dump-help")
            let root = try #require(told.json?["command"])
            return inner(root).flatMap { self.places(of: $0.command, $0.path) }
        }
    }

    /// The commands that do something, with the words that begin them.
    private func inner(_ command: JSON) -> [(command: JSON, path: [String])] {
        let subcommands = (command["subcommands"]?.array ?? []).filter { $0["commandName"] != "help" }
        guard !subcommands.isEmpty else { return [(command, [])] }
        return subcommands.flatMap { sub in
            inner(sub).map { ($0.command, [sub["commandName"]?.string ?? ""] + $0.path) }
        }
    }

    private func places(of command: JSON, _ path: [String]) -> [Place] {
        // What a launched ComfyUI is given is not understood here.
        let arguments = (command["arguments"]?.array ?? []).filter {
            $0["parsingStrategy"] != "postTerminator" && $0["kind"] != "flag"
        }
        func name(_ argument: JSON) -> String {
            argument["preferredName"]?["name"]?.string ?? argument["valueName"]?.string ?? ""
        }
        func words(_ argument: JSON, _ text: String) -> [String] {
            argument["kind"] == "option" ? ["--" + name(argument), text] : [text]
        }
        return arguments.map { argument in
            Place(command: path, name: name(argument), isOption: argument["kind"] == "option") { text in
                let needed = arguments.filter { $0["isOptional"] != true || $0 == argument }
                return path
                    + needed.flatMap { other in
                        words(other, other == argument ? text : name(other) == "set" ? "cfg=1" : "/no/such/thing")
                    } + (self.companions[name(argument)] ?? [])
                    + (["reproduce", "vary", "prove"].contains(path[0])
                        && !["server", "launch"].contains(name(argument))
                        ? ["--launch", "/no/such/thing"] : [])
            }
        }
    }

    /// What an option goes with.
    private let companions = ["from": ["--repair"], "python": []]

    private func run(_ place: Place, _ text: String) throws -> (outcome: CommandLineFixture.Outcome, told: String) {
        var words = place.words(text)
        if words[0] == "snapshot" { words.removeAll { $0 == "--repair" } }
        // An empty directory is where it runs: it would be what an empty path stands for.
        let script = #"mkdir -p "$1" && cd "$1" && shift && exec "$@""#
        let outcome = try line.run(
            tool: "/bin/sh",
            ["-c", script, "sh", line.directory.appending("here").string, CommandLineFixture.executable] + words,
            environment: ["REPROFS_STORE": line.store.string])
        return (outcome, "\(words): \(outcome.status) \(outcome.output)\(outcome.complaint)")
    }

    /// One sentence, and where what was said is not understood, where to read more.
    private func expectSentence(_ outcome: CommandLineFixture.Outcome, _ told: String) {
        let lines = outcome.complaint.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
        #expect(lines.count == (outcome.status == 64 ? 2 : 1), "\(told)")
        #expect(lines.first?.hasPrefix("reprofs: ") == true, "\(told)")
        for mark in ["CommandError", "ParserError", "userValidation", "NSError", "Code=", "(rawValue"] {
            #expect(!outcome.complaint.contains(mark), "\(told)")
        }
    }

    @Test func `is refused with a sentence where it is empty, in every place of every command, and nothing is done`()
        throws
    {
        let places = try places
        // The walk is worth nothing where it finds nothing.
        #expect(places.count > 60 && Set(places.map(\.command)).count > 28)
        for place in places {
            let (outcome, told) = try run(place, "")
            #expect(outcome.status == 64, "\(told)")
            #expect(outcome.output.isEmpty, "\(told)")
            expectSentence(outcome, told)
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: line.directory.appending("here").string).isEmpty)
    }

    @Test(arguments: [
        "nonsense", "-1", "99999999999999999999", "\u{1B}[2J\nreprofs: all is well", "/dev/null/x", "@v1",
    ])
    func `is refused with a sentence where it is nonsense, in every option of every command`(text: String) throws {
        // A store that is made, a unit that is written, a pin or a label may be called anything.
        let free: Set = ["store", "name", "label", "out", "models-at", "to", "folder"]
        for place in try places where place.isOption && !free.contains(place.name) {
            // A gallery serves, whether a ComfyUI answers there yet or not.
            if place.command == ["gallery"], place.name == "server" { continue }
            let (outcome, told) = try run(place, text)
            // An address at which nobody answers is one.
            #expect([1, 2, 5, 64].contains(outcome.status), "\(told)")
            #expect(!outcome.complaint.contains("\u{1B}"), "\(told)")
            expectSentence(outcome, told)
        }
    }

    @Test func `is an empty REPROFS_STORE, which is not a working directory either`() throws {
        for command in [["init"], ["list", "models"], ["status"]] {
            let outcome = try line.run(
                tool: CommandLineFixture.executable, command, environment: ["REPROFS_STORE": ""])
            #expect(outcome.status == 64 && outcome.output.isEmpty)
            #expect(outcome.complaint.contains("REPROFS_STORE is empty: set it to the path of a store, or unset it"))
        }
    }

    @Test func `among others keeps a directory from being moved`() throws {
        try line.writeModels(seed: 1)
        let models = line.directory.appending("models")
        let outcome = try line.run("add", "--move", models.string, "")
        #expect(outcome.status == 64)
        #expect(FileManager.default.fileExists(atPath: models.appending("checkpoints/model.safetensors").string))
        #expect(try line.run("list", "models", "--json").json == [])
    }
}
