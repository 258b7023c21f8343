import Glibc
import SystemPackage

/// Files of /proc. Each read of one gives a page of it at most, and its size is told as nought: who takes a short read for the end,
/// as Foundation does, has the first page alone.
package enum ProcessFile {
    /// All of it; nil where it cannot be opened, and what was read until then where it cannot be read to its end.
    package static func bytes(_ path: String) -> [UInt8]? {
        guard let file = try? FileDescriptor.open(FilePath(path), .readOnly) else { return nil }
        defer { try? file.close() }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 8 << 10)
        while let count = try? buffer.withUnsafeMutableBytes({ try file.read(into: $0) }), count > 0 {
            bytes += buffer[..<count]
        }
        return bytes
    }

    /// All of it as text; nil where it cannot be opened.
    package static func text(_ path: String) -> String? { bytes(path).map { String(decoding: $0, as: UTF8.self) } }

    /// The names in a directory of /proc, in no order; none where it cannot be listed.
    package static func names(in directory: String) -> [String] {
        (try? DirectoryListing.names(in: FilePath(directory))) ?? []
    }

    /// Processes that were asked after and did not let the kernel tell yet.
    private static let overdue = Lock(.openers, Set<Int32>())

    /// What /proc tells of another process, in files that it may tell late; nil where that is not within a second.
    ///
    /// While a process is in `execve` the kernel tells neither its `stat`, `maps` and `environ` nor where its links lead, and closing
    /// what is closed on exec may wait for ever for some file system, or for this process. Its command line lies in its memory, which
    /// a file system may have to read. `status`, `comm`, `fdinfo`, `mountinfo` and what directories list it tells at any time.
    ///
    /// Nobody waits for the same process again until the first answer has come, so at most one thread is left waiting for each
    /// process that its owner holds up, or a few where several asked at once.
    package static func told<Answer: Sendable>(
        of process: Int32, _ ask: @escaping @Sendable () -> Answer?
    ) -> Answer? {
        // Whoever asks is not in `execve`.
        guard process != getpid() else { return ask() }
        guard !overdue.withLock({ $0.contains(process) }) else { return nil }
        let question = try? Question(ask, afterwards: { _ = overdue.withLock { $0.remove(process) } })
        guard let question else { return nil }
        if let answer = question.answer(within: .seconds(1)) { return answer }
        overdue.withLock { _ = $0.insert(process) }
        // Answered between the two, it was forgotten before it was noted.
        guard let answer = question.answer(within: .zero) else { return nil }
        overdue.withLock { _ = $0.remove(process) }
        return answer
    }
}
