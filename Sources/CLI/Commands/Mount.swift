import ArgumentParser
import Glibc
import Logging
import ReproFS
import Store
import SystemPackage

struct MountCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mount", abstract: "Show the store as a file system.",
        discussion: "Returns once the file system is there; it is served in the background until 'reprofs unmount'.")

    @Argument(help: "The directory to mount on; it is made if it is absent.")
    var directory: String

    @Flag(help: "Stay in the foreground, with the log on standard error, until interrupted.")
    var foreground = false

    @Flag(help: "Show the models at the top, in a models directory's place; the other views are there, but not listed.")
    var modelsOnly = false

    @Flag(help: "Let other users in; the kernel checks modes for them.")
    var allowOther = false

    @Flag(
        inversion: .prefixedNo,
        help: "Let the kernel read models by itself where it can; .reprofs/status says whether it does.")
    var passthrough = true

    @Flag(inversion: .prefixedNo, help: "Read models again, each once a month, where nobody else wants the disk.")
    var scrub = true

    @OptionGroup var store: StoreOption

    func run() throws {
        let storePath = try store.resolved
        guard try Store.isStore(storePath) else { throw StoreError.notAStore(storePath) }
        let mountPoint = try Paths.mountPoint(directory)
        try MountPoint.prepare(mountPoint, store: Paths.real(storePath) ?? storePath)
        if foreground {
            return try serve(storePath, at: mountPoint) {
                Terminal.complain("Mounted \(storePath) at \(mountPoint).")
                ServiceManager.ready("Mounted \(storePath) at \(mountPoint).")
            }
        }
        switch try Background.start(log: storePath.appending("mount.log")) {
        case .parent(let result):
            try result.get()
            print("Mounted \(storePath) at \(mountPoint).")
        case .child(let messenger):
            do {
                try serve(storePath, at: mountPoint) { messenger.ready() }
            } catch {
                messenger.failed(error)
                throw error
            }
        }
    }

    private func serve(_ storePath: FilePath, at mountPoint: FilePath, whenReady: @escaping @Sendable () -> Void) throws
    {
        Signals.hold()
        var logger = Logger(label: "reprofs") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = .info
        let store = try Store.open(storePath)
        let root: Root
        do {
            root = try Root(
                MountContext(store: store, mountPoint: mountPoint.string, isModelsDirectory: modelsOnly))
        } catch {
            throw MountError(error.message)
        }
        var options = Mount.Options()
        options.allowOther = allowOther
        options.handlesSignals = true
        options.passesThrough = passthrough
        if !scrub { options.scrub = nil }
        try Mount(root, options: options, logger: logger, whenReady: whenReady).run()
    }
}
