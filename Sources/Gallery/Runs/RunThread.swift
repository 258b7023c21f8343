import Dispatch

/// Where a run's own steps go on: they wait for the disk and for mounts, and no request waits with them.
final class RunThread: TaskExecutor {
    private let queue = DispatchQueue(label: "runs")

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
