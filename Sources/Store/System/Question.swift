package import SystemPackage

/// A question that may never be answered, such as one to a mount whose process hangs: a thread that waits in the kernel cannot be called
/// back. So a thread of its own waits, and goes on waiting when the asker has given up.
package final class Question<Answer: Sendable>: Sendable {
    private let answer = Lock(.report, Answer?.none)
    private let sleeper = Sleeper()

    /// Starts a thread that asks, and then runs `afterwards`, whether anybody still waits or not.
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

    /// The answer; nil if there is none within this time. Only one thread may wait.
    package func answer(within patience: Duration) -> Answer? {
        let end = ContinuousClock.now + patience
        return Activity.perform(.wait) {
            repeat {
                if let answer = answer.withLock({ $0 }) { return answer }
            } while sleeper.sleep(until: end)
            return nil
        }
    }

    /// Asks, and returns nil if there is no answer within this time or no thread can be started.
    package static func answer(within patience: Duration, _ ask: @escaping @Sendable () -> Answer) -> Answer? {
        (try? Question(ask))?.answer(within: patience)
    }
}
