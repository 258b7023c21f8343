import CLaunch
package import Foundation
import Synchronization

/// A program that runs for this process alone, in a process group of its own. It ends with this process, however that ends: the kernel then
/// sends it its last signal. What it has started itself ends with it, as far as that stays in its group and this process is there.
///
/// The kernel sends that signal when the thread ends that started the program. So that is a thread of its own, which waits for the program.
package final class ChildProcess: Sendable {
    /// What runs, and with what.
    package struct Program: Sendable {
        /// The executable, absolute.
        package var path: String
        /// Without its name.
        package var arguments: [String]
        /// The working directory, absolute.
        package var directory: String
        package var environment = ProcessInfo.processInfo.environment
        /// What the kernel sends it when this process has ended.
        package var lastSignal = SIGKILL

        package init(path: String, arguments: [String], directory: String) {
            self.path = path
            self.arguments = arguments
            self.directory = directory
        }
    }

    private struct State {
        var pid: Int32 = -1
        var problem: Int32 = 0
        var isRunning = false
    }

    private let state = Mutex(State())

    /// Its process number in this process's namespace. Its group has the same.
    package var pid: Int32 { state.withLock { $0.pid } }

    /// False once it has ended, for whatever reason.
    package var isRunning: Bool { state.withLock { $0.isRunning } }

    /// Starts it, with its standard output and error in `output`. Throws a `POSIXError` if it cannot be run.
    package init(_ program: Program, output: FileHandle) throws {
        let begun = DispatchSemaphore(value: 0)
        let thread = Thread { [self] in
            let pid = Self.launch(program, output.fileDescriptor)
            let problem = pid > 0 ? 0 : errno
            state.withLock { $0 = State(pid: pid, problem: problem, isRunning: pid > 0) }
            begun.signal()
            if pid > 0 { waitForEnd(of: pid) }
        }
        thread.name = "child"
        thread.start()
        begun.wait()
        let problem = state.withLock { $0.problem }
        guard problem == 0 else { throw POSIXError(POSIXErrorCode(rawValue: problem) ?? .EIO) }
    }

    private static func launch(_ program: Program, _ output: Int32) -> Int32 {
        func withPointers<Result>(
            _ texts: [String], _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Result
        ) -> Result {
            var pointers = texts.map { strdup($0) } + [nil]
            defer { for pointer in pointers { free(pointer) } }
            return pointers.withUnsafeMutableBufferPointer { buffer in
                guard let start = buffer.baseAddress else { preconditionFailure("a list of texts has its end") }
                return body(start)
            }
        }
        return withPointers([program.path] + program.arguments) { arguments in
            withPointers(program.environment.map { "\($0)=\($1)" }) { environment in
                program.path.withCString { path in
                    program.directory.withCString { directory in
                        var program = reprofs_program(
                            path: path, directory: directory, arguments: arguments, environment: environment,
                            output: output, last_signal: program.lastSignal)
                        return reprofs_launch(&program)
                    }
                }
            }
        }
    }

    private func waitForEnd(of pid: Int32) {
        var facts = siginfo_t()
        // Until it is collected, nobody else gets its number, nor its group's.
        while waitid(P_PID, id_t(pid), &facts, WEXITED | WNOWAIT) != 0, errno == EINTR {}
        state.withLock { state in
            kill(-pid, SIGKILL)
            while waitpid(pid, nil, 0) < 0, errno == EINTR {}
            state.isRunning = false
        }
    }

    /// Asks it to end, and waits for that for five seconds. Then it is killed, and its group with it, unless `byForce` is false.
    package func stop(byForce: Bool = true) async {
        signal { kill($0, SIGTERM) }
        await waitForEnd()
        guard byForce else { return }
        signal { kill(-$0, SIGKILL) }
        // A process that waits for a device which does not answer ends when that does; nobody waits for it.
        await waitForEnd()
    }

    private func signal(_ send: (Int32) -> Void) { state.withLock { if $0.isRunning { send($0.pid) } } }

    private func waitForEnd() async {
        for _ in 0..<100 where isRunning { _ = await Task { usleep(50_000) }.value }
    }
}
