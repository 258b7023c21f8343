import Logging
import Store

/// Rings the bell when any process has committed to the catalogue.
final class ChangeWatch: Job {
    private let store: Store
    private let bell: Bell
    private let logger: Logger
    private let state = Lock(.thread, State())

    private struct State {
        var thread: WorkerThread?
        var watch: CommitWatch?
    }

    init(_ store: Store, _ bell: Bell, logger: Logger) {
        self.store = store
        self.bell = bell
        self.logger = logger
    }

    func start() throws(MountError) {
        let watch: CommitWatch
        do throws(StoreError) { watch = try CommitWatch(store) } catch { throw MountError("\(error)") }
        let thread = try WorkerThread.named("changes") { [bell, logger] in
            watch.run {
                bell.ring()
            } cannotBeTold: { problem in
                logger.warning("the store's directory cannot be watched: \(problem); it is looked at instead")
            }
        }
        state.withLock { $0 = State(thread: thread, watch: watch) }
    }

    func stop() {
        let running = state.withLock { state in
            defer { state = State() }
            return state
        }
        running.watch?.stop()
        running.thread?.join()
    }
}
