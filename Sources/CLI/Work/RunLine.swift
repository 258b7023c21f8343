import Comfy
import Glibc
import Synchronization

/// One line on a terminal that shows how far a run has come: node, step, time left. Silent elsewhere.
final class RunLine: Sendable {
    private struct State {
        var node: String?
        var began = ContinuousClock.now
    }

    private let line = Terminal.LiveLine()
    private let state = Mutex(State())

    func show(_ progress: PromptRun.Progress) {
        guard line.isShown else { return }
        let elapsed = state.withLock { state -> Duration in
            if state.node != progress.node {
                state.node = progress.node
                state.began = .now
            }
            return state.began.duration(to: .now)
        }
        var text = "\(progress.done) of \(progress.nodes) nodes"
        if let kind = progress.kind { text += "  \(kind)" }
        if progress.steps > 0 {
            text += "  step \(progress.step) of \(progress.steps)"
            if progress.step > 0, progress.step < progress.steps {
                let left = elapsed / .seconds(1) / Double(progress.step) * Double(progress.steps - progress.step)
                text += "  \(Int(left.rounded(.up))) s left"
            }
        }
        line.show(text)
    }

    func clear() { line.clear() }
}
