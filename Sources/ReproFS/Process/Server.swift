import Glibc
package import Logging
package import Store
import Synchronization
package import SystemPackage

/// Serves one store at one or more places: a mount for each, and the jobs once for all.
package final class Server: Sendable {
    /// One mount point of the process.
    package struct Place: Sendable {
        /// The directory that is mounted on.
        package let path: FilePath
        /// Whether it takes the place of a models directory.
        package let isModelsDirectory: Bool

        package init(_ path: FilePath, isModelsDirectory: Bool = false) {
            self.path = path
            self.isModelsDirectory = isModelsDirectory
        }
    }

    /// How all places of a process are mounted.
    package struct Options: Sendable {
        /// Whether other users may enter; the kernel checks modes in any case.
        package var allowOther = false
        /// Whether SIGINT, SIGTERM and SIGHUP end the server. At most one server in a process can have it, and that process must have
        /// called ``Signals/hold()`` before it started any thread.
        package var handlesSignals = false
        /// Whether the kernel may read blobs by itself, if it can.
        package var passesThrough = true
        /// When blobs are read again; nil for never.
        package var scrub: ScrubSchedule? = ScrubSchedule()
        /// Whether the catalogue is backed up once a day.
        package var backsUp = true
        package init() {}
    }

    /// Opens by processes, on their way into the catalogue.
    private let loads = LoadBuffer()
    private let live: LiveView
    private let lazy: LazyBlobs?
    private let bell = Bell()
    private let mounts: [Mount]
    private let options: Options
    private let logger: Logger
    private let unready: Atomic<Int>
    private let connected: Atomic<Int>
    private let whenReady: @Sendable () -> Void

    /// `source` has the bytes that the store has not; nil: nobody does. `whenReady` is called once the kernel and ReproFS have agreed on the
    /// protocol at every place.
    package init(
        _ store: Store, at places: [Place], options: Options, logger: Logger, source: (any LazySource)? = nil,
        whenReady: @escaping @Sendable () -> Void
    ) throws(MountError) {
        let live = LiveView(store)
        self.live = live
        let lazy = source.map { LazyBlobs(store, from: $0) { logger.warning("\($0)") } }
        self.lazy = lazy
        self.options = options
        self.logger = logger
        self.whenReady = whenReady
        unready = Atomic(places.count)
        connected = Atomic(places.count)
        var mounts: [Mount] = []
        for place in places {
            let context = MountContext(
                live, mountPoint: place.path.string, isModelsDirectory: place.isModelsDirectory,
                places: places.map(\.path.string), lazy: lazy)
            let root: Root
            do { root = try Root(context) } catch { throw MountError(error.description) }
            mounts.append(
                Mount(
                    root, isOpenToOthers: options.allowOther, passesThrough: options.passesThrough, bell, loads: loads,
                    logger: logger))
        }
        self.mounts = mounts
    }

    /// Mounts and serves until every place is unmounted or a signal comes. Blocks meanwhile; requests run on libfuse's threads.
    package func run() throws(MountError) {
        Self.raiseLimits()
        // Mounted before anything else is started, with the rights of the user who started it.
        defer {
            lazy?.end()
            for mount in mounts { mount.close() }
        }
        for mount in mounts { try mount.open({ self.becameReady() }, whenDisconnected: { self.disconnected() }) }
        let store = live.store
        let rows = try note()
        defer { for row in rows { try? store.forgetMount(row) } }
        if store.isReadOnly {
            do throws(StoreError) { _ = try live.recover() } catch {
                throw MountError("the live view cannot be brought in order: \(error)")
            }
        }
        var started: [any Job] = []
        defer { for job in started.reversed() { job.stop() } }
        for job in jobs(rows) {
            try job.start()
            started.append(job)
        }
        var loops: [WorkerThread] = []
        // However the start goes, no thread is left waiting for a request.
        defer { for loop in loops { loop.join() } }
        do throws(MountError) {
            for mount in mounts { loops.append(try mount.serve()) }
        } catch {
            for mount in mounts { mount.abort() }
            throw error
        }
        for loop in loops { loop.join() }
        loops = []
        ServiceManager.stopping()
        if let problem = mounts.compactMap(\.problem).first { throw MountError(problem) }
    }

    /// The jobs, in the order in which they start; they stop in the reverse order. `rows` are the mounts' rows in the catalogue.
    private func jobs(_ rows: [Int64]) -> [any Job] {
        let store = live.store
        var jobs: [any Job] = []
        if options.handlesSignals { jobs.append(Signals { self.end() }) }
        jobs += [HangWatch(logger), ChangeWatch(store, bell, logger: logger)] as [any Job]
        if !store.isReadOnly {
            // Before the publisher: its last publications may bring loads.
            jobs.append(WitnessWriter(store, bell, loads: loads, logger: logger))
            jobs.append(HashBackfill(live, bell, logger: logger))
            jobs.append(LibraryUpdate(store, bell, logger: logger))
            jobs.append(RoomWatch(store, logger: logger))
            if let schedule = options.scrub { jobs.append(Scrub(store, schedule, logger: logger)) }
            if options.backsUp { jobs.append(DailyBackup(store, logger: logger)) }
        }
        if let lazy {
            jobs.append(Ticker("lazy reads", every: 100_000, wokenBy: lazy.bell) { { lazy.tick() ? .again : .rest } })
        }
        for (mount, row) in zip(mounts, rows) {
            let waiting = mount.waiting
            jobs.append(
                Ticker("signals", every: 100_000, wokenBy: waiting.bell) { { waiting.tick() ? .again : .rest } })
            let (backings, gate) = (mount.backings, mount.gate)
            jobs.append(
                Ticker("backings", every: 1_000_000, wokenBy: bell) { { backings.expire() ? .rest : .again } })
            jobs.append(Ticker("gate", every: 100_000, wokenBy: gate.bell) { { gate.tick() ? .rest : .again } })
            jobs.append(SwitchWatch(store, row: row, bell, logger: logger))
        }
        // The first to stop: other processes wait for its lease.
        if !store.isReadOnly {
            jobs.append(Publisher(live, serving: mounts.map(\.mountPoint), bell, loads: loads, logger: logger))
        }
        return jobs
    }

    /// Allows as many open files as this process may have: programs open theirs through it.
    private static func raiseLimits() {
        let openFiles = __rlimit_resource_t(7)
        var limit = rlimit()
        guard getrlimit(openFiles, &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        setrlimit(openFiles, &limit)
    }

    private func note() throws(MountError) -> [Int64] {
        var rows: [Int64] = []
        do {
            guard let own = Opener(process: getpid()) else { throw MountError("/proc does not show this process") }
            for mount in mounts { rows.append(try live.store.noteMount(at: mount.mountPoint, by: own)) }
        } catch {
            for row in rows { try? live.store.forgetMount(row) }
            throw MountError("the mount cannot be noted in the catalogue: \(error)")
        }
        return rows
    }

    private func becameReady() {
        if unready.subtract(1, ordering: .relaxed).newValue == 0 { whenReady() }
    }

    /// One of the places is no longer served.
    private func disconnected() {
        guard connected.subtract(1, ordering: .relaxed).newValue == 0 else { return }
        live.ending.begin(within: Publisher.patienceAtEnd)
    }

    /// A signal does not wait: the mounts are removed even while programs have files open, before any thread is joined.
    private func end() {
        live.ending.begin(within: Publisher.patienceAtEnd)
        let inUse = mounts.map(\.backings.filesInUse)
        let count = inUse.reduce(0) { $0 + $1.all }
        for mount in mounts { mount.abort() }
        guard count > 0 else { return logger.info("told to end; unmounted") }
        let readers =
            inUse.allSatisfy { $0.byKernel == 0 }
            ? "who reads there gets errors from now on"
            : """
            what the kernel reads by itself can be read until it is closed, and keeps the store's disk in use that long, which umount \
            does not say (run sync before you unplug it); all other reads get errors from now on
            """
        logger.warning(
            """
            told to end while \(count == 1 ? "a file is" : "\(count) files are") open; unmounted all the same: \(readers); what \
            was written and not closed stays as a partial file
            """)
    }
}
