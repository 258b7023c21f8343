import ArgumentParser
import Store

struct InitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init", abstract: "Make a store.",
        discussion: "The directory must be absent or empty. An existing store is left as it is.")

    @OptionGroup var store: StoreOption

    func run() throws {
        let path = try store.resolved
        if try Store.isStore(path) {
            _ = try Store.open(path)
            return Terminal.say("\(path) is already a store.")
        }
        _ = try Store.create(path)
        Terminal.say("Made the store \(path).")
    }
}
