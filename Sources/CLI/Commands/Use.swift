import ArgumentParser
import Comfy
import Recipe
import Store

struct UseCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "use", abstract: "Choose what active/models shows: the models of a snapshot, or 'live'.",
        discussion:
            "Returns when every mount of the store shows it. Whoever has a file open goes on reading what it opened.")

    @Argument(help: "An image, the id or the pin of a snapshot, or 'live'.") var target: String
    @Option(
        help: "A running ComfyUI on active/models: it lets go of what it holds, and must list what is chosen.",
        transform: ComfyServer.init)
    var server: ComfyServer?
    @OptionGroup var store: StoreOption

    func run() throws {
        let store = try store.open()
        let generation: Int64
        let what: String
        var pinned: [PinnedModel] = []
        // A server that is not there is found before anything is switched.
        if let comfy = server { _ = try Blocking.run { try await comfy.systemStats() } }
        if target == "live" {
            generation = try store.use(nil)
            what = "the live view"
        } else {
            guard let row = try store.snapshot(try Naming(store).image(target).snapshot) else {
                throw StoreError.notFound("the snapshot")
            }
            generation = try store.use(row)
            what = "the models of \(row.short)"
            pinned = try store.pinnedModels(of: row)
        }
        let mounts = try ActiveSwitch(store: store).acknowledged(generation)
        for mount in mounts { Terminal.say("\(mount.path)/active/models shows \(what).") }
        if let comfy = server {
            let models = pinned
            try Blocking.run { try await Stage.hand(comfy, models, mounts) }
            Terminal.say(
                "\(comfy.address) has let go of its models"
                    + (models.isEmpty ? "." : " and lists those of the snapshot."))
        }
        if mounts.isEmpty { Terminal.say("active/models will show \(what); the store is not mounted now.") }
    }
}
