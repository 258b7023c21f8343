import Comfy
import Recipe
import Store

/// What a person asked ComfyUI for, and how far that has come.
struct Run: Sendable {
    enum Work: Sendable {
        case reproduction
        case variations(VariationPlan)
    }

    enum State: Sendable {
        case waiting
        case running
        case ended(End)
    }

    enum End: Sendable {
        /// It was made again, or failed to be: what came of it, in lines for a person.
        case verdict(ReproductionVerdict, [String])
        /// Variations were made, so many of them.
        case made(Int)
        /// Somebody stopped it, or it never began.
        case stopped
        /// Nothing came of it, and why.
        case failed([String])
    }

    /// One picture of several.
    struct Cell: Sendable {
        enum State: Sendable {
            case waiting
            /// The SHA-256 of its file.
            case made(Digest)
            case failed(String)
        }

        let label: String
        var state = State.waiting
    }

    let id: Int
    let image: Digest
    let snapshot: SnapshotRow
    /// What the image is called.
    let name: String
    let work: Work
    /// What it makes, in the order of a plan.
    var cells: [Cell]
    let asked = Timestamp.now()
    var ended: Timestamp?
    var state = State.waiting
    /// Grows whenever more than its progress has changed.
    var version = 0
    /// The share that is done, 0 to 1, and the words for it.
    var progress: (share: Double, words: [String]) = (0, [])
    /// What ComfyUI shows of it while it runs, with the number of that picture.
    var preview: (number: Int, picture: PromptRun.Preview)?

    init(id: Int, image: Digest, snapshot: SnapshotRow, name: String, work: Work) {
        self.id = id
        self.image = image
        self.snapshot = snapshot
        self.name = name
        self.work = work
        cells =
            switch work {
            case .reproduction: []
            case .variations(let plan): plan.runs.map { Cell(label: $0.label) }
            }
    }

    var isOver: Bool { if case .ended = state { true } else { false } }
    var isRunning: Bool { if case .running = state { true } else { false } }

    /// What is asked for.
    var words: String {
        switch work {
        case .reproduction: "Make it again"
        case .variations(let plan): plan.runs.count.of("variation")
        }
    }

    /// How it ended, or how far it is, in a few words.
    var outcome: String {
        switch state {
        case .waiting: "waits"
        case .running: progress.words.isEmpty ? "begins" : progress.words.joined(separator: ", ")
        case .ended(.verdict(_, let lines)), .ended(.failed(let lines)): lines.first ?? ""
        case .ended(.made(let count)): "\(count) of \(cells.count) made"
        case .ended(.stopped): "stopped"
        }
    }

    /// What an open page is told.
    var json: JSON {
        [
            "id": .integer(id), "version": .integer(version), "words": .string(outcome.onOneLine),
            "share": .number(.init(literal: String((progress.share * 1000).rounded() / 1000))),
            "preview": preview.map { .integer($0.number) } ?? .null,
        ]
    }
}
