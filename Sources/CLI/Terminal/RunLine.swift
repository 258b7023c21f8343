import Comfy
import Recipe
import Synchronization

/// A line on a terminal that shows the progress of a run: node, step, time left. Silent if there is no terminal.
final class RunLine: Sendable {
    private struct State {
        var node: String?
        var began = ContinuousClock.now
    }

    private let state = Mutex(State())

    deinit { Terminal.eraseLive() }

    func show(_ progress: PromptRun.Progress) {
        let elapsed = state.withLock { state -> Duration in
            if state.node != progress.node {
                state.node = progress.node
                state.began = .now
            }
            return state.began.duration(to: .now)
        }
        var left: String?
        if progress.step > 0, progress.step < progress.steps {
            let seconds = elapsed / .seconds(1) / Double(progress.step) * Double(progress.steps - progress.step)
            left = "\(seconds.rounded(.up).asMinutes) left"
        }
        let text = LiveText([
            "\(progress.done) of \(progress.nodes.of("node"))",
            progress.steps > 0 ? "step \(progress.step) of \(progress.steps)" : nil, left, progress.kind,
        ])
        Terminal.showLive { text.fitted($0) }
    }
}
