import ArgumentParser
import Gallery
import Logging
import Store
import Synchronization
import SystemPackage

struct GalleryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gallery",
        abstract: "Show the images in a browser: what they were made from, and how far they can be made again.",
        discussion: """
            Prints the one address that opens it, and serves until it is interrupted, to this machine alone. The address holds a \
            secret of this start: give it to nobody. No image is changed, moved or deleted by it. With a ComfyUI, images can be made \
            again and varied from their pages, one at a time. On a desktop the browser is opened as well. Without options it leads to \
            the gallery of the store that runs already, where one does ('service install --gallery'). docs/GALLERY.md says more.
            """)

    @Option(help: "The port to listen at; 0 is whichever is free, which is the default.") var port: Int?
    @Flag(help: "Answer nothing that changes anything, such as pinning.") var readOnly = false
    @Option(
        name: .customLong("out"), help: "Where variations go, each image's into 'variations-<id>'; here.",
        completion: .directory
    ) var output: String?
    @Flag(inversion: .prefixedNo, help: "Open the browser, where there is a desktop and a terminal.") var open = true
    @OptionGroup var place: ServerOption
    @OptionGroup var store: StoreOption

    func validate() throws {
        _ = try place.chosenIfAny()
        if let output { try Paths.requireText(output) }
        guard (0...65_535).contains(port ?? 0) else { throw ValidationError("a port is a number from 0 to 65535") }
    }

    /// Whether nothing is said of how it is to be served.
    private var isPlain: Bool {
        port == nil && !readOnly && output == nil && place.server == nil && place.launch == nil
    }

    func run() throws {
        let storePath = try self.store.resolved
        if isPlain, let running = RunningGallery.serving(storePath) {
            Terminal.say(running.address)
            Terminal.complain("This store's gallery runs already. Open that address in a browser of this machine.")
            // No browser is started with it: other users could read the secret among its arguments.
            return
        }
        let store = try store.openToRead()
        var options = Gallery.Options()
        options.port = port ?? 0
        options.isReadOnly = readOnly || store.isReadOnly
        options.mounts = .init(of: store)
        let directory = try Paths.absolute(output ?? ".")
        // Without this check, nobody would notice before a run.
        if let launch = place.launch { _ = try OpenDirectory(named: try Paths.absolute(launch)) }
        if let place = try place.chosenIfAny() {
            options.comfy = .init(place) { short in
                try Paths.openDirectory(directory.appending("variations-\(short)")).directory
            }
        }
        var logger = Logger(label: "reprofs") { LineLog(label: $0) }
        logger.logLevel = .warning
        let gallery = Gallery(store, options: options, logger: logger)
        let noted = Mutex("")
        defer { RunningGallery.forget(storePath, at: noted.withLock { $0 }) }
        try Blocking.run(interrupted: { gallery.end() }) { [open] in
            try await gallery.run { addresses in
                // Whoever looks for a gallery later finds the first one.
                if RunningGallery.serving(storePath) == nil {
                    do {
                        try RunningGallery.note(addresses.lasting, of: storePath)
                        noted.withLock { $0 = addresses.lasting }
                    } catch { Terminal.complain(error) }
                }
                Terminal.say(addresses.lasting)
                Terminal.complain("Open that address in a browser of this machine. An interrupt ends the gallery.")
                if open, Screen.output.columns != nil { Browser.open(addresses.once) }
            }
        }
    }
}
