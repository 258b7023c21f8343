import ArgumentParser
import Recipe
import Store

struct DiffCommand: AnswersInJSON {
    static let configuration = CommandConfiguration(
        commandName: "diff", abstract: "Show what changed between two recipes: parameters, graph, models, environment.",
        discussion: "Models that differ are compared tensor by tensor where both are safetensors files in the store.")

    @Argument(help: "An image, or the id or the pin of a snapshot.", completion: Offers.image) var first: String
    @Argument(help: "Another one.", completion: Offers.image) var second: String
    @Flag(help: "Print JSON.") var json = false
    @OptionGroup var store: StoreOption

    func run() throws {
        for name in [first, second] { try Paths.requireText(name) }
        let store = try store.openToRead()
        let (a, b) = (try document(first, store), try document(second, store))
        let difference = RecipeDifference(a, b)
        let weights = try store.weightDifferences(a, b)
        if json {
            let all: JSON = [
                "schema": DocumentSchema.diff.json, "first": .string(a.id.hex), "second": .string(b.id.hex),
                "differences": difference.json, "weights": .array(weights.map(\.json)),
            ]
            return Terminal.say(all)
        }
        if difference.items.isEmpty { return Terminal.say("Nothing that is recorded differs.") }
        var part = ""
        for item in difference.items {
            if item.part != part {
                part = item.part
                Terminal.say(part)
            }
            Terminal.say(
                "  \(item.what): \(RecipeDifference.text(of: item.old)) -> \(RecipeDifference.text(of: item.new))")
        }
        if !weights.isEmpty { Terminal.say("weights") }
        for weight in weights { Terminal.say("  \(weight.name): \(weight.difference.text)") }
    }

    private func document(_ name: String, _ store: Store) throws -> RecipeDocument {
        let found = try Naming(store).image(name)
        return try store.recipeDocument(of: found.snapshot, named: found.name)
    }
}

extension WeightDifference {
    fileprivate var json: JSON {
        let list = { (names: [String]) in JSON.array(names.map { .string($0) }) }
        return [
            "model": .string(name), "changed": list(difference.changed), "added": list(difference.added),
            "removed": list(difference.removed), "reshaped": list(difference.reshaped),
            "equal": .integer(difference.same),
        ]
    }
}
