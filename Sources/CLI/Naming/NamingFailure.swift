import ArgumentParser
import Recipe
import Store

/// Why a text does not name something that a command could work on. Nothing was done.
struct NamingFailure: SeveralLines {
    enum Problem: String {
        /// Nothing has this name.
        case unknown
        /// Several things have this name.
        case ambiguous
        /// It is a file whose bytes the store does not have.
        case notKept = "not-kept"
    }

    /// Something that the text means or may mean.
    struct Candidate {
        /// The id of a snapshot, or the SHA-256 of a model.
        let id: Digest?
        /// A name that only it has.
        let name: String
        let time: Timestamp?
        /// Further information for people.
        var note = ""

        var line: String {
            let facts = [time?.local, id.map { String($0.hex.prefix(12)) }].compactMap { $0 }
            return (facts + [name + note]).joined(separator: "  ")
        }

        var json: JSON {
            ["name": .string(name), "id": .string(orNull: id?.hex), "time": .string(orNull: time?.description)]
        }
    }

    let problem: Problem
    /// The text as given.
    let argument: String
    /// A sentence.
    let message: String
    /// The meanings of an ambiguous text, or similar names for an unknown one.
    var candidates: [Candidate] = []

    /// Further ones are counted, not listed.
    static let shown = 20

    var lines: [String] {
        guard !candidates.isEmpty else { return [message] }
        let head =
            problem == .ambiguous
            ? message : message + (message.utf8.last == UInt8(ascii: ".") ? "" : ".") + " Did you mean:"
        let rest = candidates.count - Self.shown
        return [head] + candidates.prefix(Self.shown).map { "  " + $0.line } + (rest > 0 ? ["  and \(rest) more"] : [])
    }

    var json: JSON {
        let list = JSON.array(candidates.map(\.json))
        return [
            "schema": DocumentSchema.naming.json, "problem": .string(problem.rawValue), "argument": .string(argument),
            "message": .string(message), "candidates": problem == .ambiguous ? list : [],
            "suggestions": problem == .ambiguous ? [] : list,
        ]
    }
}

/// A command that can print JSON. If an argument names nothing, or several things, it says so in JSON, too.
protocol AnswersInJSON: ParsableCommand {
    var json: Bool { get }
}
