import ArgumentParser
import Glibc
import Recipe
import Store

struct RestoreCommand: AnswersInJSON {
    static let configuration = CommandConfiguration(
        commandName: "restore", abstract: "Make a model's name hold an older version again.",
        discussion: "What the name holds now remains a version. A deleted model comes back under its name.")
    @Argument(
        help: "Versions, as 'checkpoints/model.safetensors@v2', a hash, or a file with their bytes.",
        completion: Offers.version) var models: [String]
    @Flag(help: "Print JSON.") var json = false
    @OptionGroup var store: StoreOption

    func run() throws {
        let store = try store.open()
        // Every name is resolved before anything is done.
        let versions = try models.map { text in
            let version = try Naming(store).version(text)
            guard let name = ModelName(known: version.fullName) else {
                throw StoreError.conflict(
                    "\(version.fullName) is not a name of the live view, so nothing can be restored to it")
            }
            return (name: name, version: version)
        }
        var done: [JSON] = []
        for (name, version) in versions {
            let isChanged =
                try store.restore(name, version: version.number, by: Opener(process: getpid())) != .unchanged
            if !json { Terminal.say("\(name) holds v\(version.number) \(isChanged ? "again" : "already").") }
            done.append([
                "model": .string("\(name)"), "version": .integer(version.number),
                "sha256": .string(version.sha256.hex), "changed": .bool(isChanged),
            ])
        }
        if json { Terminal.say(["schema": DocumentSchema.restore.json, "models": .array(done)]) }
    }
}
