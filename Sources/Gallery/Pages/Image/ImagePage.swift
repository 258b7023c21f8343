import HTTPTypes
import Hummingbird
import Recipe
import Store

/// One image: the picture, what it was made from, and whether it can be made again.
enum ImagePage {
    static func add(to router: Router<GalleryContext>, _ pool: StorePool, pictures: StorePool, allowsChanges: Bool) {
        router.get("image/:id") { request, context in
            let id = try context.image
            let shown = try await pool.ask { try ShownImage(id, in: $0) }
            let query = LibraryQuery(parameters: request.parameters)
            return page(shown, in: query, allowsChanges: allowsChanges).response
        }
        router.get("image/:id/original") { request, context in
            let id = try context.image
            return try await request.answer(id.hex) {
                let found = try await pictures.ask { store in
                    (try store.original(ofImage: id), try store.name(ofImage: id))
                }
                guard let original = found.0 else {
                    throw Problem(
                        .gone, "The file of this image was moved or changed since it was read; its snapshot is kept.")
                }
                return Response(file: original.bytes, named: found.1, keeping: request.parameter("keep") != nil)
            }
        }
        for text in ImageText.allCases {
            router.get("image/:id/\(text.rawValue)") { _, context in
                let id = try context.image
                let (bytes, name) = try await pool.ask { store in
                    (try text.read(id, in: store), try store.name(ofImage: id))
                }
                guard let bytes else { throw Problem(.notFound, "This image has no \(text.words).") }
                return Response(download: bytes, type: text.type, named: "\(name).\(text.rawValue)")
            }
        }
    }

    private static func page(_ shown: ShownImage, in query: LibraryQuery, allowsChanges: Bool) -> Page {
        Page(title: shown.name.onOneLine, section: .library) {
            tag("nav", .class("path"), .label("Where this is")) {
                tag("a", .id("back"), .href(Address.library(query, [("at", shown.id.hex)]))) { "Library" }
                tag("span", Attribute("aria-hidden", "true")) { "/" }
                tag("span") { shown.name.onOneLine }
            }
            tag("article", .class("image")) {
                picture(shown)
                tag("div", .class("panel")) {
                    tag("h1") { shown.name.onOneLine }
                    GradeBox.html(shown)
                    RecipePanel.html(shown)
                    ModelPanel.html(shown)
                    ProofPanel.html(shown)
                    KinPanel.html(shown)
                    RunPanel.html(shown, allowsChanges: allowsChanges)
                    ImagePins.html(shown, allowsChanges: allowsChanges)
                    FilePanel.html(shown)
                }
            }
        }
    }

    private static func picture(_ shown: ShownImage) -> HTML {
        let facts = shown.document.snapshot.image
        return tag("figure", .class("picture")) {
            if facts.mediaType.hasPrefix("image/"), facts.mediaType != "image/svg+xml" {
                tag("a", .href(shown.original)) {
                    void(
                        "img",
                        [.src(shown.original), Attribute("alt", shown.alternative)]
                            + (facts.width.map { [Attribute("width", String($0))] } ?? [])
                            + (facts.height.map { [Attribute("height", String($0))] } ?? []))
                }
                tag("figcaption", .class("gone")) {
                    "The file cannot be shown here. Its snapshot is kept, and tells all that is beside this."
                }
            } else {
                tag("div", .class("card")) {
                    facts.mediaType.hasPrefix("audio/") ? Icon.sound : Icon.film
                    tag("p") { "A file of type \(facts.mediaType)." }
                    tag("a", .class("button"), .href(shown.original)) { "Download it" }
                }
            }
        }
    }
}

extension GalleryContext {
    /// The image that the path names by all digits of its SHA-256.
    var image: Digest {
        get throws {
            guard let text = parameters.get("id"), let digest = Digest(hex: text) else { throw Problem.nothingHere }
            return digest
        }
    }
}

extension Store {
    func name(ofImage id: Digest) throws -> String { try snapshot(ofImage: id)?.imageName.onOneLine ?? "image" }
}
