import ArgumentParser
import Comfy
import Recipe
import Reproduction
import Store

struct UseCommand: AnswersInJSON {
    static let configuration = CommandConfiguration(
        commandName: "use", abstract: "Choose what active/models shows: the models of a snapshot, or 'live'.",
        discussion:
            "Returns when every mount of the store shows it. A program that has a file open goes on reading the bytes that it opened."
    )

    @Argument(help: "An image, the id or the pin of a snapshot, or 'live'.", completion: Offers.imageOrLive) var target:
        String
    @Option(
        help: "A running ComfyUI on active/models: it unloads its models, and must list those that are chosen.",
        transform: ComfyServer.init)
    var server: ComfyServer?
    @Flag(help: "Print JSON.") var json = false
    @OptionGroup var store: StoreOption

    func run() throws {
        let store = try store.open()
        // Nil for the live view.
        var row: SnapshotRow?
        // A server that does not answer is found before anything is switched.
        if let comfy = server { _ = try Blocking.run { try await comfy.systemStats() } }
        if target != "live" {
            row = try store.snapshot(try Naming(store).image(target).snapshot)
            guard row != nil else { throw StoreError.notFound("the snapshot") }
        }
        let mounts = try ActiveSwitch(store).acknowledged(try store.use(row))
        let what = row.map { "the models of \($0.short)" } ?? "the live view"
        if !json { for mount in mounts { Terminal.say("\(mount.path)/active/models shows \(what).") } }
        if let comfy = server {
            let models = try row.map { try store.pinnedModels(of: $0) } ?? []
            try Blocking.run { try await Stage.hand(comfy, models, mounts) }
            if !json {
                Terminal.say(
                    "\(comfy.address) has unloaded its models"
                        + (models.isEmpty ? "." : " and lists those of the snapshot."))
            }
        }
        guard !json else {
            return Terminal.say([
                "schema": DocumentSchema.use.json, "snapshot": .string(orNull: row?.digest.hex),
                "mounts": .array(mounts.map { .string($0.path) }), "server": .string(orNull: server?.address),
            ])
        }
        if mounts.isEmpty { Terminal.say("active/models will show \(what); the store is not mounted now.") }
    }
}
