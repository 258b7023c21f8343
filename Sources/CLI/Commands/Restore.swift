import ArgumentParser
import Glibc
import Recipe
import Store

struct RestoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore", abstract: "Make an older version what its model's name holds again.",
        discussion: "What the name holds now stays a version. A deleted model comes back under its name.")
    @Argument(help: "Models, as 'checkpoints/model.safetensors@v2'.") var models: [String]
    @OptionGroup var store: StoreOption

    func run() throws {
        let store = try store.open()
        for text in models {
            guard let (path, number) = ModelName.numbered(text), let name = ModelName(path) else {
                throw ValidationError("say which version of which model: 'checkpoints/model.safetensors@v2'")
            }
            switch try store.restore(name, version: number, by: Opener(process: getpid())) {
            case .unchanged: print("\(name) holds v\(number) already.".withoutControls)
            case .version, .returned: print("\(name) holds v\(number) again.".withoutControls)
            }
        }
    }
}
