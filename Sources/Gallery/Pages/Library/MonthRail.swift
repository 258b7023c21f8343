import Recipe
import Store

/// The months of a query, each as long as it has images, to go to one.
enum MonthRail {
    static func html(_ screen: LibraryScreen) -> HTML {
        guard screen.months.count > 1, screen.query.order != .name else { return HTML([]) }
        let most = screen.months.map(\.count).max() ?? 1
        return tag("nav", .class("rail"), .id("rail"), .label("Months")) {
            tag("form", .class("go"), .action(Address("/")), Attribute("method", "get")) {
                for (name, value) in screen.query.parameters {
                    void("input", .type("hidden"), Attribute("name", name), Attribute("value", value))
                }
                void(
                    "input", .type("text"), .name("from"), .id("month"), Attribute("inputmode", "numeric"),
                    Attribute("pattern", "[0-9]{4}-[0-9]{2}"), Attribute("maxlength", "7"),
                    Attribute("placeholder", "2026-10"), .label("Go to the month"), Attribute("autocomplete", "off"))
            }
            tag("ol") {
                for (month, count) in screen.months {
                    tag("li", Attribute("data-month", "\(month)"), Attribute("data-count", String(count))) {
                        tag(
                            "a", .href(.library(screen.query, [("from", "\(month)")])),
                            .label("\(month), \(count.of("image"))")
                        ) {
                            tag("span", .class("month")) { "\(month)" }
                            bar(count, of: most)
                        }
                    }
                }
            }
        }
    }

    private static func bar(_ count: Int, of most: Int) -> HTML {
        // A month with one image is still visible.
        let width = max(2, count * 100 / max(1, most))
        return tag(
            "svg", .class("length"), Attribute("viewBox", "0 0 100 6"), Attribute("preserveAspectRatio", "none"),
            Attribute("aria-hidden", "true"), Attribute("focusable", "false")
        ) { tag("rect", Attribute("width", String(width)), Attribute("height", "6"), Attribute("rx", "1")) }
    }
}
