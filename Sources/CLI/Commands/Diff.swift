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
        let weights = try weights(a, b, store)
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
            Terminal.say("  \(item.what): \(Self.show(item.old)) -> \(Self.show(item.new))")
        }
        if !weights.isEmpty { Terminal.say("weights") }
        for weight in weights { Terminal.say("  \(weight.text)") }
    }

    private func document(_ name: String, _ store: Store) throws -> RecipeDocument {
        let found = try Naming(store).image(name)
        return try store.recipeDocument(of: found.snapshot, named: found.name)
    }

    private static func show(_ value: JSON) -> String {
        switch value {
        case .null: return "none"
        case .string(let text): return text.count > 200 ? text.prefix(200) + "…" : text
        case .object(let object):
            let name = object["name"]?.string
            let version = object["version"]?.number.map { " v\($0.literal)" } ?? ""
            let digest = object["sha256"]?.string.map { " (\($0.prefix(10)))" } ?? ""
            return name.map { $0 + version + digest } ?? value.compact()
        default:
            let text = value.compact()
            return text.count > 200 ? text.prefix(200) + "…" : text
        }
    }

    /// Two versions of a model, compared by their weights.
    private struct Weights {
        let name: String
        let difference: TensorDifference

        var text: String {
            let parts = [
                ("changed", difference.changed), ("added", difference.added), ("removed", difference.removed),
                ("of another shape", difference.reshaped),
            ].filter { !$0.1.isEmpty }
            guard !parts.isEmpty else {
                return "\(name): all \(difference.same) tensors are equal; only the header differs"
            }
            let told = parts.map {
                "\($0.1.count) \($0.0) (\($0.1.prefix(3).joined(separator: ", "))\($0.1.count > 3 ? ", …" : ""))"
            }
            return "\(name): \(told.joined(separator: ", ")), \(difference.same) equal"
        }

        var json: JSON {
            let list = { (names: [String]) in JSON.array(names.map { .string($0) }) }
            return [
                "model": .string(name), "changed": list(difference.changed), "added": list(difference.added),
                "removed": list(difference.removed), "reshaped": list(difference.reshaped),
                "equal": .integer(difference.same),
            ]
        }
    }

    private func weights(_ a: RecipeDocument, _ b: RecipeDocument, _ store: Store) throws -> [Weights] {
        var found: [Weights] = []
        for use in a.snapshot.recipe.models {
            let same = b.snapshot.recipe.models.first {
                $0.reference.node == use.reference.node && $0.reference.input == use.reference.input
            }
            guard let old = use.resolution, let new = same?.resolution, old.sha256 != new.sha256,
                let x = try? source(old.sha256, store), let y = try? source(new.sha256, store)
            else { continue }
            let difference: TensorDifference?
            do { difference = try TensorDifference.between(x, y) } catch {
                throw CommandFailure("the weights of \(old.path) cannot be read: \(error)")
            }
            if let difference { found.append(Weights(name: "\(old.folder)/\(old.path)", difference: difference)) }
        }
        return found
    }

    private func source(_ digest: Digest, _ store: Store) throws -> FileSource? {
        guard let blob = try store.blob(digest), case .file(let file) = try store.contents(of: blob) else { return nil }
        return FileSource(file, count: blob.size)
    }
}
