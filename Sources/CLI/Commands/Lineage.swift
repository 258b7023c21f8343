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

    /// How many images of a model are shown by default.
    private static let few = 20

    @Argument(
        help:
            "An image, the id or the pin of a snapshot, or a model's file, 'folder/name', 'name', 'name@v2' or a hash.",
        completion: Offers.imageOrModel)
    var subject: String
    @Option(help: "How to print it.") var format: Format = .text
    @Flag(name: .customLong("json"), help: "Print JSON.") var isJSON = false
    @Option(help: "How many of the images made with a model to show, the newest first; 20, in JSON 2000.") var limit:
        Int?
    @OptionGroup var store: StoreOption

    var json: Bool { isJSON || format == .json }

    func validate() throws {
        if isJSON && format == .dot { throw ValidationError("--json and --format dot exclude each other") }
        if let limit, limit < 0 { throw ValidationError("--limit must be at least 0") }
    }

    func run() throws {
        let store = try store.openToRead()
        let lineage =
            switch try Naming(store).imageOrModel(subject) {
            case .image(let image): try store.lineage(ofSnapshot: image.snapshot)
            case .model(let model):
                try store.lineage(of: model.versions, images: limit ?? (json ? Lineage.limit : Self.few))
            }
        if json { return Terminal.say(LineageText.json(lineage)) }
        Terminal.say(format == .dot ? LineageText.dot(lineage) : LineageText.tree(lineage))
        guard lineage.omitted > 0 else { return }
        Terminal.complain(
            "\(lineage.omitted.of("older image")) made with it \(lineage.omitted == 1 ? "is" : "are") left out; --limit shows more."
        )
    }
}
