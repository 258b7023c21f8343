import ArgumentParser
import Recipe
import Store

struct LineageCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lineage", abstract: "Show what an image or a model came from, and what came from a model.",
        discussion: """
            An image leads to its models and inputs; an input that is an image leads on, and so does a model whose header \
            names the models that it was merged from or trained on. A model shows the images made with it, too. What a \
            header says is a claim: a model is found by it only where its hash is in the store.
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable { case text, json, dot }

    @Argument(help: "An image, the id of a snapshot, or a model as 'folder/name', 'name', 'name@v2' or a hash.")
    var subject: String
    @Option(help: "How to print it.") var format: Format = .text
    @OptionGroup var store: StoreOption

    func run() throws {
        let store = try store.open()
        let lineage: Lineage
        if let (snapshot, _) = try ImageArgument.find(subject, in: store) {
            lineage = try store.lineage(ofSnapshot: snapshot)
        } else {
            let versions = try store.versions(named: subject)
            guard !versions.isEmpty else {
                throw StoreError.notFound("an image or a model called '\(subject.withoutControls)': it")
            }
            lineage = try store.lineage(of: versions)
        }
        let text =
            switch format {
            case .text: LineageText.tree(lineage)
            case .json: LineageText.json(lineage).formatted()
            case .dot: LineageText.dot(lineage)
            }
        print(text, terminator: "")
    }
}
