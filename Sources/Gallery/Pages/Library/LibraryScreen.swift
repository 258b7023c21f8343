import Recipe
import Store

/// What the library shows of a query at a place, as the store tells it at one moment.
struct LibraryScreen: Sendable {
    /// Images of a page, and of what the grid asks for at once.
    static let pageSize = 200

    let query: LibraryQuery
    let entries: [LibraryEntry]
    /// How many images the query has.
    let count: Int
    /// How many stand before the first of ``entries``.
    let index: Int
    /// The image that the address asks for, which is among ``entries``.
    let wanted: Digest?
    let facets: LibraryFacets
    /// In the order of the query.
    let months: [(month: LibraryMonth, count: Int)]
    let summary: LibrarySummary
    /// What of the address could not be understood, a sentence each.
    let problems: [String]

    /// `parameters` are those of the address: the query's, and of the place `at` (an image), `from` (a month), `after` or `before` (a
    /// cursor).
    init(_ parameters: [(name: String, value: String)], in store: Store) throws {
        query = LibraryQuery(parameters: parameters)
        var problems = query.problems
        var position = LibraryPosition.beginning
        var wanted: Digest?
        for (name, value) in parameters {
            switch name {
            case "at":
                guard let image = Digest(hex: value), let cursor = try store.cursor(ofImage: image, query) else {
                    continue
                }
                wanted = image
                // The page begins with the row in which the image stands, however many columns a row has.
                position = .from(try store.page(around: cursor, query))
            case "from":
                guard let month = LibraryMonth(value) else {
                    problems.append("'\(value)' is not a month such as 2026-10.")
                    continue
                }
                if let cursor = try store.cursor(query, month: month) { position = .from(cursor) }
            case "after": if let cursor = LibraryCursor(value) { position = .after(cursor) }
            case "before": if let cursor = LibraryCursor(value) { position = .before(cursor) }
            default: continue
            }
        }
        self.wanted = wanted
        self.problems = problems
        entries = try store.library(query, at: position, limit: Self.pageSize)
        count = try store.count(query)
        if let first = entries.first { index = try store.index(of: first.cursor, query) } else { index = 0 }
        facets = try store.facets(query, values: 12)
        let months = try store.months(query)
        self.months = query.order == .newest ? months.reversed() : months
        summary = try store.librarySummary()
    }

    /// How many images are not shown by themselves.
    var folded: Int { query.isFolding ? max(0, summary.images - count) : 0 }
}

extension Store {
    /// The beginning of the page that has the image at a cursor; the grid divides the query into the same pages.
    fileprivate func page(around cursor: LibraryCursor, _ query: LibraryQuery) throws -> LibraryCursor {
        let index = try index(of: cursor, query)
        let size = LibraryScreen.pageSize
        return try self.cursor(query, at: index / size * size) ?? cursor
    }
}
