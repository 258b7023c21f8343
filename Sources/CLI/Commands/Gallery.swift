import ArgumentParser
import Gallery
import Logging
import Store

struct GalleryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gallery", abstract: "Show the images in a browser: what they were made from, and whether again.",
        discussion: """
            Prints the one address that opens it, and serves until it is interrupted, to this machine alone. The address holds a \
            secret of this start: give it to nobody. No image is changed, moved or deleted by it. On a desktop the browser is \
            opened as well. docs/GALLERY.md says more.
            """)

    @Option(help: "The port to listen at; 0 is whichever is free.") var port = 0
    @Flag(help: "Allow nothing that changes the store, such as pinning.") var readOnly = false
    @Flag(inversion: .prefixedNo, help: "Open the browser, if there is a desktop and a terminal.") var open = true
    @OptionGroup var store: StoreOption

    func validate() throws {
        guard (0...65_535).contains(port) else { throw ValidationError("a port is a number from 0 to 65535") }
    }

    func run() throws {
        let store = try store.openToRead()
        var options = Gallery.Options()
        options.port = port
        options.isReadOnly = readOnly || store.isReadOnly
        var logger = Logger(label: "reprofs") { LineLog(label: $0) }
        logger.logLevel = .warning
        let gallery = Gallery(store, options: options, logger: logger)
        try Blocking.run { [open] in
            try await gallery.run { addresses in
                Terminal.say(addresses.lasting)
                Terminal.complain("Open that address in a browser of this machine. An interrupt ends the gallery.")
                if open, Screen.output.columns != nil { Browser.open(addresses.once) }
            }
        }
    }
}
