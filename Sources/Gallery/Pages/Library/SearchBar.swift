import Recipe
import Store

/// What the library says of itself in one line, the search box, what is chosen, and the order.
enum SearchBar {
    static func html(_ screen: LibraryScreen) -> HTML {
        tag("div", .class("bar")) {
            tag("p", .class("truth"), .id("truth")) { truth(screen.summary) }
            tag("form", .class("search"), .role("search"), .action(Address("/")), Attribute("method", "get")) {
                tag("label", Attribute("for", "q"), .class("aside")) { "Search" }
                Icon.search
                void(
                    "input", .type("search"), .name("q"), .id("q"), Attribute("value", screen.query.text),
                    Attribute("placeholder", "Words, \"phrases\", -without, seed:42, model:dream*, since:2026-10"),
                    Attribute("autocomplete", "off"), Attribute("spellcheck", "false"))
                for (name, value) in screen.query.parameters where name != "q" {
                    void("input", .type("hidden"), Attribute("name", name), Attribute("value", value))
                }
                tag("button", .type("submit")) { "Search" }
            }
            for problem in screen.problems { tag("p", .class("misread"), .role("alert")) { problem.onOneLine } }
            chips(screen)
        }
    }

    /// What is chosen, each with the address without it; and the order.
    private static func chips(_ screen: LibraryScreen) -> HTML {
        func chip(_ text: String, _ without: (inout LibraryQuery) -> Void) -> HTML {
            var query = screen.query
            without(&query)
            return tag("li") {
                tag("a", .class("chip"), .href(.library(query)), .label("Without \(text)")) {
                    text
                    tag("span", Attribute("aria-hidden", "true")) { "×" }
                }
            }
        }

        func link(_ text: String, isCurrent: Bool, _ change: (inout LibraryQuery) -> Void) -> HTML {
            var query = screen.query
            change(&query)
            return tag("a", [.href(.library(query))] + (isCurrent ? [Attribute("aria-current", "true")] : [])) { text }
        }

        return tag("ul", .class("chips"), .label("What is chosen")) {
            if let base = screen.query.base {
                chip("made from \(base.hex.prefix(12))") { $0.base = nil }
            }
            if !screen.query.text.isEmpty { chip("“\(screen.query.text.onOneLine)”") { $0.text = "" } }
            for filter in screen.query.filters {
                chip((filter.isExcluded ? "not " : "") + "\(filter.facet.words): \(filter.shown)") { query in
                    query.filters.removeAll { $0 == filter }
                }
            }
            tag("li", .class("orders")) {
                tag("span") { "Sort" }
                for order in LibraryOrder.allCases {
                    link(order.rawValue, isCurrent: order == screen.query.order) { $0.order = order }
                }
                if screen.query.isWhole {
                    link(screen.query.folds ? "Unfold variations" : "Fold variations", isCurrent: false) {
                        $0.folds.toggle()
                    }
                }
            }
        }
    }

    /// "1,018 images: 3 reproduced, 14 full, 962 approximate, 39 partial. 31 wait for small.safetensors."
    static func truth(_ summary: LibrarySummary) -> HTML {
        let counts = [
            (summary.reproduced, Mark.reproduced), (summary.full, .full), (summary.approximate, .approximate),
            (summary.partial, .partial),
        ].filter { $0.0 > 0 }
        return HTML([
            tag("strong") { summary.images.of("image") },
            HTML(
                counts.enumerated().map { index, part in
                    HTML([
                        HTML(text: index == 0 ? ": " : ", "),
                        tag(
                            "a", .class("count-mark"), Attribute("data-mark", part.1.rawValue),
                            .href(.library(part.1.query))
                        ) {
                            part.1.shape
                            "\(part.0.grouped) \(part.1.rawValue)"
                        },
                    ])
                }),
            HTML(text: "."),
            summary.awaited.map { awaited in
                var query = LibraryQuery()
                query.filters = [LibraryFilter(.missing, awaited.value)]
                return HTML([
                    HTML(text: " "),
                    tag("a", .href(.library(query))) {
                        "\(awaited.count.grouped) \(awaited.count == 1 ? "waits" : "wait") for \(awaited.value.description.onOneLine)"
                    },
                    HTML(text: "."),
                ])
            } ?? HTML([]),
            summary.pending > 0
                ? tag("span", .class("note")) { " \(summary.pending.grouped) are still being looked at." } : HTML([]),
        ])
    }
}

extension Mark {
    /// The images that have it.
    var query: LibraryQuery {
        var query = LibraryQuery()
        switch self {
        case .reproduced: query.filters = [LibraryFilter(.proof, "verified"), LibraryFilter(.grade, "full")]
        case .full:
            query.filters = [LibraryFilter(.grade, "full"), LibraryFilter(.proof, "verified", isExcluded: true)]
        case .approximate, .partial: query.filters = [LibraryFilter(.grade, FacetValue(rawValue))]
        }
        return query
    }
}
