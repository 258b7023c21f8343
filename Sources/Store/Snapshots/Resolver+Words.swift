import GRDB
import Recipe

// A1111 and its family take any word of a prompt for an embedding of that name, and before 1.6 recorded it nowhere else.

extension Resolver {
    /// The embeddings that were live when the image was made and whose names are words of its prompts.
    func embeddingsInWords(of recipe: Recipe) throws -> [Recipe.ModelUse] {
        guard recipe.generator.dialect == "a1111-infotext",
            !recipe.models.contains(where: { $0.reference.folder == "embeddings" })
        else { return [] }
        let texts = recipe.passes.flatMap { [$0.positive, $0.negative] }.compactMap { $0?.lowercased() }
        guard texts.contains(where: { !$0.isEmpty }) else { return [] }
        var found: [Recipe.ModelUse] = []
        for stem in try embeddings() {
            let word = stem.lowercased()
            guard texts.contains(where: { Self.hasWord(word, in: $0) }), let path = try? ModelPath(stem) else {
                continue
            }
            var reference = ModelReference(
                folder: "embeddings", name: stem, candidates: [path], node: "parameters", input: "words of the prompt")
            reference.isStem = true
            // If the embedding came later, or was gone, it is an ordinary word.
            found += try resolve(reference).filter { $0.evidence >= .inferred }
        }
        return found
    }

    /// The names, without suffix, of all embeddings that the store ever had.
    private func embeddings() throws -> [String] {
        guard let top = try db.directory(under: DirectoryRow.Root.models.rawValue, ["embeddings"]) else { return [] }
        let names = try Row.fetchAll(
            db,
            sql: """
                WITH RECURSIVE below(id) AS (
                    SELECT ? UNION SELECT directory.id FROM directory JOIN below ON directory.parent = below.id)
                SELECT model.name FROM model JOIN below ON model.directory = below.id ORDER BY model.name LIMIT 10000
                """, arguments: [top]
        ).named { try $0.name(0) }
        return Set(names.map { Folder.stem(of: $0.text) }).filter { !$0.isEmpty }.sorted()
    }

    /// Whether a text contains a word as a whole, with no letter or digit next to it.
    private static func hasWord(_ word: String, in text: String) -> Bool {
        func isEnd(_ character: Character?) -> Bool { character.map { !$0.isLetter && !$0.isNumber } ?? true }
        return text.places(of: word).contains { range in
            isEnd(text[..<range.lowerBound].last) && isEnd(text[range.upperBound...].first)
        }
    }
}
