import ArgumentParser
import Recipe
import Store

struct PinCommand: AnswersInJSON {
    static let configuration = CommandConfiguration(
        commandName: "pin", abstract: "Give a snapshot a name, and keep its bytes until it is unpinned.",
        discussion: """
            The store is an OCI image layout, and the pin is a manifest in it: 'skopeo copy oci:STORE:NAME …' and other tools of \
            registries carry it elsewhere. It alone is enough to get the files and their names back.
            """)
    @OptionGroup var image: ImageArgument
    @Argument(help: "Letters, digits, '.', '_' and '-'.") var name: String
    @Flag(help: "Print JSON.") var json = false
    @OptionGroup var store: StoreOption

    func run() throws {
        try Paths.requireText(name)
        let store = try store.open()
        let found = try image.find(in: store)
        guard let snapshot = try store.snapshot(found.snapshot) else { throw StoreError.notFound("the snapshot") }
        let report = try store.pin(snapshot, as: name)
        if json {
            Terminal.say([
                "schema": DocumentSchema.pin.json, "name": .string(name), "snapshot": .string(snapshot.digest.hex),
                "image": .string(found.name), "manifest": .string(report.manifest.hex), "new": .bool(report.isNew),
                "files": .integer(report.files), "bytes": .integer(report.bytes),
                "lost": .array(report.lost.map { .string($0) }),
            ])
        } else {
            let what = "\(snapshot.short) of \(found.name)"
            Terminal.say(
                report.isNew
                    ? "\(name) is \(what): \(report.files.of("file")), \(report.bytes.asSize)."
                    : "\(name) was \(what) already.")
        }
        guard !report.lost.isEmpty else { return }
        for path in report.lost { Terminal.complain("\(path): its bytes are not here") }
        let fetch = ShellCommand.reprofs("fetch", "\(snapshot.short)")
        let repair = ShellCommand.reprofs("verify --repair --from DIR")
        Terminal.complain("Once they are back ('\(fetch)', or '\(repair)'), pin it again.")
        throw ExitCode.someFailed
    }
}

struct UnpinCommand: AnswersInJSON {
    static let configuration = CommandConfiguration(
        commandName: "unpin", abstract: "Remove a pin; its snapshot stays.")
    @Argument(help: "The pin's name.", completion: Offers.pin) var name: String
    @Flag(help: "Print JSON.") var json = false
    @OptionGroup var store: StoreOption

    func run() throws {
        let store = try store.open()
        let pin = try Naming(store).pin(name)
        let snapshot = try store.unpin(pin.name.text)
        guard json else { return Terminal.say("\(snapshot) no longer has the name \(pin.name).") }
        Terminal.say([
            "schema": DocumentSchema.unpin.json, "name": .string(pin.name.text),
            "snapshot": .string(pin.snapshotID.hex),
        ])
    }
}

struct ListPins: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pins", abstract: "List every pinned snapshot.")
    @Flag(help: "Print JSON.") var json = false
    @OptionGroup var store: StoreOption

    func run() throws {
        var table = Table([.left, .left, .left], asJSON: json, of: .listedPin)
        for pin in try store.openToRead().pins(after: 0, limit: Int(Int32.max)) {
            table.row(
                "\(pin.time.local)", "\(pin.snapshot)", "\(pin.name)", "\(pin.image)",
                json: [
                    "name": .string(pin.name.text), "snapshot": .string(pin.snapshotID.hex),
                    "image": .string(pin.image),
                    "manifest": .string(pin.manifest.hex), "pinned": .string(pin.time.description),
                ])
        }
        table.finish(empty: "No snapshot has a name; give one with '\(ShellCommand.reprofs("pin"))'.")
    }
}
