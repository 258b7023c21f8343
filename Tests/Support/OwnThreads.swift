import Dispatch
package import Testing

/// Runs asynchronous tests on threads of their own. All tests begin at once, and those that block hold the threads that Swift has for
/// asynchronous work, so each step of one that waits for a server would wait for seconds.
package struct OwnThreads: SuiteTrait, TestTrait, TestScoping {
    package let isRecursive = true

    private final class Threads: TaskExecutor {
        private let queue = DispatchQueue(label: "asynchronous tests", attributes: .concurrent)

        func enqueue(_ job: consuming ExecutorJob) {
            let job = UnownedJob(job)
            queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
        }
    }

    /// For tasks that a test starts beside itself.
    package static let executor: any TaskExecutor = Threads()

    package func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        try await withTaskExecutorPreference(Self.executor) { try await function() }
    }
}

extension Trait where Self == OwnThreads {
    package static var ownThreads: OwnThreads { OwnThreads() }
}
