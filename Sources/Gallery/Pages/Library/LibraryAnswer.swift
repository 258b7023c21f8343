import Recipe
import Store

/// What the grid asks for: images by their place in a query, and the place of a month or an image.
enum LibraryAnswer {
    static func json(_ parameters: [(name: String, value: String)], in store: Store) throws -> JSON {
        let query = LibraryQuery(parameters: parameters)
        let value = { (name: String) in parameters.first { $0.name == name }?.value }
        let count = try store.count(query)
        var index = value("index").flatMap { Int($0) } ?? 0
        if let month = value("from").flatMap({ LibraryMonth($0) }), let cursor = try store.cursor(query, month: month) {
            index = try store.index(of: cursor, query)
        } else if let image = value("at").flatMap({ Digest(hex: $0) }),
            let cursor = try store.cursor(ofImage: image, query)
        {
            index = try store.index(of: cursor, query)
        }
        let size = LibraryScreen.pageSize
        let wanted = min(max(index, 0), max(0, count - 1))
        let start = wanted / size * size
        let cursor = start == 0 ? nil : try store.cursor(query, at: start)
        let entries = try store.library(query, at: cursor.map { .from($0) } ?? .beginning, limit: size)
        return [
            "count": .integer(count), "wanted": .integer(wanted), "start": .integer(start),
            "images": .array(entries.map(json)),
        ]
    }

    /// What a cell shows. Its texts are set as texts.
    private static func json(_ entry: LibraryEntry) -> JSON {
        let mark = Mark(entry)
        return [
            "id": .string(entry.image.hex), "name": .string(entry.name.text.onOneLine), "mark": .string(mark.rawValue),
            "label": .string(ShownImage.alternative(entry.name.text, mark, entry.words)),
            "kind": .string(entry.kind.rawValue), "folded": .integer(entry.folded), "pinned": .bool(entry.isPinned),
        ]
    }
}
