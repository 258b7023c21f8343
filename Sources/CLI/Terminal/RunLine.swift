import Comfy
import Reproduction
import Synchronization

/// One line on a terminal that shows how far a run has come. Silent elsewhere.
final class RunLine: Sendable {
    private let pace = Mutex(RunPace())

    deinit { Terminal.eraseLive() }

    func show(_ progress: PromptRun.Progress) {
        let text = LiveText(pace.withLock { $0.words(progress) })
        Terminal.showLive { text.fitted($0) }
    }
}
