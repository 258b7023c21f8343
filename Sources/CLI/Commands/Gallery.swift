import ArgumentParser
import Gallery
import Logging
import Store
import SystemPackage

struct GalleryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gallery", abstract: "Show the images in a browser: what they were made from, and whether again.",
        discussion: """
            Prints the one address that opens it, and serves until it is interrupted, to this machine alone. The address holds a \
            secret of this start: give it to nobody. No image is changed, moved or deleted by it. With a ComfyUI, images can be made \
            again and varied from their pages, one at a time. On a desktop the browser is \
            opened as well. docs/GALLERY.md says more.
            """)

    @Option(help: "The port to listen at; 0 is whichever is free.") var port = 0
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
        guard (0...65_535).contains(port) else { throw ValidationError("a port is a number from 0 to 65535") }
    }

    func run() throws {
        let store = try store.openToRead()
        var options = Gallery.Options()
        options.port = port
        options.isReadOnly = readOnly || store.isReadOnly
        options.mounts = .init(of: store)
        let directory = try Paths.absolute(output ?? ".")
        // Nobody would see it before a run.
        if let launch = place.launch { _ = try OpenDirectory(named: try Paths.absolute(launch)) }
        if let place = try place.chosenIfAny() {
            options.comfy = .init(place) { short in
                try Paths.openDirectory(directory.appending("variations-\(short)")).directory
            }
        }
        var logger = Logger(label: "reprofs") { LineLog(label: $0) }
        logger.logLevel = .warning
        let gallery = Gallery(store, options: options, logger: logger)
        try Blocking.run(interrupted: { gallery.end() }) { [open] in
            try await gallery.run { addresses in
                Terminal.say(addresses.lasting)
                Terminal.complain("Open that address in a browser of this machine. An interrupt ends the gallery.")
                if open, Screen.output.columns != nil { Browser.open(addresses.once) }
            }
        }
    }
}
