import Dispatch
import Store
import Synchronization

/// Threads for what a mount asks of remotes. Swift's own threads are as many as processors, and whatever blocks one of them would hold up
/// every read.
final class LazyThreads: TaskExecutor {
    private static let count = 6

    private let jobs = Mutex<(waiting: [UnownedJob], isStarted: Bool, hasEnded: Bool)>(([], false, false))
    private let places = DispatchSemaphore(value: 0)

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let starts = jobs.withLock { jobs in
            jobs.waiting.append(job)
            defer { jobs.isStarted = true }
            return !jobs.isStarted
        }
        places.signal()
        guard starts else { return }
        for _ in 0..<Self.count { try? WorkerThread { self.work() }.detach() }
    }

    /// The threads end when everything that was begun is done.
    func end() {
        jobs.withLock { $0.hasEnded = true }
        for _ in 0..<Self.count { places.signal() }
    }

    private func work() {
        while true {
            places.wait()
            let (job, isLast) = jobs.withLock { jobs in
                (jobs.waiting.isEmpty ? nil : jobs.waiting.removeFirst(), jobs.hasEnded && jobs.waiting.isEmpty)
            }
            if let job { job.runSynchronously(on: asUnownedTaskExecutor()) }
            if isLast { return }
        }
    }
}
