import ArgumentParser
import CLinux
import Glibc
import Recipe
import Reproduction
import Store

struct ProveCommand: AnswersInJSON {
    static let configuration = CommandConfiguration(
        commandName: "prove",
        abstract: "Make those images again that teach most about all others, and say what was learned.",
        discussion: """
            Each run counts for or against the node classes and samplers that its image was made with. An image is chosen for what is \
            known least and most others depend on: what repeated in three runs and never failed to is seen to repeat, and grades \
            rise and fall with it. Images that were made again before, that need a hosted service, or of which not every byte is \
            kept, are left out. It runs at idle priority, and waits while the server has anything else to do. Certificates are kept \
            as those of 'reproduce'.
            """)

    @Option(help: "How many images to make again at most.") var sample: Int?
    @Flag(help: "Make all of them again, even those that teach nothing new.") var all = false
    @Option(name: .customLong("class"), help: "Only images that were made with this node class.") var kind: String?
    @Option(help: "After how many minutes no run begins.") var minutes = 30
    @OptionGroup var server: ServerOption
    @Flag(help: "Print JSON.") var json = false
    @OptionGroup var store: StoreOption

    func validate() throws {
        _ = try server.chosen()
        guard (1...10_080).contains(minutes) else { throw ValidationError("--minutes takes 1 to 10080 minutes") }
        if let sample, sample < 1 { throw ValidationError("--sample must be at least 1") }
        guard sample == nil || !all else { throw ValidationError("--sample and --all exclude each other") }
        if kind?.isEmpty == true { throw ValidationError("--class takes the name of a node class") }
    }

    func run() throws {
        let store = try store.open()
        let line = RunLine()
        let isQuiet = json
        let proving = Proving(
            store: store, place: try server.chosen(), minutes: minutes,
            say: { if !isQuiet { Terminal.say($0) } },
            complain: { error, name in
                if let name { Terminal.complain(error, of: name) } else { Terminal.complain(error) }
            }
        ) { line.show($0) }
        try Blocking.run { try await proving.requirePlace() }
        // Runs at low priority: other work on this machine comes first.
        _ = nice(19)
        _ = reprofs_yield_disk()
        let candidates = try store.proofCandidates()
        let plan = ProofPlan(candidates, withClass: kind)
        if let kind, plan.count == 0 {
            throw StoreError.notFound("an image with the node class '\(kind)' that could be made again and was not yet")
        }
        let before = try store.lessons(on: plan.causes)
        let limit = sample ?? .max
        let wantsAll = all
        let runs = try Blocking.run { try await proving.runs(of: plan, atMost: limit, untilNothingIsNew: !wantsAll) }
        let after = try store.lessons(on: plan.causes)
        let learned = plan.causes.compactMap { after[$0] }.filter { $0 != before[$0.cause] }
            .sorted { $0.cause.key < $1.cause.key }
        if json { Terminal.say(answer(runs, learned, plan)) } else { tell(runs, learned, before, plan) }
        let failed = runs.made.count { $0.problem != nil }
        if failed > 0 { throw failed < runs.made.count ? ExitCode.someFailed : ExitCode.serverFailed }
    }

    private func answer(_ runs: Proving.Runs, _ learned: [Lesson], _ plan: ProofPlan) -> JSON {
        [
            "schema": DocumentSchema.proofs.json, "runs": .array(runs.made.map(\.json)),
            "learned": .array(
                learned.map { lesson in
                    var object = lesson.json.object ?? .init()
                    object["images"] = .integer(plan.images(with: lesson.cause))
                    return .object(object)
                }),
            "outOfTime": .bool(runs.isOutOfTime), "left": .integer(runs.left),
        ]
    }

    private func tell(
        _ runs: Proving.Runs, _ learned: [Lesson], _ before: [ProofCause: Lesson], _ plan: ProofPlan
    ) {
        if runs.made.isEmpty {
            Terminal.say(
                "Nothing was made again: none of the images that could be made again would teach anything new.")
            return
        }
        if !learned.isEmpty { Terminal.say("Learned:") }
        for lesson in learned where lesson.cause.kind.canDiffer {
            let images = plan.images(with: lesson.cause)
            var line = "  \(lesson.text); \(images == 1 ? "1 image was" : "\(images) images were") made with it"
            if lesson.repeats, before[lesson.cause]?.repeats != true { line += "; it has now been seen to repeat" }
            if lesson.differs, before[lesson.cause]?.differs != true { line += "; it has now been seen not to repeat" }
            Terminal.say(line)
        }
        guard runs.left > 0 else { return }
        let left = runs.left == 1 ? "1 image" : "\(runs.left) images"
        Terminal.say(
            runs.isOutOfTime
                ? "The \(minutes) minutes are over; \(left) could still be made again."
                : "\(left) could still be made again\(runs.made.count == sample ? "." : ", with '--all'.")")
    }
}
