import ArgumentParser
import Glibc
import Logging
import Reach
import Recipe
import ReproFS
import Store
import SystemPackage

struct MountCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mount", abstract: "Show the store as a file system.",
        discussion: """
            Returns once the file system is there; it is served in the background until 'unmount'. One process at a \
            time writes a store's models: mount several places with one command. What any other mounts shows models/ read-only.
            """)

    @Argument(help: "The directory to mount on; it is made if it is absent.", completion: .directory)
    var directory: String

    @Flag(help: "Stay in the foreground, with the log on standard error, until interrupted.")
    var foreground = false

    @Flag(help: "Show the models at the top, in a models directory's place; the other views exist, but are not listed.")
    var modelsOnly = false

    @Flag(help: "Let other users in; the kernel checks modes for them.")
    var allowOther = false

    @Flag(
        inversion: .prefixedNo,
        help: "Let the kernel read models by itself where it can; .reprofs/status says whether it does.")
    var passthrough = true

    @Flag(help: "Ask no remote: models that are not here cannot be opened, and nothing waits.")
    var offline = false

    @Flag(inversion: .prefixedNo, help: "Read each model again once a month, while no other program needs the disk.")
    var scrub = true

    @Option(
        name: .customLong("models-at"), parsing: .singleValue,
        help: "Show the models at this directory too, in a models directory's place; may be given more than once.",
        completion: .directory)
    var modelsAt: [String] = []

    @Flag(help: "Mount even on a directory that is not empty: what is in it is hidden meanwhile.")
    var allowNonEmpty = false

    @OptionGroup var store: StoreOption

    func run() throws {
        let storePath = try store.resolved
        let places = try places()
        let done = "Mounted \(storePath) at \(places.map(\.path.string).joined(separator: " and "))."
        if let messenger = Background.messenger() {
            // The waiting command has checked the store and the places.
            chdir("/")
            do { return try serve(storePath, at: places) { messenger.ready() } } catch {
                messenger.failed(error)
                throw error
            }
        }
        try store.makeDefault()
        try Store.require(storePath)
        if try !Store.isReadOnly(storePath) { try Store.probe(storePath) }
        for place in places { try MountPoint.prepare(place.path, store: Paths.real(storePath) ?? storePath) }
        if allowOther { try MountPoint.requireOthersAllowed() }
        if !allowNonEmpty { for place in places { try MountPoint.requireEmpty(place.path) } }
        if foreground {
            return try serve(storePath, at: places) {
                Terminal.complain(done)
                ServiceManager.ready(done)
            }
        }
        try Background.start(log: try store.log(of: storePath))
        Terminal.say(done)
        if let holder = otherWriter(of: places[0].path) {
            Terminal.complain("models/ is read-only there: \(holder)")
        }
    }

    private func places() throws -> [Server.Place] {
        let places =
            try [Server.Place(try Paths.mountPoint(directory), isModelsDirectory: modelsOnly)]
            + modelsAt.map { Server.Place(try Paths.mountPoint($0), isModelsDirectory: true) }
        for (index, place) in places.enumerated() {
            for other in places[..<index]
            where place.path.starts(with: other.path) || other.path.starts(with: place.path) {
                throw ValidationError("\(place.path) and \(other.path) lie in one another")
            }
        }
        return places
    }

    /// The process that writes the models instead of the mount at `path`, in words.
    private func otherWriter(of path: FilePath) -> String? {
        MountPoint.status(at: path.string)?["models"]?["readOnly"]?.string
    }

    private func serve(
        _ storePath: FilePath, at places: [Server.Place], whenReady: @escaping @Sendable () -> Void
    ) throws {
        Signals.hold()
        var logger = Logger(label: "reprofs") { LineLog(label: $0) }
        logger.logLevel = .info
        var options = Server.Options()
        options.allowOther = allowOther
        options.handlesSignals = true
        options.passesThrough = passthrough
        if !scrub { options.scrub = nil }
        let store = try Store.open(storePath)
        try Server(
            store, at: places, options: options, logger: logger,
            source: offline || store.isReadOnly ? nil : LazyRemotes(store), whenReady: whenReady
        ).run()
    }
}
