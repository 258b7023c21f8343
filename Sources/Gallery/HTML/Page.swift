import Hummingbird

/// A whole document around what one page shows.
struct Page: Sendable {
    /// What the pages at the top lead to.
    enum Section: String, CaseIterable, Sendable {
        case library = "Library"
        case models = "Models"
        case runs = "Runs"
        case health = "Health"

        var address: Address {
            switch self {
            case .library: Address("/")
            case .models: Address("/models")
            case .runs: Address("/runs")
            case .health: Address("/health")
            }
        }
    }

    let title: String
    /// The part of the gallery that it belongs to; nil for none.
    let section: Section?
    let content: HTML

    init(title: String, section: Section?, @HTMLBuilder content: () -> HTML) {
        self.title = title
        self.section = section
        self.content = content()
    }

    var response: Response { Response(text: document.markup, type: "text/html; charset=utf-8") }

    private var document: HTML {
        HTML([
            HTML(literal: "<!doctype html>"),
            tag("html", Attribute("lang", "en")) {
                tag("head") {
                    void("meta", Attribute("charset", "utf-8"))
                    tag("title") { "\(title) · ReproFS" }
                    void("meta", .name("viewport"), Attribute("content", "width=device-width, initial-scale=1"))
                    void("meta", .name("color-scheme"), Attribute("content", "dark light"))
                    void("link", Attribute("rel", "icon"), .href(Address("/static/icon.svg")))
                    void("link", Attribute("rel", "stylesheet"), .href(Address("/static/gallery.css")))
                    tag("script", .type("module"), .src(Address("/static/gallery.js")))
                }
                tag("body") {
                    tag("a", .class("skip"), .href(Address("#main"))) { "To the content" }
                    tag("header", .class("top")) {
                        tag("a", .class("brand"), .href(Address("/"))) { "ReproFS" }
                        if section != nil, Section.allCases.count > 1 {
                            tag("nav", .label("Pages")) {
                                for section in Section.allCases {
                                    tag(
                                        "a",
                                        [.href(section.address)]
                                            + (section == self.section ? [Attribute("aria-current", "page")] : [])
                                    ) {
                                        section.rawValue
                                    }
                                }
                            }
                        }
                    }
                    tag("main", .id("main")) { content }
                    tag("p", .id("status"), .class("aside"), .role("status"), Attribute("aria-live", "polite"))
                }
            },
        ])
    }
}
