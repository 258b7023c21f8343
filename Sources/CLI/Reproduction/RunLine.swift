import Comfy
import Glibc
import Synchronization

/// One line on a terminal that shows how far a run has come: node, step, time left. Silent elsewhere.
final class RunLine: Sendable {
    private struct State {
        var node: String?
        var began = ContinuousClock.now
    }

    private let isShown = isatty(STDERR_FILENO) == 1
    private let state = Mutex(State())

    func show(_ progress: PromptRun.Progress) {
        guard isShown else { return }
        let elapsed = state.withLock { state -> Duration in
            if state.node != progress.node {
                state.node = progress.node
                state.began = .now
            }
            return state.began.duration(to: .now)
        }
        var line = "\(progress.done) of \(progress.nodes) nodes"
        if let kind = progress.kind { line += "  \(kind)" }
        if progress.steps > 0 {
            line += "  step \(progress.step) of \(progress.steps)"
            if progress.step > 0, progress.step < progress.steps {
                let left = elapsed / .seconds(1) / Double(progress.step) * Double(progress.steps - progress.step)
                line += "  \(Int(left.rounded(.up))) s left"
            }
        }
        Terminal.write("\r\u{1B}[K\(line)", to: STDERR_FILENO)
    }

    func clear() {
        if isShown { Terminal.write("\r\u{1B}[K", to: STDERR_FILENO) }
    }
}
