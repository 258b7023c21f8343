import ArgumentParser
import Recipe
import Store

struct ExplainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain", abstract: "Say how far an image can be reproduced, and why.",
        discussion: """
            Every reason is said in a sentence, with what would raise the grade. The same text ends the image's card, \
            by-image/…/NAME.txt. The grade is that of the store as it is now.
            """)

    @OptionGroup var image: ImageArgument
    @Flag(help: "Print JSON.") var json = false
    @OptionGroup var store: StoreOption

    func run() throws {
        let store = try store.open()
        let (snapshot, name) = try image.find(in: store)
        let document = try store.recipeDocument(of: snapshot, named: name)
        if json { return print(document.verdict.json.formatted(), terminator: "") }
        print("\(document.name): \(document.verdict.grade.rawValue)".withoutControls)
        print(document.explanation, terminator: "")
    }
}
