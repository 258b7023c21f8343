import CFuse
import Glibc
import Recipe
import Store
import SystemPackage

/// Threads of programs that wanted to write a file and were told to look its name up again.
///
/// The kernel retries once, and only once. So the second look-up must find a node that the thread may write, whatever became of the name
/// meanwhile. The node that the thread knew may be gone by then, and with it the note of where its name leads.
final class Retries: Sendable {
    /// A thread that has not come back by then has given up: it needs no time between the two but what the scheduler takes. Seconds.
    private static let patience = 10

    private let state = Lock(.retries, [Int32: Int]())

    /// Whether a thread is looking a name up again. A thread of another process namespace has no number.
    func contains(_ thread: Int32) -> Bool {
        state.withLock { threads in
            guard !threads.isEmpty, let since = threads[thread] else { return false }
            return Self.now - since <= Self.patience
        }
    }

    /// Runs `body`, in which a thread opens a file for writing by its node, and remembers the thread if it is told to retry.
    func attempt<Result>(by thread: Int32, _ body: () throws -> Result) throws -> Result {
        var isStale = false
        defer {
            let now = Self.now
            state.withLock { threads in
                if !threads.isEmpty { threads = threads.filter { $0.key != thread && now - $0.value <= Self.patience } }
                if isStale, thread != 0 { threads[thread] = now }
            }
        }
        do { return try body() } catch {
            isStale = Failure(error).errno == .staleNFSFileHandle
            throw error
        }
    }

    private static var now: Int {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC_COARSE, &time)
        return time.tv_sec
    }
}

extension Mount {
    func thread(_ request: fuse_req_t?) -> Int32 { fuse_req_ctx(request)?.pointee.pid ?? 0 }

    /// The node that a look-up is answered with: for a thread that retries, one that it may write.
    func found(_ node: Node, _ request: fuse_req_t?) throws -> Node {
        guard retries.contains(thread(request)), let file = node.inode as? any WritableFile else { return node }
        gate.leave()
        return .file(try file.found(again: caller(request)))
    }

    /// Opens a file for writing.
    func openToWrite(
        _ id: fuse_ino_t, _ info: UnsafeMutablePointer<fuse_file_info>, _ request: fuse_req_t?
    ) throws -> Reply {
        try retries.attempt(by: thread(request)) {
            guard case .file(let file) = try root.node(NodeID(rawValue: id)) else {
                throw Failure(.invalidArgument, "not a file")
            }
            let mode = info.pointee.flags & O_ACCMODE
            if let inbox = file as? any Inbox, mode == O_WRONLY {
                return .opened(
                    OpenFile(writingTo: inbox, from: opener(request), by: reportWriter(request)), info, .none)
            }
            guard let file = file as? any WritableFile else { throw Failure.readOnly }
            gate.leave()
            // Taken before the file is opened, so that nobody begins to read it in another way meanwhile.
            let use = try backings.use(file.id, nil)
            var caller = caller(request)
            caller.empties = info.pointee.flags & O_TRUNC != 0
            let writing = try file.write(by: caller)
            guard use.backing == nil else {
                // The kernel reads this node by itself, so it is never written; its name leads to another node now.
                try writing.close()
                throw StoreError.gone(EntryName(number: id))
            }
            if info.pointee.flags & O_TRUNC != 0 {
                do { try writing.truncate(0) } catch {
                    try? writing.close()
                    throw error
                }
            }
            return .opened(
                OpenFile(writing, by: writingProcesses(request), use, file.hold()), info,
                mode == O_WRONLY || writing.isDirect ? .none : .pages)
        }
    }
}
