import ArgumentParser
import Reach
import Recipe
import Store

struct RecipeCommand: AnswersInJSON {
    static let configuration = CommandConfiguration(
        commandName: "recipe", abstract: "Show what an image was made from.",
        discussion: """
            An image of which this store knows nothing is looked for at the remotes, where its pin is found by the image's hash. \
            That takes a few seconds at most, and nothing is kept of it.
            """)

    @OptionGroup var image: ImageArgument
    @Flag(help: "Print JSON.") var json = false
    @Flag(help: "Ask no remote.") var offline = false
    @OptionGroup var store: StoreOption

    func run() throws {
        let store = try store.openToRead()
        let found: FoundImage
        do { found = try image.find(in: store) } catch let failure as NamingFailure where !offline {
            guard let elsewhere = try elsewhere(failure, store) else { throw failure }
            Terminal.complain(
                "This store does not know the image. Its pin is at \(elsewhere.remote), and the grade is the one that a pull gives: "
                    + ShellCommand.reprofs("pull", elsewhere.remote, elsewhere.document.id.hex))
            return show(json ? elsewhere.document.json.formatted() : elsewhere.document.card)
        }
        try image.tellSuccessor(of: found, in: store)
        let bytes = try store.rendering(json ? .json : .card, of: found.snapshot, named: found.name).bytes
        show(String(decoding: bytes, as: UTF8.self))
    }

    private func show(_ text: String) { json ? Terminal.say(part: text) : Terminal.say(text: text) }

    /// The image that could not be found here, if a remote has a pin of it.
    private func elsewhere(_ failure: NamingFailure, _ store: Store) throws -> FoundElsewhere? {
        guard let digest = try Naming(store).unknownImage(failure) else { return nil }
        let search = try moving { try await Reaching.find(image: digest, in: store) }
        if search.found == nil {
            for (remote, error) in search.problems { Terminal.complain(error, of: remote) }
        }
        return search.found
    }
}
