package import SystemPackage

/// What is asked of somebody who may never answer, such as a mount whose process hangs: who waits for that in the kernel cannot be
/// called back. So a thread of its own waits, and goes on waiting when nobody else does any more.
package final class Question<Answer: Sendable>: Sendable {
    private let answer = Lock(.report, Answer?.none)
    private let sleeper = Sleeper()

    /// Has a new thread ask, and then do what is to be done `afterwards`, whether anybody still waits or not.
    package init(
        _ ask: @escaping @Sendable () -> Answer, afterwards: @escaping @Sendable () -> Void = {}
    ) throws(Errno) {
        try WorkerThread { [self] in
            let answer = ask()
            self.answer.withLock { $0 = answer }
            sleeper.wake()
            afterwards()
        }.detach()
    }

    /// The answer; nil where there is none within this time. One thread waits.
    package func answer(within patience: Duration) -> Answer? {
        let end = ContinuousClock.now + patience
        return Activity.perform(.wait) {
            repeat {
                if let answer = answer.withLock({ $0 }) { return answer }
            } while sleeper.sleep(until: end)
            return nil
        }
    }

    /// The answer to a question that is given up after this time, or that no thread can be started for.
    package static func answer(within patience: Duration, _ ask: @escaping @Sendable () -> Answer) -> Answer? {
        (try? Question(ask))?.answer(within: patience)
    }
}
