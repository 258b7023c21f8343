import Dispatch
import Synchronization

/// Runs asynchronous work from a command. An interrupt cancels the work, so that it can put everything back.
enum Blocking {
    private final class Answer<Value: Sendable>: Sendable {
        let result = Mutex<Result<Value, any Error>?>(nil)
    }

    static func run<Value: Sendable>(_ body: @escaping @Sendable () async throws -> Value) throws -> Value {
        let answer = Answer<Value>()
        let done = DispatchSemaphore(value: 0)
        let task = Task {
            let result: Result<Value, any Error>
            do { result = .success(try await body()) } catch { result = .failure(error) }
            answer.result.withLock { $0 = result }
            done.signal()
        }
        withExtendedLifetime(Interrupts { task.cancel() }) { done.wait() }
        guard let result = answer.result.withLock({ $0 }) else {
            preconditionFailure("the work ended without a result")
        }
        return try result.get()
    }
}
