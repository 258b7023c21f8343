import ArgumentParser
import Glibc
import Recipe
import Store

struct RestoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore", abstract: "Make an older version what its model's name holds again.",
        discussion: "What the name holds now stays a version. A deleted model comes back under its name.")
    @Argument(help: "Versions, as 'checkpoints/model.safetensors@v2', a hash, or a file with their bytes.") var models:
        [String]
    @OptionGroup var store: StoreOption

    func run() throws {
        let store = try store.open()
        // Every name is understood before anything is done.
        let versions = try models.map { try Naming(store).version($0) }
        for version in versions {
            guard let name = ModelName(version.fullName) else {
                throw StoreError.conflict(
                    "\(version.fullName) is no name of the live view, so nothing can be restored to it")
            }
            let number = version.number
            switch try store.restore(name, version: number, by: Opener(process: getpid())) {
            case .unchanged: Terminal.say("\(name) holds v\(number) already.")
            case .version, .returned: Terminal.say("\(name) holds v\(number) again.")
            }
        }
    }
}
