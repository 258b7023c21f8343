import Recipe
import Store
import SystemPackage

/// What the page of one image shows, as the store tells it at one moment.
struct ShownImage: Sendable {
    /// The SHA-256 of the image's file, by which pages name it.
    let id: Digest
    let snapshot: SnapshotRow
    let document: RecipeDocument
    /// Where the file lay when it was read last.
    let places: [FilePath]
    let models: [Model]
    let proofs: [Proof]
    /// The names that people gave its snapshot.
    let pins: [EntryName]
    /// What it is a variation or a reproduction of.
    let base: Digest?
    /// What is a variation or a reproduction of it: how many, and the newest one.
    let folded: Int
    let newest: Digest?

    /// A model, and what has become of it.
    struct Model: Sendable {
        let use: Recipe.ModelUse
        /// Where its bytes are.
        let place: Verdict.Place
        /// The version that the name holds now; nil where it holds nothing, or is not known.
        let live: Int?
        /// The row of its name, by which pages know it.
        let row: Int64?
    }

    /// A try to make the image again.
    struct Proof: Sendable {
        let attempt: Attempt
        /// An image of the library that shows just the pixels that came out, where somebody kept one.
        let picture: Digest?
    }

    /// Throws `notFound` where the store has no such image.
    init(_ id: Digest, in store: Store) throws {
        guard let row = try store.snapshot(ofImage: id) else {
            throw StoreError.notFound("the image \(id.hex.prefix(12))")
        }
        self.id = id
        snapshot = row
        document = try store.recipeDocument(of: row.id, named: row.imageName)
        places = try store.places(ofImage: id)
        models = try document.snapshot.recipe.models.map { use in
            guard let resolution = use.resolution else {
                return Model(use: use, place: .nowhere, live: nil, row: nil)
            }
            let known = try store.model(at: resolution.folder, resolution.path)
            return Model(
                use: use, place: try store.place(of: resolution.sha256), live: known?.live, row: known?.id)
        }
        proofs = try document.attempts.reversed().map { attempt in
            Proof(attempt: attempt, picture: try Self.picture(of: attempt, other: id, in: store))
        }
        pins = try store.pins(of: row.id)
        let entry = try store.libraryEntry(ofImage: id)
        base = entry?.base
        folded = entry?.folded ?? 0
        newest = folded == 0 ? nil : try store.library(Self.under(id), limit: 1).first?.image
    }

    private static func picture(of attempt: Attempt, other own: Digest, in store: Store) throws -> Digest? {
        guard let blob = try store.blob(attempt.certificate),
            let certificate = try? JSONParser.parse(try store.bytes(of: blob)),
            let pixels = certificate["result"]?["pixels"]?.string.flatMap({ Digest(hex: $0) })
        else { return nil }
        return try store.images(ofPixels: pixels).first { $0.image != own }?.image
    }

    /// What is a variation or a reproduction of an image.
    static func under(_ id: Digest) -> LibraryQuery {
        var query = LibraryQuery()
        query.base = id
        return query
    }

    var name: String { document.name }
    var mark: Mark { Mark(document.verdict.grade, isReproduced: document.verdict.isVerified) }

    /// Where the picture, its texts and its page are.
    var address: Address { .image(id) }
    var original: Address { Self.original(id) }
    static func original(_ id: Digest) -> Address { .image(id, "original") }

    /// Text for whoever cannot see the picture: its name, its grade, and what it shows.
    var alternative: String { Self.alternative(name, mark, document.snapshot.recipe.passes.first?.positive ?? "") }

    static func alternative(_ name: String, _ mark: Mark, _ prompt: String) -> String {
        // Of a scalar that is told faster than of a character, and a page has 200 of these texts.
        let parts = prompt.unicodeScalars.prefix(400).split(maxSplits: 12, whereSeparator: \.isBlank)
        let words = parts.prefix(12).map { String($0) }.joined(separator: " ")
        return "\(name.onOneLine), \(mark.rawValue)" + (words.isEmpty ? "" : ", \(words)")
    }
}

extension Unicode.Scalar {
    fileprivate var isBlank: Bool {
        isASCII ? value == 0x20 || (0x09...0x0D).contains(value) : properties.isWhitespace
    }
}
