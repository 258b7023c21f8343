import Comfy
import Recipe
import Reproduction
import Synchronization

/// One line on a terminal that shows how far a run has come, and how far all of several. Silent elsewhere.
final class RunLine: Sendable {
    private struct State {
        var pace = RunPace()
        var done = 0
        let start = ContinuousClock.now
    }

    private let total: Int
    private let state = Mutex(State())

    init(of total: Int = 1) { self.total = total }

    deinit { Terminal.eraseLive() }

    func show(_ progress: PromptRun.Progress) {
        let text = LiveText(state.withLock { all($0) + $0.pace.words(progress) })
        Terminal.showLive { text.fitted($0) }
    }

    /// One of the runs has ended.
    func advance() {
        let text = LiveText(
            state.withLock { state in
                state.done += 1
                return all(state)
            })
        Terminal.showLive { text.fitted($0) }
    }

    /// How far all of them are: nothing if there is only one.
    private func all(_ state: State) -> [String] {
        guard total > 1 else { return [] }
        let count = "\(min(state.done + 1, total)) of \(total.of("run"))"
        guard state.done > 0, state.done < total else { return [count] }
        let seconds = state.start.duration(to: .now) / .seconds(1)
        return [count, "\((seconds / Double(state.done) * Double(total - state.done)).rounded(.up).asMinutes) for all"]
    }
}
