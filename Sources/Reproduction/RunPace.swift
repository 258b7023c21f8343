package import Comfy
import Recipe

/// How far a run has come, in words for whoever waits: what a terminal's line shows, and what a page shows.
package struct RunPace: Sendable {
    private var node: String?
    private var began = ContinuousClock.now

    package init() {}

    /// The most important part first: nodes, step, time left, and the class of the node at work.
    package mutating func words(_ progress: PromptRun.Progress) -> [String] {
        if node != progress.node {
            node = progress.node
            began = .now
        }
        var left: String?
        if progress.step > 0, progress.step < progress.steps {
            let seconds =
                began.duration(to: .now) / .seconds(1) / Double(progress.step)
                * Double(progress.steps - progress.step)
            left = "\(seconds.rounded(.up).asMinutes) left"
        }
        return [
            "\(progress.done) of \(progress.nodes.of("node"))",
            progress.steps > 0 ? "step \(progress.step) of \(progress.steps)" : nil, left, progress.kind,
        ].compactMap { $0 }
    }
}
