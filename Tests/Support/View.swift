import Dispatch
import Foundation
import Logging
package import ReproFS
package import Store
import Synchronization
package import SystemPackage
import Testing

/// The two ways in which a test sees a tree.
package enum View: String, CaseIterable, Sendable {
    case inProcess = "in process"
    case mounted = "through the kernel"

    /// Runs `body` on the tree of `store`. Without /dev/fuse a mounted test is cancelled, and so counted as skipped.
    package func show(_ store: Store, _ body: (any TreeAccess) throws -> Void) throws {
        switch self {
        case .inProcess: try body(InProcessTree(root: try View.root(of: store)))
        case .mounted: try View.mount(store) { try body($0) }
        }
    }

    /// The tree of `store` without a mount; it may be written where nobody else has the lease.
    package static func root(of store: Store) throws -> Root {
        let live = LiveView(store)
        _ = try live.lease.take(serving: ["/mount"])
        return try Root(MountContext(live, mountPoint: "/mount"))
    }

    /// Runs `body` on a real mount of `store`, and unmounts it whatever happens.
    package static func mount(
        _ store: Store, isModelsDirectory: Bool = false, passesThrough: Bool = true,
        scrub: ScrubSchedule? = nil, source: (any LazySource)? = nil, _ body: (MountedTree) throws -> Void
    ) throws {
        try mount(
            store, isModelsDirectory: isModelsDirectory, passesThrough: passesThrough, scrub: scrub, source: source,
            placesMore: 0
        ) { tree, _ throws in try body(tree) }
    }

    /// The same with more places that show the models.
    package static func mount(
        _ store: Store, isModelsDirectory: Bool = false, passesThrough: Bool = true,
        scrub: ScrubSchedule? = nil, source: (any LazySource)? = nil, placesMore: Int,
        _ body: (MountedTree, [FilePath]) throws -> Void
    ) throws {
        if getenv("REPROFS_WITHOUT_MOUNTS") != nil { try Test.cancel("skipped: mounts are left out") }
        guard access("/dev/fuse", R_OK | W_OK) == 0 else { try Test.cancel("skipped: /dev/fuse is not there to use") }
        let directory = try TemporaryDirectory()
        let mountPoint = directory.appending("mount")
        try MountPoint.prepare(mountPoint, store: store.path)
        let ready = DispatchSemaphore(value: 0)
        let ended = DispatchSemaphore(value: 0)
        let problem = Mutex<String?>(nil)
        var options = Server.Options()
        options.passesThrough = passesThrough
        options.scrub = scrub
        options.backsUp = false
        let others = (0..<placesMore).map { directory.appending("place\($0)") }
        for other in others { try MountPoint.prepare(other, store: store.path) }
        let places =
            [Server.Place(mountPoint, isModelsDirectory: isModelsDirectory)]
            + others.map { Server.Place($0, isModelsDirectory: true) }
        let server = try Server(
            store, at: places, options: options, logger: Logger(label: "test"), source: source
        ) { ready.signal() }
        Thread.detachNewThread {
            do { try server.run() } catch {
                problem.withLock { $0 = "\(error)" }
                ready.signal()
            }
            ended.signal()
        }
        ready.wait()
        if let text = problem.withLock({ $0 }) { throw MountError(text) }
        let outcome = Result { try body(MountedTree(mountPoint: mountPoint), others) }
        for place in [mountPoint] + others { try unmount(place) }
        ended.wait()
        try outcome.get()
    }

    /// Not through ``MountPoint/unmount(_:)``, which waits for the serving process: that is this one.
    private static func unmount(_ mountPoint: FilePath) throws {
        for _ in 0..<100 {
            if geteuid() == 0 {
                if umount2(mountPoint.string, 0) == 0 { return }
                if errno != EBUSY { throw Errno(rawValue: errno) }
            } else {
                let helper = try Process.run(
                    URL(fileURLWithPath: "/usr/bin/fusermount3"), arguments: ["-u", mountPoint.string])
                helper.waitUntilExit()
                if helper.terminationStatus == 0 { return }
            }
            // A forked child of a test that runs beside this one may hold a file for a moment.
            usleep(50_000)
        }
        throw Errno.resourceBusy
    }
}
