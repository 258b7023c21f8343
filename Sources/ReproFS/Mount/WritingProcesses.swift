import Glibc
import Store

/// Which processes have yet to close what they write through one open of a file. A descriptor is inherited: a child that closes its
/// copy says nothing of what its parent has still to write, and one that goes on writing after its parent says all of it.
package final class WritingProcesses: Sendable {
    private struct State {
        /// Who opened it, and who wrote, each until it closes.
        var processes: Set<Int32> = []
        /// The processes of threads that came by.
        var known: [Int32: Int32] = [:]
    }

    private let opener: Int32
    /// The mount's, as the kernel writes it; nil where it is not known.
    private let device: String?
    private let state = Lock(.writers, State())

    /// Threads are numbered as the kernel does in requests; 0 is one that cannot be seen from here.
    package init(openedBy thread: Int32, of process: Int32, on device: String? = nil) {
        opener = process
        self.device = device
        state.withLock { state in
            state.processes = [opener]
            state.known = [thread: opener]
        }
    }

    /// A thread changed the bytes; nil: the kernel wrote what somebody had written into mapped memory.
    package func wrote(_ thread: Int32?) {
        guard let thread else { return state.withLock { _ = $0.processes.insert(opener) } }
        let process = process(of: thread)
        state.withLock { _ = $0.processes.insert(process) }
    }

    /// A thread closed a descriptor of the file that has this number; says whether everybody has who had the bytes in hand. A process
    /// that has another descriptor still has them: a shell opens a file, makes its standard output a copy, and closes the first.
    package func closed(by thread: Int32, of file: UInt64) -> Bool {
        let process = process(of: thread)
        guard state.withLock({ $0.processes.contains(process) }), !Opener.writes(thread, into: file, on: device) else {
            return false
        }
        return state.withLock { state in
            guard state.processes.remove(process) != nil else { return false }
            state.processes = state.processes.filter { kill($0, 0) == 0 || errno != ESRCH }
            return state.processes.isEmpty
        }
    }

    private func process(of thread: Int32) -> Int32 {
        if let known = state.withLock({ $0.known[thread] }) { return known }
        let process = Self.process(of: thread)
        state.withLock { state in
            if state.known.count > 256 { state.known = [:] }
            state.known[thread] = process
        }
        return process
    }

    /// One that /proc does not show any more stands for itself.
    private static func process(of thread: Int32) -> Int32 { Opener.process(ofThread: thread) ?? thread }
}
