import Dispatch
import Glibc
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
        let sources = [SIGINT, SIGTERM, SIGHUP].map { number in
            // Not ignored: a process that is started here would ignore it too.
            signal(number) { _ in }
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { task.cancel() }
            source.resume()
            return source
        }
        done.wait()
        for source in sources { source.cancel() }
        for number in [SIGINT, SIGTERM, SIGHUP] { signal(number, SIG_DFL) }
        guard let result = answer.result.withLock({ $0 }) else {
            preconditionFailure("the work ended without a result")
        }
        return try result.get()
    }
}
