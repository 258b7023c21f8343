import ArgumentParser
import Recipe
import Store

struct UsageCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "du",
        abstract: "Which models, versions and snapshots hold how much, and what dropping one would free.",
        discussion: "Bytes that another name or a snapshot holds too are freed by dropping neither alone.")
    @Flag(help: "Each version by itself.") var versions = false
    @Flag(help: "Snapshots instead of models.") var snapshots = false
    @Flag(help: "Print JSON.") var json = false
    @OptionGroup var store: StoreOption

    func validate() throws {
        if versions && snapshots { throw ValidationError("--versions and --snapshots exclude each other") }
    }

    func run() throws {
        let store = try store.openToRead()
        var table = Table(asJSON: json, of: .listedUsage)
        let rows =
            try snapshots
            ? store.usageBySnapshot() : versions ? store.usageByVersion() : store.usageByModel()
        for row in rows {
            let count = snapshots ? "  \(row.count) files" : versions ? "" : "  \(row.count) versions"
            table.row(
                "\(Terminal.size(row.size))  frees \(Terminal.size(row.own))\(count)  \(row.name)",
                [
                    "name": .string(row.name), "count": .integer(row.count), "size": .integer(row.size),
                    "frees": .integer(row.own),
                ])
        }
        table.finish(empty: "There is nothing.")
        guard !json else { return }
        let all = try store.usage()
        Terminal.say(
            """
            \(Terminal.size(all.blobs)) in all, \(Terminal.size(all.versions)) in versions, of which \
            \(Terminal.size(all.superseded)) are neither live nor in a snapshot; \(Terminal.size(all.drafts)) in other files.
            """)
    }
}
