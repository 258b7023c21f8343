import ArgumentParser
import Recipe
import Store

struct LineageCommand: AnswersInJSON {
    static let configuration = CommandConfiguration(
        commandName: "lineage", abstract: "Show what an image or a model came from, and what came from a model.",
        discussion: """
            An image leads to its models and inputs; an input that is an image leads on, and so does a model whose header \
            names the models that it was merged from or trained on. A model shows the images made with it, too. What a \
            header says is a claim: a model is found by it only where its hash is in the store.
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable { case text, json, dot }

    @Argument(
        help:
            "An image, the id or the pin of a snapshot, or a model's file, 'folder/name', 'name', 'name@v2' or a hash.",
        completion: Offers.imageOrModel)
    var subject: String
    @Option(help: "How to print it.") var format: Format = .text
    @OptionGroup var store: StoreOption

    var json: Bool { format == .json }

    func run() throws {
        let store = try store.openToRead()
        let lineage =
            switch try Naming(store).imageOrModel(subject) {
            case .image(let image): try store.lineage(ofSnapshot: image.snapshot)
            case .model(let model): try store.lineage(of: model.versions)
            }
        switch format {
        case .text: Terminal.say(LineageText.tree(lineage))
        case .json: Terminal.say(LineageText.json(lineage))
        case .dot: Terminal.say(LineageText.dot(lineage))
        }
    }
}
