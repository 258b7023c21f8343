import Glibc
import Store

/// Which processes still have to close what they write through one open of a file. Descriptors are inherited: when a child closes its copy,
/// its parent may have more to write; a child that outlives its parent may write everything itself.
package final class WritingProcesses: Sendable {
    private struct State {
        /// The process that opened it, and those that wrote, until each closes it.
        var processes: Set<Int32> = []
        /// The processes of threads that were seen.
        var known: [Int32: Int32] = [:]
    }

    private let opener: Int32
    /// The mount's device, as the kernel writes it; nil if it is not known.
    private let device: String?
    private let state = Lock(.writers, State())

    /// Threads have the numbers that requests have; 0 stands for one that cannot be seen from here.
    package init(openedBy thread: Int32, of process: Int32, on device: String? = nil) {
        opener = process
        self.device = device
        state.withLock { state in
            state.processes = [opener]
            state.known = [thread: opener]
        }
    }

    /// A thread changed the bytes; nil if the kernel wrote what a process had written into mapped memory.
    package func wrote(_ thread: Int32?) {
        guard let thread else { return state.withLock { _ = $0.processes.insert(opener) } }
        let process = process(of: thread)
        state.withLock { _ = $0.processes.insert(process) }
    }

    /// A thread closed a descriptor of the file with this inode number. Returns whether every process that had written has closed it. A
    /// process with another descriptor still has it open: a shell opens a file, duplicates it to its standard output, and closes the first
    /// descriptor.
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

    /// A thread that /proc no longer shows stands for itself.
    private static func process(of thread: Int32) -> Int32 { Opener.process(ofThread: thread) ?? thread }
}
