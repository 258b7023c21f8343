import Hummingbird
import Recipe
import Store

/// What an image came from, and what came from it.
enum LineagePage {
    static func add(to router: Router<GalleryContext>, _ pool: StorePool) {
        router.get("lineage/:id") { _, context in
            let id = try context.image
            let (row, shown) = try await pool.ask { store in
                guard let row = try store.snapshot(ofImage: id) else {
                    throw StoreError.notFound("the image \(id.hex.prefix(12))")
                }
                return (row, try ShownLineage(id, snapshot: row.id, in: store))
            }
            return page(shown, of: id, row).response
        }
    }

    private static func page(_ shown: ShownLineage, of id: Digest, _ row: SnapshotRow) -> Page {
        let name = row.imageName.onOneLine
        return Page(title: "Lineage of \(name)", section: .library) {
            tag("nav", .class("path"), .label("Where this is")) {
                tag("a", .href(Address.library(.init(), [("at", id.hex)]))) { "Library" }
                tag("span", Attribute("aria-hidden", "true")) { "/" }
                tag("a", .id("back"), .href(.image(id))) { name }
                tag("span", Attribute("aria-hidden", "true")) { "/" }
                tag("span") { "Lineage" }
            }
            tag("article", .class("kin")) {
                tag("h1") { "Lineage of \(name)" }
                html(shown, command: ShellCommand.reprofs("lineage", row.short.text))
            }
        }
    }

    /// The picture, and the same as a list.
    static func html(_ shown: ShownLineage, command: String) -> HTML {
        let picture = LineagePicture(lineage: shown)
        return HTML([
            tag(
                "div", .class("scroll"), .role("region"), .label("The lineage as a picture"), Attribute("tabindex", "0")
            ) { picture.svg },
            shown.isCut
                ? tag("p", .class("note")) { "It came from more than is shown here. All of that:" } : HTML([]),
            tag("details") {
                tag("summary") { "The same as a list" }
                picture.list
            },
            tag("p", .class("command")) { copyable(command, what: "the command") },
        ])
    }
}
