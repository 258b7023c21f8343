import Comfy
import HTTPTypes
import Recipe
import Reproduction
import Store
import Synchronization
import SystemPackage

/// What is asked of ComfyUI, one after the other: a ComfyUI runs one graph at a time, and `active/models` shows one snapshot. What runs
/// goes on when nobody looks.
final class RunQueue: Sendable {
    /// How many may wait.
    static let limit = 20
    /// How many finished runs are still listed.
    private static let kept = 50
    /// Pictures of one sheet.
    static let sheetLimit = 100
    /// Bytes of a preview: ComfyUI's have at most 512 pixels on a side.
    private static let previewLimit = 2 << 20

    private struct State {
        var runs: [Run] = []
        var next = 1
        var isEnded = false
        /// Ends the one that runs.
        var stop: AsyncStream<Void>.Continuation?
        var pace = RunPace()
    }

    let comfy: Gallery.Comfy
    private let store: Store
    /// Is told that something is to be shown otherwise.
    private let changed: @Sendable () -> Void
    private let wake = AsyncStream.makeStream(of: Void.self)
    private let state = Mutex(State())

    init(_ store: Store, on comfy: Gallery.Comfy, changed: @escaping @Sendable () -> Void) {
        self.store = store
        self.comfy = comfy
        self.changed = changed
    }

    /// All of them in the order in which they were asked for.
    var runs: [Run] { state.withLock { $0.runs } }

    /// What pages are told of them, a line of JSON.
    var json: String { JSON.array(runs.map(\.json)).canonical() }
    /// The same where there are none.
    static let nothing = JSON.array([]).canonical()

    func run(_ id: Int) -> Run? { state.withLock { $0.runs.first { $0.id == id } } }

    /// Puts a run at the end of the queue. A picture that is already to be made again is not made twice.
    func add(_ image: Digest, _ base: SnapshotRun, named name: String, _ work: Run.Work) throws -> Run {
        let run = try state.withLock { state in
            if case .reproduction = work,
                let same = state.runs.first(where: {
                    guard case .reproduction = $0.work else { return false }
                    return $0.image == image && !$0.isOver
                })
            {
                return same
            }
            guard !state.isEnded, state.runs.count(where: { !$0.isOver && !$0.isRunning }) < Self.limit else {
                throw Problem(
                    .serviceUnavailable, "\(Self.limit) runs wait already. Ask again when some of them are over.")
            }
            let run = Run(id: state.next, image: image, snapshot: base.row, name: name, work: work)
            state.next += 1
            state.runs.append(run)
            return run
        }
        wake.continuation.yield()
        changed()
        return run
    }

    /// Stops a run, or takes it out of the queue. What it set up is put back before another one begins.
    func stop(_ id: Int) throws {
        try state.withLock { state in
            guard let index = state.runs.firstIndex(where: { $0.id == id }) else { throw Problem.nothingHere }
            switch state.runs[index].state {
            case .waiting: Self.end(&state.runs[index], .stopped)
            case .running:
                state.stop?.finish()
                state.runs[index].progress.words = ["is being stopped"]
                state.runs[index].version += 1
            case .ended: throw Problem(.conflict, "This run is over.")
            }
        }
        changed()
    }

    /// Stops the one that runs, and begins no other.
    func end() {
        state.withLock { state in
            state.isEnded = true
            state.stop?.finish()
        }
        wake.continuation.finish()
    }

    /// Makes what is asked for until ``end()``; everything is put back when it returns.
    func work() async {
        await withTaskExecutorPreference(RunThread()) {
            for await _ in wake.stream { while let run = begin() { await make(run.run, until: run.stopped) } }
        }
    }

    private func begin() -> (run: Run, stopped: AsyncStream<Void>)? {
        let begun = state.withLock { state -> (Run, AsyncStream<Void>)? in
            guard !state.isEnded, let index = state.runs.firstIndex(where: { !$0.isOver }) else { return nil }
            let (stopped, stop) = AsyncStream.makeStream(of: Void.self)
            state.stop = stop
            state.pace = RunPace()
            state.runs[index].state = .running
            state.runs[index].version += 1
            return (state.runs[index], stopped)
        }
        if begun != nil { changed() }
        return begun
    }

    private func make(_ run: Run, until stopped: AsyncStream<Void>) async {
        let end = await withTaskGroup(of: Run.End?.self) { tasks in
            tasks.addTask { await self.outcome(of: run) }
            tasks.addTask {
                for await _ in stopped {}
                return nil
            }
            var end: Run.End?
            // Whichever is first ends the other.
            for await first in tasks {
                tasks.cancelAll()
                end = end ?? first
            }
            return end ?? .stopped
        }
        change(run.id) { Self.end(&$0, end) }
        state.withLock { state in
            state.stop = nil
            let over = state.runs.filter(\.isOver).dropLast(Self.kept).map(\.id)
            state.runs.removeAll { over.contains($0.id) }
        }
    }

    private func outcome(of run: Run) async -> Run.End {
        do {
            var base = try SnapshotRun(run.snapshot.id, named: run.name, store: store)
            base.wantsPreviews = true
            switch run.work {
            case .reproduction:
                let result = try await ReproductionAttempt.make(
                    base, on: comfy.place, original: try? base.original()
                ) { self.note($0, of: run.id) }
                return .verdict(result.verdict, result.lines)
            case .variations(let plan):
                let runs = VariationRuns(
                    base: base, plan: plan, place: comfy.place, directory: try comfy.variations(base.row.short)
                ) { self.note($0, of: run.id) }
                try await runs.perform { self.note($0, at: $1, of: run.id) }
                return .made(self.run(run.id)?.cells.count(where: \.isMade) ?? 0)
            }
        } catch {
            // An interruption counts as a stop, whatever it interrupted: somebody asked for it.
            if Task.isCancelled || error is CancellationError { return .stopped }
            return .failed(Self.lines(of: error))
        }
    }

    private static func lines(of error: any Error) -> [String] {
        (error as? any SeveralLines)?.lines ?? ["\(error)"]
    }

    private static func end(_ run: inout Run, _ end: Run.End) {
        run.state = .ended(end)
        run.preview = nil
        run.ended = .now()
        run.version += 1
    }

    private func note(_ progress: PromptRun.Progress, of id: Int) {
        let step = progress.steps > 0 ? Double(progress.step) / Double(progress.steps) : 0
        let share = min(1, (Double(progress.done) + step) / Double(max(1, progress.nodes)))
        state.withLock { state in
            guard let index = state.runs.firstIndex(where: { $0.id == id }) else { return }
            show(progress.preview, in: &state.runs[index])
            let words = state.pace.words(progress)
            let cells = state.runs[index].cells
            guard !cells.isEmpty else {
                state.runs[index].progress = (share, words)
                return
            }
            let done = cells.count { !$0.isWaiting }
            state.runs[index].progress = (
                (Double(done) + share) / Double(cells.count), ["picture \(done + 1) of \(cells.count)"] + words
            )
        }
        changed()
    }

    /// Keeps the newest preview, if a browser may show it.
    private func show(_ preview: PromptRun.Preview?, in run: inout Run) {
        guard let preview, run.isRunning, run.preview?.picture !== preview, preview.bytes.count <= Self.previewLimit,
            [.png, .jpeg].contains(Picture(preview.bytes))
        else { return }
        run.preview = ((run.preview?.number ?? 0) + 1, preview)
    }

    private func note(_ result: Result<VariationRuns.Made, any Error>, at number: Int, of id: Int) {
        change(id) { run in
            switch result {
            case .success(let made):
                run.cells[number].state =
                    made.files.first.map { .made(SHA256.digest(of: $0.bytes)) }
                    ?? .failed("it left no file")
            case .failure(let error):
                run.cells[number].state = .failed(Self.lines(of: error).joined(separator: " "))
            }
            run.version += 1
        }
    }

    private func change(_ id: Int, _ change: (inout Run) -> Void) {
        state.withLock { state in
            guard let index = state.runs.firstIndex(where: { $0.id == id }) else { return }
            change(&state.runs[index])
        }
        changed()
    }
}

extension Run.Cell {
    var isMade: Bool { if case .made = state { true } else { false } }
    var isWaiting: Bool { if case .waiting = state { true } else { false } }
}
