import Hummingbird
import Recipe
import Store

/// All images: a grid, what they have in common at its left, and their months at its right.
enum LibraryPage {
    static func add(to router: Router<GalleryContext>, _ pool: StorePool, pictures: StorePool, _ feed: Feed) {
        router.get("") { request, _ in
            let parameters = request.parameters
            // Read before the store is asked, so that a change meanwhile is reported once more.
            let revision = feed.revision
            let screen = try await pool.ask { try LibraryScreen(parameters, in: $0) }
            return page(screen, revision).response
        }
        router.get("library.json") { request, _ in
            let parameters = request.parameters
            return Response(json: try await pool.ask { try LibraryAnswer.json(parameters, in: $0) })
        }
        router.get("image/:id/thumbnail") { _, context in
            let id = try context.image
            guard let bytes = try await pictures.ask({ try $0.thumbnail(of: id) }) else {
                // The cell shows the file's name then, and asks again another time.
                var response = Response(bytes: emptyPicture, type: Picture.gif.rawValue)
                response.headers[.cacheControl] = "no-store"
                return response
            }
            var response = Response(bytes: bytes, type: Picture.webp.rawValue)
            // Bytes of an image never change, and neither does its thumbnail.
            response.headers[.cacheControl] = "private, max-age=31536000, immutable"
            return response
        }
    }

    /// One pixel that is not seen.
    private static let emptyPicture: [UInt8] =
        Array("GIF89a".utf8) + [1, 0, 1, 0, 0x80, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0x21, 0xF9, 4, 1, 0, 0, 0, 0, 0x2C]
        + [0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0, 0x3B]

    private static func page(_ screen: LibraryScreen, _ revision: String) -> Page {
        Page(title: "Library", section: .library) {
            tag(
                "div", .class("library"), .id("library"), Attribute("data-query", Address.library(screen.query).text),
                Attribute("data-count", String(screen.count)), Attribute("data-index", String(screen.index)),
                Attribute("data-wanted", screen.wanted?.hex ?? ""), Attribute("data-revision", revision)
            ) {
                tag("h1", .class("aside")) { "Library" }
                shapes
                SearchBar.html(screen)
                tag("div", .class("columns")) {
                    FacetColumn.html(screen)
                    tag("div", .class("middle")) {
                        tag("p", .id("count"), .class("count"), Attribute("aria-live", "polite")) { count(screen) }
                        if screen.entries.isEmpty { nothing(screen) } else { cells(screen) }
                        if !screen.entries.isEmpty { chosen }
                        pager(screen)
                    }
                    MonthRail.html(screen)
                }
            }
        }
    }

    /// What `grid.js` makes cells with.
    private static var shapes: HTML {
        let kinds: [(String, HTML)] = [("film", Icon.film), ("sound", Icon.sound), ("pin", Icon.pin)]
        return tag("div", .class("marks"), Attribute("hidden")) {
            for (name, shape) in Mark.allCases.map({ ($0.rawValue, $0.shape) }) + kinds {
                tag("span", Attribute("data-shape", name)) { shape }
            }
        }
    }

    private static func count(_ screen: LibraryScreen) -> String {
        let images = screen.count.of("image")
        guard screen.query.isWhole else { return "\(images) of \(screen.summary.images.grouped)" }
        guard screen.folded > 0 else { return images }
        return "\(images), \(screen.folded.grouped) folded under \(screen.count == 1 ? "it" : "them")"
    }

    /// The images as a list, which `grid.js` makes a grid of all of them.
    private static func cells(_ screen: LibraryScreen) -> HTML {
        tag("ol", .class("cells"), .id("cells"), .label("Images")) {
            for entry in screen.entries {
                tag("li") {
                    cell(entry, screen)
                    void(
                        "input", .type("checkbox"), .class("pick"), .name("image"),
                        Attribute("value", entry.image.hex), Attribute("form", "chosen"),
                        .label("Compare \(entry.name.text.onOneLine)"))
                }
            }
        }
    }

    /// Where the images are sent that are marked, to be compared; `picks.js` says there how many they are.
    private static var chosen: HTML {
        tag("form", .class("chosen"), .id("chosen"), .action(Address("/compare")), Attribute("method", "get")) {
            tag("button", .type("submit")) { "Compare the marked images" }
        }
    }

    private static func cell(_ entry: LibraryEntry, _ screen: LibraryScreen) -> HTML {
        let mark = Mark(entry)
        return tag(
            "a", .class("cell"), .href(.image(entry.image, query: screen.query.parameters)),
            Attribute("data-id", entry.image.hex), Attribute("data-kind", entry.kind.rawValue),
            Attribute("data-folded", String(entry.folded)),
            .label(ShownImage.alternative(entry.name.text, mark, entry.words))
        ) {
            tag("span", .class("title"), Attribute("aria-hidden", "true")) { entry.name.text.onOneLine }
            switch entry.kind {
            case .image:
                void("img", .src(.image(entry.image, "thumbnail")), Attribute("alt"), Attribute("loading", "lazy"))
            case .film: Icon.film
            case .sound: Icon.sound
            case .other: HTML([])
            }
            mark.badge
            if entry.isFolded { tag("span", .class("folded")) { "+\(entry.folded)" } }
            if entry.isPinned { tag("span", .class("pinned")) { Icon.pin } }
        }
    }

    private static func nothing(_ screen: LibraryScreen) -> HTML {
        tag("div", .class("nothing")) {
            if screen.count > 0 {
                // The address names a place before the first image, or behind the last one.
                tag("h2") { "No image stands here" }
                tag("p") {
                    tag("a", .href(.library(screen.query))) { "To the first of \(screen.count.of("image"))" }
                }
            } else if screen.query.isWhole {
                tag("h2") { "No images yet" }
                tag("p") { "Show the store the directory that your images are written to:" }
                copyable(ShellCommand.reprofs("snapshot ComfyUI/output"), what: "the command")
                tag("p") { "They appear here by themselves." }
            } else {
                tag("h2") { "No image matches" }
                tag("p") { tag("a", .href(Address("/"))) { "Show all of them" } }
            }
        }
    }

    /// The form of the grid that needs no program.
    private static func pager(_ screen: LibraryScreen) -> HTML {
        guard let first = screen.entries.first, let last = screen.entries.last else { return HTML([]) }
        let end = screen.index + screen.entries.count
        return tag("nav", .class("pager"), .id("pager"), .label("Pages of the library")) {
            if screen.index > 0 {
                tag("a", Attribute("rel", "prev"), .href(.library(screen.query, [("before", "\(first.cursor)")]))) {
                    "Earlier page"
                }
            }
            tag("span") { "\((screen.index + 1).grouped) to \(end.grouped) of \(screen.count.grouped)" }
            if end < screen.count {
                tag("a", Attribute("rel", "next"), .href(.library(screen.query, [("after", "\(last.cursor)")]))) {
                    "Next page"
                }
            }
        }
    }
}

extension Mark {
    init(_ entry: LibraryEntry) { self.init(entry.grade, isReproduced: entry.proof == .verified) }
}

extension LibraryEntry {
    var folded: Int { variations + reproductions }
    var isFolded: Bool { folded > 0 }
}
