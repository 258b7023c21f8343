import Foundation
import GRDB
package import Recipe

extension Store {
    /// A page of the images of a query, in its order.
    package func library(
        _ query: LibraryQuery, at position: LibraryPosition = .beginning, limit: Int
    ) throws(StoreError) -> [LibraryEntry] {
        try catalogue.read { db in
            let selection = try LibrarySelection(query, db)
            var isReversed = false
            let side: LibrarySelection.Side?
            switch position {
            case .beginning: side = nil
            case .after(let cursor): side = .init(cursor: cursor, isInclusive: false)
            case .from(let cursor): side = .init(cursor: cursor, isInclusive: true)
            case .before(let cursor):
                side = .init(cursor: cursor, isInclusive: false)
                isReversed = true
            }
            let places = try db.places(selection, side, isReversed: isReversed, limit: limit)
            return try db.libraryEntries(at: isReversed ? places.reversed() : places, query.order)
        }
    }

    /// The number of images of a query.
    package func count(_ query: LibraryQuery) throws(StoreError) -> Int { try anchors(query).count }

    /// How many of the images were made in which month, in the order of time; the times of the query are ignored.
    package func months(_ query: LibraryQuery) throws(StoreError) -> [(month: LibraryMonth, count: Int)] {
        var query = query
        query.order = .oldest
        return try anchors(query, without: .month).months.filter { $0.value > 0 }.sorted { $0.key < $1.key }.map {
            (LibraryMonth(number: $0.key), $0.value)
        }
    }

    /// The n-th image of a query; nil if there are fewer.
    package func cursor(_ query: LibraryQuery, at index: Int) throws(StoreError) -> LibraryCursor? {
        guard let anchor = try anchors(query).anchor(before: index) else { return nil }
        return try catalogue.read { db in
            try db.cursor(
                LibrarySelection(query, db), .init(cursor: anchor.cursor, isInclusive: true),
                offset: index - anchor.index)
        }
    }

    /// How many images come before a cursor.
    package func index(of cursor: LibraryCursor, _ query: LibraryQuery) throws(StoreError) -> Int {
        let anchors = try anchors(query)
        let order = query.order
        guard let anchor = anchors.anchor(before: cursor, { $0.isBefore($1, order) }) else { return 0 }
        return try catalogue.read { db in
            // Counts from the anchor to the cursor.
            let places = try LibrarySelection(query, db).places(.init(cursor: anchor.cursor, isInclusive: true), db)
            let rows = try Row.fetchCursor(db, sql: places.sql, arguments: places.arguments)
            var index = anchor.index
            while let row = try rows.next() {
                let name = try order == .name ? FacetValue(row.value(1)) : nil
                guard try LibraryCursor(place: row.value(0), name: name).isBefore(cursor, order) else { break }
                index += 1
            }
            return index
        }
    }

    /// Where a month begins in the order of a query; nil if that is by names.
    package func cursor(_ query: LibraryQuery, month: LibraryMonth) throws(StoreError) -> LibraryCursor? {
        switch query.order {
        case .newest: month.next.beginning.map { LibraryCursor(place: LibraryRow.place($0) - 1) }
        case .oldest: month.beginning.map { LibraryCursor(place: LibraryRow.place($0)) }
        case .name: nil
        }
    }

    /// The place of an image in a library's order; nil if it is not in the library.
    package func cursor(ofImage image: Digest, _ query: LibraryQuery) throws(StoreError) -> LibraryCursor? {
        try one(
            "SELECT place, name FROM libraryImage WHERE image = (SELECT id FROM image WHERE sha256 = ?)", [image.data]
        ) { row in
            LibraryCursor(
                place: try row.value(0), name: try query.order == .name ? FacetValue(row.value(1)) : nil)
        }
    }

    /// An image of the library; nil if there is none with these bytes.
    package func libraryEntry(ofImage image: Digest) throws(StoreError) -> LibraryEntry? {
        guard let cursor = try cursor(ofImage: image, LibraryQuery()) else { return nil }
        return try catalogue.read { db in try db.libraryEntries(at: [cursor.place], .newest).first }
    }

    /// A summary of the library.
    package func librarySummary() throws(StoreError) -> LibrarySummary {
        try catalogue.read { db in
            func count(_ facet: LibraryFacet, _ value: String) throws -> Int {
                try db.knownFacet(facet, value).map { try db.countLibrary(facet: $0, folds: false) } ?? 0
            }
            let reproduced = try count(.proof, LibraryProof.verified.rawValue)
            let full = try count(.grade, Grade.full.rawValue)
            let awaited = try db.facetCounts([.missing], limit: 1)[.missing]?.first
            return LibrarySummary(
                images: try db.countLibrary(facet: LibraryBlock.all, folds: false), reproduced: reproduced,
                full: max(0, full - reproduced), approximate: try count(.grade, Grade.approximate.rawValue),
                partial: try count(.grade, Grade.partial.rawValue), awaited: awaited,
                pending: try Int.fetchOne(db, sql: "SELECT count(*) FROM libraryChange") ?? 0)
        }
    }

    private func anchors(
        _ query: LibraryQuery, without facet: LibraryFacet? = nil
    ) throws(StoreError) -> LibraryAnchors {
        let key = LibraryAnchorCache.key(query, without: facet)
        let commit = newestCommit
        if let known = libraryAnchors.withLock({ $0.anchors(for: key, at: commit) }) { return known }
        let made = try catalogue.read { db in try LibraryAnchors(LibrarySelection(query, without: facet, db), db) }
        libraryAnchors.withLock { $0.keep(made, for: key, at: commit) }
        return made
    }
}

extension LibraryCursor {
    func isBefore(_ other: LibraryCursor, _ order: LibraryOrder) -> Bool {
        switch order {
        case .newest: return place > other.place
        case .oldest: return place < other.place
        case .name:
            let (own, others) = (name?.description.utf8, other.name?.description.utf8)
            guard let own, let others, !own.elementsEqual(others) else { return place < other.place }
            return own.lexicographicallyPrecedes(others)
        }
    }
}

extension Database {
    func places(
        _ selection: LibrarySelection, _ side: LibrarySelection.Side?, isReversed: Bool = false, limit: Int
    ) throws -> [Int64] {
        let statement =
            try selection.places(side, isReversed: isReversed, self) + .init(sql: " LIMIT ?", arguments: [limit])
        return try Row.fetchAll(self, sql: statement.sql, arguments: statement.arguments).map { try $0.value(0) }
    }

    func cursor(_ selection: LibrarySelection, _ side: LibrarySelection.Side, offset: Int) throws -> LibraryCursor? {
        let statement = try selection.places(side, self) + .init(sql: " LIMIT 1 OFFSET ?", arguments: [offset])
        return try Row.fetchOne(self, sql: statement.sql, arguments: statement.arguments).map { row in
            LibraryCursor(
                place: try row.value(0), name: try selection.order == .name ? FacetValue(row.value(1)) : nil)
        }
    }

    /// The images at these places, in order.
    func libraryEntries(at places: [Int64], _ order: LibraryOrder) throws -> [LibraryEntry] {
        let rows = try Row.fetchCursor(
            cachedStatement(
                sql: """
                    SELECT i.place, i.name, i.time, i.grade, i.reasons, i.media, i.width, i.height, i.proof, i.pinned, i.snapshot,
                    image.sha256 AS image, snapshot.sha256 AS id, snapshot.short, libraryFacet.value AS folder,
                    (SELECT sha256 FROM image WHERE image.id = i.base) AS base,
                    substr((SELECT prompt FROM libraryWords WHERE rowid = i.place), 1, 200) AS words,
                    (SELECT count(*) FROM libraryImage f WHERE f.base = i.image) AS folded,
                    (SELECT count(*) FROM libraryImage f WHERE f.base = i.image AND f.reproduction) AS reproductions
                    FROM json_each(?) AS wanted JOIN libraryImage AS i ON i.place = wanted.value
                    JOIN image ON image.id = i.image JOIN snapshot ON snapshot.id = i.snapshot
                    JOIN libraryFacet ON libraryFacet.id = i.folder ORDER BY wanted.key
                    """), arguments: [Store.list(places)])
        return try rows.named { row in
            let reproductions: Int = try row.value("reproductions")
            let place: Int64 = try row.value("place")
            let name = try row.name("name")
            return LibraryEntry(
                image: try row.digest("image"), snapshot: try row.digest("id"), snapshotRow: try row.value("snapshot"),
                short: try EntryName(short: (row.value("short") as String).databaseValue, of: row.digest("id")),
                name: name, folder: ViewPath(parsing: try row.path("folder")) ?? ViewPath([]),
                time: try row.time("time"), grade: Grade(rawValue: try row.value("grade")) ?? .partial,
                reasons: (try row.value("reasons") as String).split(separator: " ").compactMap {
                    Reason.Code(rawValue: String($0))
                },
                kind: LibraryKind(rawValue: try row.value("media")) ?? .other, width: try row.value("width"),
                height: try row.value("height"), proof: LibraryProof(rawValue: try row.value("proof")) ?? .none,
                isPinned: try row.value("pinned"),
                variations: (try row.value("folded") as Int) - reproductions, reproductions: reproductions,
                base: try (row.value("base") as Data?).map { try Digest(column: $0) },
                words: try row.value("words") ?? "",
                cursor: LibraryCursor(place: place, name: order == .name ? FacetValue(name.text) : nil))
        }
    }
}
