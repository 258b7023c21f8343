import CFuse
import Glibc
import Store

/// The requests that wait for bytes from elsewhere. None holds a thread: each is answered when its bytes have come, when the program that
/// made it ends, or when the mount does.
final class WaitingRequests: Sendable {
    private struct Waiting {
        /// libfuse's request, as an address.
        let request: UInt
        let operation: StaticString
        /// The thread that made it; 0 where it has no number here.
        let thread: pid_t
        /// Whether any signal ends it, or only the end of its thread.
        let endsBySignal: Bool
        var isInterrupted = false
        /// Whether threads other than the one that began it may answer it, too.
        var isReady = false
        /// Called when nobody waits for the answer any more.
        var cancel: (@Sendable () -> Void)?
    }

    private struct State {
        var waiting: [Int: Waiting] = [:]
        var next = 0
        /// Requests that are being answered.
        var answering = 0
        var hasEnded = false
    }

    private let state = Lock(.waiting, State())
    /// Rung when a signal came for a request.
    let bell = Bell()

    /// Keeps a request; nil after the end. A signal for the request may have come already.
    fileprivate func add(_ request: fuse_req_t, _ operation: StaticString, endsBySignal: Bool) -> Int? {
        let waiting = Waiting(
            request: UInt(bitPattern: request), operation: operation, thread: fuse_req_ctx(request)?.pointee.pid ?? 0,
            endsBySignal: endsBySignal)
        return state.withLock { state in
            guard !state.hasEnded else { return nil }
            state.next += 1
            state.waiting[state.next] = waiting
            return state.next
        }
    }

    /// Others may answer a request from now on; false after the end.
    fileprivate func release(_ number: Int) -> Bool {
        state.withLock { state in
            state.waiting[number]?.isReady = true
            return !state.hasEnded
        }
    }

    /// Sets what is called when nobody waits for it any more; false if nobody does already.
    fileprivate func note(_ cancel: @escaping @Sendable () -> Void, of number: Int) -> Bool {
        state.withLock { state in
            guard state.waiting[number] != nil else { return false }
            state.waiting[number]?.cancel = cancel
            return true
        }
    }

    /// Runs `body` with a request, unless it was answered: whoever gets it answers it.
    fileprivate func answer(
        _ number: Int, _ body: (fuse_req_t, StaticString) -> Void
    ) -> (@Sendable () -> Void)? {
        let found = state.withLock { state -> Waiting? in
            guard let found = state.waiting.removeValue(forKey: number) else { return nil }
            state.answering += 1
            return found
        }
        guard let found, let request = fuse_req_t(bitPattern: found.request) else { return nil }
        body(request, found.operation)
        state.withLock { $0.answering -= 1 }
        return found.cancel
    }

    /// The kernel reports a signal for the thread of a request. ``tick()`` answers that request: libfuse calls this while it holds the
    /// request's own lock, which an answer would free.
    func interrupted(_ number: Int) {
        state.withLock { $0.waiting[number]?.isInterrupted = true }
        bell.ring()
    }

    /// Called when the bell rings, and then at short intervals as long as it returns true: the kernel reports only the first signal.
    ///
    /// A signal that does not end the program does not end its read: in mapped memory, a failed read would kill the program.
    func tick() -> Bool {
        let interrupted = state.withLock { state in state.waiting.filter { $0.value.isInterrupted && $0.value.isReady }
        }
        for (number, found) in interrupted where found.endsBySignal || Self.isEnding(found.thread) {
            refuse(number, EINTR)
        }
        return !interrupted.isEmpty
    }

    fileprivate func refuse(_ number: Int, _ errno: CInt) {
        answer(number) { request, _ in fuse_reply_err(request, errno) }?()
    }

    /// Whether a thread has a signal that ends it: the kernel gives SIGKILL to every thread of a process that any signal ends.
    private static func isEnding(_ thread: pid_t) -> Bool {
        guard thread != 0 else { return true }
        guard let text = ProcessFile.text("/proc/\(thread)/status") else {
            // /proc may hide the processes of others. Signal 0 only asks whether the thread exists.
            return kill(thread, 0) != 0 && errno == ESRCH
        }
        let line = text.split(separator: "\n").first { $0.hasPrefix("SigPnd:") }
        guard let pending = line?.split(separator: "\t").last.flatMap({ UInt64($0, radix: 16) }) else { return true }
        return pending >> UInt64(SIGKILL - 1) & 1 != 0
    }

    /// Ends all of them. When this returns, nobody answers any.
    func end() {
        let all = state.withLock { state in
            state.hasEnded = true
            return state.waiting.filter(\.value.isReady).map(\.key)
        }
        for number in all { refuse(number, EIO) }
        // An answer is one write to the kernel, which does not wait.
        while state.withLock({ $0.answering > 0 }) { Activity.perform(.wait) { _ = usleep(1000) } }
    }
}

/// A request that is answered later.
struct Later: Sendable {
    fileprivate let mount: Mount
    fileprivate let number: Int

    /// Answers it, unless it was answered.
    func answer(_ result: Result<Reply, any Error>) {
        _ = mount.waiting.answer(number) { request, operation in
            send(result, request, operation, mount)
        }
    }
}

extension Mount {
    /// Lets a request wait. `begin` begins what answers it, and returns what to call when nobody waits any more; nil if it was answered.
    func wait(
        _ request: fuse_req_t, _ operation: StaticString, endsBySignal: Bool,
        _ begin: (Later) -> (@Sendable () -> Void)?
    ) {
        guard let number = waiting.add(request, operation, endsBySignal: endsBySignal) else {
            fuse_reply_err(request, EIO)
            return
        }
        // This comes before anybody can answer the request, since libfuse frees it with the answer.
        fuse_req_interrupt_func(
            request,
            { request, number in
                guard let request, let data = fuse_req_userdata(request) else { return }
                Mount.of(data).waiting.interrupted(Int(bitPattern: number))
            }, UnsafeMutableRawPointer(bitPattern: number))
        guard waiting.release(number) else { return waiting.refuse(number, EIO) }
        guard let cancel = begin(Later(mount: self, number: number)) else { return }
        if !waiting.note(cancel, of: number) { cancel() }
    }
}
