import ArgumentParser
import Reach
import Recipe
import Store
import Synchronization

/// An argument that names a remote.
struct RemoteArgument: ParsableArguments {
    @Argument(help: "The name that 'remote add' gave it.", completion: Offers.remote) var remote: String

    func find(in store: Store) throws -> RemoteRow { try Naming(store).remote(remote) }
}

extension Naming {
    /// The remote with this name.
    func remote(_ text: String) throws -> RemoteRow {
        try Paths.requireText(text)
        if let remote = try store.remote(named: text) { return remote }
        var nearest = Nearest<NamingFailure.Candidate>(to: text)
        let all = try store.remotes()
        for remote in all {
            nearest.offer(remote.name, .init(id: nil, name: remote.name, time: nil, note: ", \(remote.url)"))
        }
        throw NamingFailure(
            problem: .unknown, argument: text,
            message: all.isEmpty
                ? "There is no remote \(Self.quoted(text)); '\(ShellCommand.reprofs("remote add"))' gives one a name."
                : "There is no remote \(Self.quoted(text)).",
            candidates: nearest.things)
    }
}

/// A number of bytes as people write it: `64M`, `9G`, `1048576`.
struct ByteCount: ExpressibleByArgument {
    let bytes: Int

    init?(argument: String) {
        let units: [Character: Int] = ["K": 10, "M": 20, "G": 30, "T": 40]
        let shift = argument.last.flatMap { units[Character($0.uppercased())] }
        guard let number = Int(shift == nil ? argument[...] : argument.dropLast()), number > 0 else { return nil }
        let (bytes, isTooMuch) = number.multipliedReportingOverflow(by: 1 << (shift ?? 0))
        guard !isTooMuch else { return nil }
        self.bytes = bytes
    }
}

/// The progress of bytes between a store and remotes, in one line.
final class TransferLine: Sendable {
    private let state = Mutex<(total: Int, line: Progress?)>((0, nil))

    func show(_ progress: Reaching.Progress) {
        switch progress {
        case .planned(let bytes):
            state.withLock { state in
                state.total = bytes
                state.line = bytes > 0 ? Progress(total: bytes) : nil
            }
        case .moved(let bytes, let name): state.withLock { $0.line }?.advance(by: bytes, of: name)
        }
    }
}

/// Runs what moves bytes. An interrupt leaves what came so far, and the next time goes on with it.
func moving<Value: Sendable>(_ body: @escaping @Sendable () async throws -> Value) throws -> Value {
    do {
        return try Blocking.run {
            do { return try await body() } catch {
                // Each kind of work reports in its own way that it was broken off.
                try Task.checkCancellation()
                throw error
            }
        }
    } catch is CancellationError { throw StoreError.interrupted }
}

/// Which of the things that a command was asked to do could not be done.
struct Failures {
    private(set) var list: [(what: String, problem: String)] = []

    /// Prints why one of them could not be done. An interrupt ends everything.
    mutating func add(_ error: any Error, of what: String) throws {
        if case StoreError.interrupted = error { throw error }
        Terminal.complain(error, of: what)
        list.append((what, FailureReport(error).lines[0]))
    }

    /// Throws the exit code, unless everything was done.
    func end(done: Int, isComplete: Bool) throws {
        if list.isEmpty && isComplete { return }
        throw done > 0 ? ExitCode.someFailed : ExitCode.failure
    }

    var json: JSON { .array(list.map { ["what": .string($0.what), "problem": .string($0.problem)] }) }
}
