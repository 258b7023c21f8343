import Recipe
import Store

/// What images have in common, with how many have it, to choose or to leave out.
enum FacetColumn {
    /// In the order in which people ask for them; months are not among them, since the rail shows them.
    private static let facets: [LibraryFacet] = [
        .grade, .proof, .mainModel, .lora, .version, .missing, .reason, .tool, .folder, .kind, .pinned,
    ]
    /// Those that are long, or rarely looked for, are folded at first.
    private static let folded: Set<LibraryFacet> = [.reason, .version, .kind]

    static func html(_ screen: LibraryScreen) -> HTML {
        tag("details", .class("facets"), .id("facets"), Attribute("open")) {
            tag("summary") { "Filter" }
            tag("div", .class("list")) {
                for facet in facets { group(facet, screen) }
                if screen.facets.isPartial {
                    tag("p", .class("note")) { "Counted among the first images alone: there are at least so many." }
                }
            }
        }
    }

    private static func group(_ facet: LibraryFacet, _ screen: LibraryScreen) -> HTML? {
        let counts = screen.facets.values[facet] ?? []
        let chosen = screen.query.filters.filter { $0.facet == facet }
        guard !counts.isEmpty, counts.count > 1 || !chosen.isEmpty || facet == .missing || facet == .grade else {
            return nil
        }
        let isOpen = !folded.contains(facet) || !chosen.isEmpty
        return tag("details", [.class("facet")] + (isOpen ? [Attribute("open")] : [])) {
            tag("summary") { facet.title }
            tag("ul") { for count in counts { item(facet, count, screen.query) } }
        }
    }

    private static func item(_ facet: LibraryFacet, _ count: FacetCount, _ query: LibraryQuery) -> HTML {
        let own = LibraryFilter(facet, count.value)
        let without = LibraryFilter(facet, count.value, isExcluded: true)
        let (isIn, isOut) = (query.filters.contains(own), query.filters.contains(without))
        return tag("li", [Attribute("data-state", isIn ? "in" : isOut ? "out" : "")]) {
            tag(
                "a",
                [.class("value"), .href(.library(query.toggling(own)))]
                    + (isIn ? [Attribute("aria-current", "true")] : [])
            ) {
                tag("span") {
                    if facet == .grade, let mark = Mark(rawValue: count.value.description) {
                        tag("span", Attribute("data-mark", mark.rawValue)) { mark.shape }
                    }
                    own.shown
                }
                tag("span", .class("number")) { count.count.grouped }
            }
            tag(
                "a",
                [.class("without"), .href(.library(query.toggling(without))), .label("Leave out \(own.shown)")]
                    + (isOut ? [Attribute("aria-current", "true")] : [])
            ) { "−" }
        }
    }
}

extension LibraryQuery {
    /// The query with a filter that it did not have, or without one that it had. The opposite filter is removed.
    func toggling(_ filter: LibraryFilter) -> LibraryQuery {
        var query = self
        let was = query.filters.contains(filter)
        query.filters.removeAll { $0.facet == filter.facet && $0.value == filter.value }
        if !was { query.filters.append(filter) }
        return query
    }
}

extension LibraryFacet {
    /// What a filter by it is called.
    var words: String {
        switch self {
        case .lora: "LoRA"
        case .missing: "waits for"
        case .proof: "made again"
        default: rawValue
        }
    }

    /// What stands above its values.
    var title: String {
        switch self {
        case .grade: "Grade"
        case .reason: "Reason"
        case .proof: "Made again"
        case .mainModel: "Checkpoint"
        case .lora: "LoRA"
        case .version: "Version"
        case .missing: "Waits for"
        case .tool: "Tool"
        case .folder: "Folder"
        case .pinned: "Pinned"
        case .kind: "Kind"
        case .month: "Month"
        }
    }
}

extension LibraryFilter {
    /// The value as a person reads it.
    var shown: String {
        switch (facet, value.description) {
        case (.proof, "verified"): "the same pixels"
        case (.proof, "different"): "other pixels"
        case (_, let text): text.onOneLine
        }
    }
}
