import ArgumentParser
import Comfy
import Foundation
import Glibc
import Recipe
import Reproduction
import Store
import Synchronization
import SystemPackage

struct VaryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vary", abstract: "Make an image again with one parameter changed at a time, or in a grid.",
        discussion: """
            PATH=VALUES is an input of a node, '3.seed=1..8', or an input's name alone where one node has it, 'cfg=4,6'. \
            Ranges have both ends, and a step after a second '..': 'cfg=4..6..0.5'. A model's version is meant by \
            'lora_name=other.safetensors@v2'. Every result is a snapshot that knows what it was changed from. What is not here, but \
            at a remote, is fetched first.
            """)

    @OptionGroup var image: ImageArgument
    @Option(name: .customLong("set"), help: "PATH=VALUES; may be repeated.") var settings: [String]
    @Flag(help: "Run every combination, instead of one setting after the other.") var grid = false
    @Flag(help: "Print the prompts and run nothing.") var dryRun = false
    @Option(
        name: .customLong("out"), help: "The directory for the results; 'variations-<id>' here.", completion: .directory
    ) var output: String?
    @Option(help: "Images in a row of the contact sheet.") var columns: Int?
    @OptionGroup var place: ServerOption
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
        let base = try SnapshotRun(found.snapshot, named: found.name, store: store, isComplete: false)
        guard let graph = ComfyGraph(base.graph) else {
            throw VariationError("the recipe of \(found.name) is not a graph")
        }
        var axes: [VariationAxis] = []
        for setting in settings { axes.append(try VariationAxis(setting, in: graph)) }
        let plan = try VariationPlan(base.graph, axes, asGrid: grid)
        let directory = try given ?? Paths.absolute("variations-\(base.row.short)")
        if dryRun {
            let all = plan.runs.map { run -> JSON in ["label": .string(run.label), "prompt": run.graph] }
            return Terminal.say(JSON.array(all))
        }
        // A missing model is found before anything runs.
        var models: Set<PinnedModel> = []
        do {
            for run in plan.runs { models.formUnion(try VariationRuns.models(of: run, base)) }
        } catch let error as UnknownModel {
            throw NamingFailure(
                problem: .unknown, argument: error.name, message: error.description,
                candidates: try Naming(store).models(near: error.place))
        }
        let place = try place.chosen()
        try fetchMissing(missing(models, base), in: store) {
            try Blocking.run { try await place.requireReady(for: base) }
        }
        try base.requireBytes()
        let target = try Paths.openDirectory(directory).directory
        let line = RunLine(of: plan.runs.count)
        let runs = VariationRuns(base: base, plan: plan, place: place, directory: target) { line.show($0) }
        let work = VariationWork(plan, base)
        defer { work.finish(in: target, columns: columns) }
        try Blocking.run {
            try await runs.perform {
                work.take($0, $1)
                line.advance()
            }
        }
        let failed = work.failures
        if failed > 0 { throw failed < plan.runs.count ? ExitCode.someFailed : ExitCode.serverFailed }
    }

    /// The files of the snapshot that are not here, and the models that runs use instead of its own and that are not here either.
    private func missing(_ models: Set<PinnedModel>, _ base: SnapshotRun) throws -> [WantedBytes] {
        var missing = try base.store.lostFiles(of: base.row)
        for model in models where try !base.store.isThere(model.sha256) {
            guard !missing.contains(where: { $0.digest == model.sha256 }) else { continue }
            missing.append(
                WantedBytes(
                    model.sha256, size: try base.store.blob(model.sha256)?.size,
                    name: "models/\(model.folder)/\(model.path)"))
        }
        return missing
    }
}

/// The results of the runs. Failures are printed at once; results at the end, in the plan's order, when the server's own reports have made
/// their snapshots as good as they get.
private final class VariationWork: Sendable {
    private struct State {
        var made: [Int: VariationRuns.Made] = [:]
        var failures = 0
    }

    /// How long reports of the runs may take to become snapshots. Checks, 100 ms apart.
    private static let patience = 50

    private let plan: VariationPlan
    private let store: Store
    /// As private as the image that they are variations of.
    private let isPrivate: Bool
    private let state = Mutex(State())

    init(_ plan: VariationPlan, _ base: SnapshotRun) {
        self.plan = plan
        store = base.store
        isPrivate = base.row.document.isPrivate
    }

    var failures: Int { state.withLock { $0.failures } }

    func take(_ result: Result<VariationRuns.Made, any Error>, _ number: Int) {
        switch result {
        case .failure(let error):
            state.withLock { $0.failures += 1 }
            Terminal.complain(error, of: plan.runs[number].label)
        case .success(let made): state.withLock { $0.made[number] = made }
        }
    }

    func finish(in directory: OpenDirectory, columns: Int?) {
        let made = state.withLock { $0.made }.sorted { $0.key < $1.key }
        do {
            if !made.isEmpty, try !store.mounts().isEmpty {
                for _ in 0..<Self.patience where try store.newestReport() != nil { usleep(100_000) }
            }
            var table = Table([.left, .left, .left])
            for (number, made) in made {
                for ((path, bytes), (_, result)) in zip(made.files, made.results) {
                    let note = made.isProven ? "" : "  not proven from the pinned bytes"
                    let newest = try store.snapshot(ofImage: SHA256.digest(of: bytes))
                    let grade = try newest.map { try store.rendering(.json, of: $0.id, named: $0.imageName).grade }
                    table.row(
                        Line(newest?.short.text ?? String(result.id.hex.prefix(12))), "\(grade ?? result.grade)",
                        Line(plan.runs[number].label), "\(path)\(note, .doubtful)", json: .null)
                }
            }
            table.finish()
            var sheet = ContactSheet()
            for (number, made) in made { for file in made.files { plan.add(file.bytes, of: number, to: &sheet) } }
            guard sheet.count > 1, let png = sheet.png(columns: columns, axes: plan.axes) else { return }
            let name = try directory.add(png, as: "contact-sheet.png", isPrivate: isPrivate)
            Terminal.say("Contact sheet: \(directory.path(of: [name]))")
        } catch { Terminal.complain(error) }
    }
}
