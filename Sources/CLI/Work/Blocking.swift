import Dispatch
import Synchronization

/// Runs asynchronous work from a command.
enum Blocking {
    private final class Answer<Value: Sendable>: Sendable {
        let result = Mutex<Result<Value, any Error>?>(nil)
    }

    /// An interrupt cancels the work, so that it can put everything back. If there is `interrupted`, the interrupt calls that instead,
    /// which has to end the work.
    static func run<Value: Sendable>(
        interrupted: (@Sendable () -> Void)? = nil, _ body: @escaping @Sendable () async throws -> Value
    ) throws -> Value {
        let answer = Answer<Value>()
        let done = DispatchSemaphore(value: 0)
        let task = Task {
            let result: Result<Value, any Error>
            do { result = .success(try await body()) } catch { result = .failure(error) }
            answer.result.withLock { $0 = result }
            done.signal()
        }
        withExtendedLifetime(Interrupts(interrupted ?? { task.cancel() })) { done.wait() }
        guard let result = answer.result.withLock({ $0 }) else {
            preconditionFailure("the work ended without a result")
        }
        return try result.get()
    }
}
