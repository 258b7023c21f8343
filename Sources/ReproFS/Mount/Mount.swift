import CFuse
import Glibc
package import Logging
import Store
import Synchronization
import SystemPackage

/// Why a mount cannot be made.
package struct MountError: Error, CustomStringConvertible {
    package let description: String
    package init(_ description: String) { self.description = description }
}

/// A FUSE session that shows a tree at a mount point: the adapter between libfuse and the views.
package final class Mount: Sendable {
    package struct Options: Sendable {
        /// Whether other users may enter; the kernel checks modes in any case.
        package var allowOther = false
        /// Whether SIGINT, SIGTERM and SIGHUP unmount. One mount of a process at most can have it, and its process must
        /// have called ``Signals/hold()`` before it started any thread.
        package var handlesSignals = false
        /// Whether the kernel may read blobs by itself, where it can.
        package var passesThrough = true
        /// When blobs are read again; nil: never.
        package var scrub: ScrubSchedule? = ScrubSchedule()
        /// Whether the catalogue is backed up once a day.
        package var backsUp = true
        package init() {}
    }

    let root: Root
    let owner: Owner
    /// What was opened by whom, on its way into the catalogue.
    let loads = LoadBuffer()
    let openers = Openers()
    let kept = KeptTexts()
    let gate = RequestGate(limit: min(max(4, 2 * sysconf(Int32(_SC_NPROCESSORS_ONLN))), Mount.threads))
    let backings: Backings
    let negotiation: Negotiation
    let logger: Logger
    private let current = Mutex<Session?>(nil)
    /// The one that is served; nil before and after.
    var session: Session? { current.withLock { $0 } }
    /// Requests that may wait for the disk at once.
    private static let threads = 16
    private let options: Options
    private let whenReady: @Sendable () -> Void

    /// `whenReady` is called once the kernel and ReproFS have agreed on the protocol.
    package init(
        _ root: Root, options: Options, logger: Logger, whenReady: @escaping @Sendable () -> Void
    ) {
        self.root = root
        self.options = options
        self.logger = logger
        self.whenReady = whenReady
        owner = Owner(user: getuid(), group: getgid())
        backings = Backings(root.context.passthrough, logger: logger)
        negotiation = Negotiation(
            root.context.store, at: FilePath(root.context.mountPoint), isWanted: options.passesThrough,
            root.context.passthrough, backings)
    }

    /// For a reply that nothing was read for yet.
    var terms: Terms { Terms(owner: owner, kept: kept, commit: root.context.store.newestCommit) }

    /// Mounts and serves until the file system is unmounted or a signal comes. It blocks; requests run on libfuse's
    /// own threads.
    package func run() throws(MountError) {
        let mountPoint = root.context.mountPoint
        var arguments = fuse_args()
        defer { fuse_opt_free_args(&arguments) }
        for argument in ["reprofs", "-o", mountOptions] { fuse_opt_add_arg(&arguments, argument) }
        let data = Unmanaged.passRetained(self)
        defer { data.release() }
        var operations = Self.operations
        guard let session = reprofs_session_new(&arguments, &operations, data.toOpaque()) else {
            throw MountError("libfuse refuses the mount options '\(mountOptions)'")
        }
        defer { fuse_session_destroy(session) }
        current.withLock { $0 = Session(session) }
        defer { current.withLock { $0 = nil } }
        if options.handlesSignals, fuse_set_signal_handlers(session) != 0 {
            throw MountError("cannot install signal handlers")
        }
        defer { if options.handlesSignals { fuse_remove_signal_handlers(session) } }
        guard fuse_session_mount(session, mountPoint) == 0 else {
            throw MountError(
                "cannot mount at \(mountPoint); does the directory exist, and is /dev/fuse there and yours to use?")
        }
        defer { fuse_session_unmount(session) }
        var channel = Self.channel
        guard fuse_session_custom_io(session, &channel, fuse_session_fd(session)) == 0 else {
            throw MountError("libfuse lets nobody read its requests")
        }
        defer { backings.end() }
        let expiry = Ticker(every: 1_000_000) { [backings] in { backings.expire() } }
        expiry.start()
        defer { expiry.stop() }
        let movement = Ticker(every: 100_000) { [gate] in { gate.tick() } }
        movement.start()
        defer { movement.stop() }
        guard let configuration = fuse_loop_cfg_create() else { throw MountError("out of memory") }
        defer { fuse_loop_cfg_destroy(configuration) }
        fuse_loop_cfg_set_max_threads(configuration, UInt32(Self.threads))
        let store = root.context.store
        let row: Int64
        do {
            guard let own = Opener(process: getpid()) else { throw MountError("/proc does not show this process") }
            row = try store.noteMount(at: mountPoint, by: own)
        } catch { throw MountError("the mount cannot be noted in the catalogue: \(error)") }
        defer { try? store.forgetMount(row) }
        root.context.live.serve(as: row)
        let publisher = Publisher(root.context.live, loads: loads, logger: logger)
        // After the clerk: what was published last may tell of loads.
        let clerk = Clerk(store, loads: loads, logger: logger)
        clerk.start()
        defer { clerk.stop() }
        do { try publisher.start() } catch { throw MountError("the live view cannot be brought in order: \(error)") }
        defer { publisher.stop() }
        let scholar = Scholar(root.context.live, logger: logger)
        scholar.start()
        defer { scholar.stop() }
        let notifier = Notifier(Session(session), root: root, kept, row: row, logger: logger)
        notifier.start()
        defer { notifier.stop() }
        let scrub = options.scrub.map { Scrub(store, $0, logger: logger) }
        scrub?.start()
        defer { scrub?.stop() }
        let backup = options.backsUp ? DailyBackup(store, logger: logger) : nil
        backup?.start()
        defer { backup?.stop() }
        if options.handlesSignals { Signals.take() }
        let result = reprofs_session_loop(session, configuration)
        ServiceManager.stopping()
        // A positive value is the signal that ended the loop, which is an ordinary end.
        if result > 0 { sayGoodbye() }
        if result < 0 { throw MountError("the connection to the kernel broke: \(Errno(rawValue: -result))") }
    }

    /// A signal waits for nobody: the mount goes away under those who have files open.
    private func sayGoodbye() {
        let count = backings.filesInUse
        guard count > 0 else { return logger.info("told to end; unmounting") }
        logger.warning(
            """
            told to end while \(count == 1 ? "a file is" : "\(count) files are") open; unmounting lazily: who reads there gets \
            errors from now on, and what was written and not closed stays as a partial file
            """)
    }

    /// The kernel checks modes itself, so that one user's cached permission never serves another.
    private var mountOptions: String {
        var all = ["fsname=" + escaped("reprofs:\(root.context.store.path)"), "subtype=reprofs", "nosuid", "nodev"]
        all.append("default_permissions")
        if options.allowOther { all.append("allow_other") }
        return all.joined(separator: ",")
    }

    private func escaped(_ value: String) -> String {
        value.replacing("\\", with: "\\\\").replacing(",", with: "\\,")
    }

    /// The mount that a session was made with: the one place where libfuse's pointer becomes an object again.
    static func of(_ data: UnsafeMutableRawPointer) -> Mount {
        Unmanaged<Mount>.fromOpaque(data).takeUnretainedValue()
    }

    /// The corresponding operation is `init`.
    func negotiate(_ connection: UnsafeMutablePointer<fuse_conn_info>) {
        reprofs_want(connection, UInt32(FUSE_CAP_SPLICE_WRITE))
        // Names come with attributes in every piece of a listing, not in the first alone: whoever lists asks for them next, and a
        // look-up for each costs ten times as much.
        reprofs_want_not(connection, UInt32(FUSE_CAP_READDIRPLUS_AUTO))
        negotiation.negotiate(connection)
        whenReady()
    }
}
