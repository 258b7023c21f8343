import ArgumentParser
import Recipe
import Store

/// Why a text stands for nothing that a command could work on. Nothing was done.
struct NamingFailure: SeveralLines {
    enum Problem: String {
        /// Nothing answers to it.
        case unknown
        /// Several things do.
        case ambiguous
        /// It is a file that the store does not know.
        case notKept = "not-kept"
    }

    /// Something that was meant, or may have been.
    struct Candidate {
        /// The id of a snapshot, or the SHA-256 of a model.
        let id: Digest?
        /// What names it alone.
        let name: String
        let time: Timestamp?
        /// More of it, for people.
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
    /// The text as it was given.
    let argument: String
    /// A sentence.
    let message: String
    /// What was meant, where that is more than one thing; else what nearly fits.
    var candidates: [Candidate] = []

    /// More are counted, not listed.
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

/// A command that can answer in JSON. Where a name stands for nothing or for several things, it says that in JSON too.
protocol AnswersInJSON: ParsableCommand {
    var json: Bool { get }
}
