import ArgumentParser
import Comfy
import Foundation
import Recipe
import Store
import Synchronization
import SystemPackage

struct VaryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vary", abstract: "Make an image again with one parameter changed at a time, or in a grid.",
        discussion: """
            PATH=VALUES is an input of a node, '3.seed=1..8', or an input's name alone where one node has it, 'cfg=4,6'. \
            Ranges have both ends, and a step after a second '..': 'cfg=4..6..0.5'. A model's version is meant by \
            'lora_name=other.safetensors@v2'. Every result is a snapshot that knows what it was changed from.
            """)

    @OptionGroup var image: ImageArgument
    @Option(name: .customLong("set"), help: "PATH=VALUES; may be repeated.") var settings: [String]
    @Flag(help: "Every combination, instead of one setting after the other.") var grid = false
    @Flag(help: "Print the prompts and run nothing.") var dryRun = false
    @Option(
        name: .customLong("out"), help: "The directory for the results; 'variations-<id>' here.", completion: .directory
    ) var output: String?
    @Option(help: "Images in a row of the contact sheet.") var columns: Int?
    @OptionGroup var place: OptionalServerOption
    @OptionGroup var store: StoreOption

    func validate() throws {
        if !dryRun { _ = try place.chosen() }
        if let columns, columns < 1 { throw ValidationError("--columns must be at least 1") }
    }

    func run() throws {
        for setting in settings { try Paths.requireText(setting) }
        let given = try output.map { try Paths.absolute($0) }
        let store = try store.open()
        let found = try image.find(in: store)
        let base = try SnapshotRun(found.snapshot, named: found.name, store: store)
        guard let graph = ComfyGraph(base.graph) else {
            throw VariationError("the recipe of \(found.name) is no graph")
        }
        var axes: [VariationAxis] = []
        for setting in settings { axes.append(try VariationAxis(setting, in: graph)) }
        let plan = try VariationPlan(base.graph, axes, asGrid: grid)
        let directory = try given ?? Paths.absolute("variations-\(base.row.short)")
        if dryRun {
            let all = plan.runs.map { run -> JSON in ["label": .string(run.label), "prompt": run.graph] }
            return Terminal.say(JSON.array(all))
        }
        // A model that is not there is found before anything runs.
        for run in plan.runs { _ = try VariationRuns.models(of: run, base) }
        let place = try place.chosen()
        let target = try Paths.openDirectory(directory).directory
        let runs = VariationRuns(base: base, plan: plan, place: place, directory: target)
        let work = VariationWork()
        defer { work.finish(in: target, columns: columns) }
        try Blocking.run { try await runs.perform { work.take($0, $1) } }
        let failed = work.failures
        if failed > 0 { throw failed < plan.runs.count ? ExitCode.someFailed : ExitCode.serverFailed }
    }
}

/// What came of the runs so far: told at once, and drawn together at the end.
private final class VariationWork: Sendable {
    private struct State {
        var sheet = ContactSheet()
        var shown = 0
        var failures = 0
    }

    private let state = Mutex(State())

    var failures: Int { state.withLock { $0.failures } }

    func take(_ result: Result<VariationRuns.Made, any Error>, _ label: String) {
        switch result {
        case .failure(let error):
            state.withLock { $0.failures += 1 }
            Terminal.complain(error, of: label)
        case .success(let made):
            for ((path, bytes), (_, result)) in zip(made.files, made.results) {
                let note = made.isProven ? "" : "  not proven from the pinned bytes"
                Terminal.say("\(result.id.hex.prefix(12))  \(result.grade)  \(label)  \(path)\(note)")
                state.withLock { state in
                    if state.sheet.add(bytes, label: label) { state.shown += 1 }
                }
            }
        }
    }

    func finish(in directory: OpenDirectory, columns: Int?) {
        let (png, shown) = state.withLock { ($0.sheet.png(columns: columns), $0.shown) }
        guard shown > 1, let png else { return }
        let name: EntryName = "contact-sheet.png"
        do {
            try directory.write(png, to: name)
            Terminal.say("Contact sheet: \(directory.path(of: [name]))")
        } catch { Terminal.complain(error) }
    }
}
