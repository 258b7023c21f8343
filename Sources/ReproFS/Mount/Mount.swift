import CFuse
import Glibc
import Logging
import Store
import Synchronization
import SystemPackage

/// A FUSE session that shows a tree at a mount point: the adapter between libfuse and the views.
final class Mount: Sendable {
    let root: Root
    let owner = Owner(user: getuid(), group: getgid())
    /// Opens by processes, on their way into the catalogue.
    let loads: LoadBuffer
    /// Rung after each answered request.
    let bell: Bell
    let openers = Openers()
    let gate = RequestGate(limit: min(max(4, 2 * sysconf(Int32(_SC_NPROCESSORS_ONLN))), Mount.threads))
    let retries = Retries()
    let waiting = WaitingRequests()
    let backings: Backings
    let negotiation: Negotiation
    let logger: Logger
    /// How many requests may wait for the disk or the catalogue's writer at once.
    private static let threads = 100
    /// Whether other users may enter.
    private let isOpenToOthers: Bool
    private let state = Lock(.session, State())

    private struct State {
        /// The session that is served; nil before and after.
        var session: Session?
        /// Its number among the kernel's FUSE connections.
        var connection: String?
        var whenReady: (@Sendable () -> Void)?
        /// Called once, when the connection brings no more requests.
        var whenDisconnected: (@Sendable () -> Void)?
        var loop: WorkerThread?
        var isAborted = false
        /// Whether it was unmounted, or its connection broke: then what is at its mount point now is not its own.
        var hasEnded = false
        var problem: String?
    }

    init(
        _ root: Root, isOpenToOthers: Bool, passesThrough: Bool, _ bell: Bell, loads: LoadBuffer, logger: Logger
    ) {
        self.bell = bell
        self.root = root
        self.isOpenToOthers = isOpenToOthers
        self.loads = loads
        self.logger = logger
        backings = Backings(root.context.passthrough, logger: logger)
        negotiation = Negotiation(
            root.context.store, at: FilePath(root.context.mountPoint), isWanted: passesThrough,
            root.context.passthrough, backings)
    }

    var session: Session? { state.withLock { $0.session } }
    /// The device number as the kernel writes it: `0:52`.
    var device: String? { state.withLock { $0.connection }.map { "0:\($0)" } }
    var mountPoint: String { root.context.mountPoint }
    /// Why it ended, unless it was unmounted.
    var problem: String? { state.withLock { $0.problem } }

    /// Mounts. Calls `whenReady` once the kernel and ReproFS have agreed on the protocol, and `whenDisconnected` when the kernel sends no
    /// more requests, while threads may still be working on some.
    func open(
        _ whenReady: @escaping @Sendable () -> Void, whenDisconnected: @escaping @Sendable () -> Void
    ) throws(MountError) {
        var arguments = fuse_args()
        defer { fuse_opt_free_args(&arguments) }
        for argument in ["reprofs", "-o", mountOptions] { fuse_opt_add_arg(&arguments, argument) }
        var operations = Self.operations
        // Valid until close(), which is called for every mount that was opened.
        let data = Unmanaged.passUnretained(self)
        guard let session = reprofs_session_new(&arguments, &operations, data.toOpaque()) else {
            throw MountError("libfuse refuses the mount options '\(mountOptions)'")
        }
        guard fuse_session_mount(session, mountPoint) == 0 else {
            fuse_session_destroy(session)
            throw MountError(
                "cannot mount at \(mountPoint); does the directory exist, and is /dev/fuse there and yours to use?")
        }
        let connection = MountTable.connection(at: FilePath(mountPoint))
        state.withLock { state in
            state.session = Session(session)
            state.connection = connection
            state.whenReady = whenReady
            state.whenDisconnected = whenDisconnected
        }
        var channel = Self.channel
        guard fuse_session_custom_io(session, &channel, fuse_session_fd(session)) == 0 else {
            throw MountError("libfuse lets nobody read its requests")
        }
    }

    /// Answers requests on libfuse's threads; the returned thread waits for them.
    func serve() throws(MountError) -> WorkerThread {
        // Set before the thread can end.
        try state.withLock { state throws(MountError) in
            let loop = try WorkerThread.named("requests") { [self] in
                let result = answerRequests()
                waiting.end()
                backings.end()
                self.state.withLock { state in
                    state.hasEnded = true
                    // From here on the thread may be joined.
                    state.loop = nil
                    guard let result else { return state.problem = "out of memory" }
                    guard result < 0, !state.isAborted else { return }
                    state.problem = "the connection to the kernel broke: \(Errno(rawValue: -result))"
                }
            }
            state.loop = loop
            return loop
        }
    }

    /// A negative errno if the connection broke; nil if there is no memory.
    private func answerRequests() -> CInt? {
        guard let session, let configuration = fuse_loop_cfg_create() else { return nil }
        defer { fuse_loop_cfg_destroy(configuration) }
        fuse_loop_cfg_set_max_threads(configuration, UInt32(Self.threads))
        return session.serve(configuration)
    }

    /// Ends the connection at once, whatever waits: every request fails from now on, and the mount is gone.
    func abort() {
        let connection = state.withLock { state -> String? in
            state.isAborted = true
            guard !state.hasEnded, let session = state.session else { return nil }
            // Under the lock, since the session exists until it is taken out of the state.
            session.exit()
            return state.connection
        }
        guard let connection else { return }
        MountTable.abort(FilePath(mountPoint), connection: connection)
        state.withLock { $0.loop?.interrupt() }
    }

    /// The kernel reported that the connection is gone.
    func disconnected() {
        let tell = state.withLock { state in
            defer { state.whenDisconnected = nil }
            return state.whenDisconnected
        }
        tell?()
    }

    /// Unmounts if it is still mounted. No thread may be serving it.
    func close() {
        waiting.end()
        let session = state.withLock { state in
            defer { state.session = nil }
            return state.session
        }
        session?.destroy()
    }

    /// The kernel checks permissions itself, so that one user's cached permission never serves another.
    private var mountOptions: String {
        var all = ["fsname=" + escaped("reprofs:\(root.context.store.path)"), "subtype=reprofs", "nosuid", "nodev"]
        all.append("default_permissions")
        if root.context.store.isReadOnly { all.append("ro") }
        if isOpenToOthers { all.append("allow_other") }
        return all.joined(separator: ",")
    }

    private func escaped(_ value: String) -> String {
        value.replacing("\\", with: "\\\\").replacing(",", with: "\\,")
    }

    /// The mount that a session was made for: the only place that turns libfuse's pointer into an object again.
    static func of(_ data: UnsafeMutableRawPointer) -> Mount {
        Unmanaged<Mount>.fromOpaque(data).takeUnretainedValue()
    }

    /// The corresponding operation is `init`.
    func negotiate(_ connection: UnsafeMutablePointer<fuse_conn_info>) {
        // Every read that goes through the page cache is a background request, also the one that a program waits for; with 256 KiB read ahead
        // in requests of 128 KiB a reader has two or three. Those of files whose bytes are elsewhere wait with them: 64, as mounts of object
        // stores have it, would be used up by some thirty waiting readers, and all others would wait behind them.
        connection.pointee.max_background = 1024
        connection.pointee.congestion_threshold = 768
        reprofs_want(connection, UInt32(FUSE_CAP_SPLICE_WRITE))
        // Every piece of a listing brings attributes with the names, not only the first: programs that list ask for them next, and a
        // look-up for each would cost ten times as much.
        reprofs_want_not(connection, UInt32(FUSE_CAP_READDIRPLUS_AUTO))
        negotiation.negotiate(connection)
        let whenReady = state.withLock { $0.whenReady }
        whenReady?()
    }
}
