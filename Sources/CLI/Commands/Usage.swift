import ArgumentParser
import Recipe
import Store

struct UsageCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "du",
        abstract: "Which models, versions and snapshots hold how much, and what dropping one would free.",
        discussion: "Bytes that another name or a snapshot also holds are not freed by dropping only one of them.")
    @Flag(help: "Each version by itself.") var versions = false
    @Flag(help: "Snapshots instead of models.") var snapshots = false
    @Flag(help: "Print JSON.") var json = false
    @OptionGroup var store: StoreOption

    func validate() throws {
        if versions && snapshots { throw ValidationError("--versions and --snapshots exclude each other") }
    }

    func run() throws {
        let store = try store.openToRead()
        var table = Table([.right, .right, .right], asJSON: json, of: .listedUsage)
        let rows =
            try snapshots
            ? store.usageBySnapshot() : versions ? store.usageByVersion() : store.usageByModel()
        for row in rows {
            table.row(
                "\(row.size.asSize)", "frees \(row.own.asSize)",
                versions ? "" : Line(row.count.of(snapshots ? "file" : "version")), "\(row.name)",
                json: [
                    "name": .string(row.name), "count": .integer(row.count), "size": .integer(row.size),
                    "frees": .integer(row.own),
                ])
        }
        table.finish(empty: "The store is empty.")
        guard !json else { return }
        let all = try store.usage()
        Terminal.say(
            """
            \(all.blobs.asSize) in all, \(all.versions.asSize) in versions, of which \
            \(all.superseded.asSize) are neither live nor in a snapshot; \(all.drafts.asSize) in other files.
            """)
    }
}
