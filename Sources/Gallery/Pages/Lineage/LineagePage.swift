import Hummingbird
import Recipe
import Store

/// What an image came from, and what came from it.
enum LineagePage {
    static func add(to router: Router<GalleryContext>, _ pool: StorePool) {
        router.get("lineage/:id") { _, context in
            let id = try context.image
            return page(try await pool.ask { try ShownLineage(id, in: $0) }).response
        }
    }

    private static func page(_ shown: ShownLineage) -> Page {
        let picture = LineagePicture(lineage: shown)
        return Page(title: "Lineage of \(shown.name)", section: .library) {
            tag("nav", .class("path"), .label("Where this is")) {
                tag("a", .href(Address.library(.init(), [("at", shown.id.hex)]))) { "Library" }
                tag("span", Attribute("aria-hidden", "true")) { "/" }
                tag("a", .id("back"), .href(.image(shown.id))) { shown.name }
                tag("span", Attribute("aria-hidden", "true")) { "/" }
                tag("span") { "Lineage" }
            }
            tag("article", .class("kin")) {
                tag("h1") { "Lineage of \(shown.name)" }
                tag(
                    "div", .class("scroll"), .role("region"), .label("The lineage as a picture"),
                    Attribute("tabindex", "0")
                ) { picture.svg }
                if shown.isCut {
                    tag("p", .class("note")) { "It came from more than is shown here. All of that:" }
                }
                tag("details") {
                    tag("summary") { "The same as a list" }
                    picture.list
                }
                tag("p", .class("command")) {
                    copyable(ShellCommand.line("reprofs lineage", shown.short), what: "the command")
                }
            }
        }
    }
}
