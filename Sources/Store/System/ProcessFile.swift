import Glibc
import SystemPackage

/// Reads files of /proc. Each `read` returns one page at most and their size is 0, so a reader that stops at a short read, as Foundation
/// does, gets only the first page.
package enum ProcessFile {
    /// All of it; nil if it cannot be opened, and what was read so far if it cannot be read to its end.
    package static func bytes(_ path: String) -> [UInt8]? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var bytes: [UInt8] = []
        while true {
            let page = [UInt8](unsafeUninitializedCapacity: pageSize) { buffer, count in
                count = max(0, read(file, buffer.baseAddress, buffer.count))
            }
            if page.isEmpty { return bytes }
            bytes += page
        }
    }

    private static let pageSize = 4096

    /// All of it as text; nil if it cannot be opened.
    package static func text(_ path: String) -> String? { bytes(path).map { String(decoding: $0, as: UTF8.self) } }

    /// The names in a directory of /proc, in no order; none if it cannot be listed.
    package static func names(in directory: String) -> [String] {
        (try? DirectoryListing.names(in: FilePath(directory))) ?? []
    }

    /// Processes about which a question is still unanswered.
    private static let overdue = Lock(.openers, Set<Int32>())

    /// Reads files of another process in /proc that may block; nil if there is no answer within a second.
    ///
    /// While a process is in `execve`, the kernel blocks reads of its `stat`, `maps`, `environ` and links. Closing the files that are
    /// closed on exec may take for ever there, because of some file system or of this process. The command line is in the memory of the
    /// process, which a file system may have to read. `status`, `comm`, `fdinfo`, `mountinfo` and directory listings never block.
    ///
    /// No second question about a process is asked until the first is answered, so each process that blocks leaves at most one waiting
    /// thread, or a few if several asked at once.
    package static func told<Answer: Sendable>(
        of process: Int32, _ ask: @escaping @Sendable () -> Answer?
    ) -> Answer? {
        // A process that makes this call is not in `execve`, so it need not be asked from another thread.
        guard process != getpid() else { return ask() }
        guard !overdue.withLock({ $0.contains(process) }) else { return nil }
        let question = try? Question(ask, afterwards: { _ = overdue.withLock { $0.remove(process) } })
        guard let question else { return nil }
        if let answer = question.answer(within: .seconds(1)) { return answer }
        overdue.withLock { _ = $0.insert(process) }
        // The answer came before the question was noted here, so the note is removed again.
        guard let answer = question.answer(within: .zero) else { return nil }
        overdue.withLock { _ = $0.remove(process) }
        return answer
    }
}
