import ArgumentParser
import Recipe
import Store

struct RecipeCommand: AnswersInJSON {
    static let configuration = CommandConfiguration(
        commandName: "recipe", abstract: "Show what an image was made from.")

    @OptionGroup var image: ImageArgument
    @Flag(help: "Print JSON.") var json = false
    @OptionGroup var store: StoreOption

    func run() throws {
        let store = try store.openToRead()
        let found = try image.find(in: store)
        try image.tellSuccessor(of: found, in: store)
        let bytes = try store.rendering(json ? .json : .card, of: found.snapshot, named: found.name).bytes
        let text = String(decoding: bytes, as: UTF8.self)
        json ? Terminal.say(part: text) : Terminal.say(text: text)
    }
}
