import GRDB
import Recipe

extension Database {
    /// How many images have a value, by its blocks; with `folds`, only those that do not fold under another image.
    func countLibrary(facet: Int64, folds: Bool) throws -> Int {
        try Int.fetchOne(
            cachedStatement(
                sql:
                    "SELECT coalesce(sum(images - CASE WHEN ? THEN folded ELSE 0 END), 0) FROM libraryBlock WHERE facet = ?"
            ),
            arguments: [folds, facet]) ?? 0
    }
}

/// The images of a selection in order, reduced to what is needed to find the n-th one: every thousandth image.
struct LibraryAnchors: Sendable {
    /// How many images there are from one anchor to the next; at most so many have to be read to reach any image.
    static let step = 1000

    struct Anchor: Sendable {
        let cursor: LibraryCursor
        /// How many images come before it.
        let index: Int
    }

    private(set) var anchors: [Anchor] = []
    private(set) var count = 0
    /// Counts by month, if the order is one of time.
    private(set) var months: [Int: Int] = [:]

    /// The last anchor at or before the n-th image; nil if there are fewer images.
    func anchor(before index: Int) -> Anchor? {
        index < count && index >= 0 ? anchors[..<firstIndex { $0.index > index }].last : nil
    }

    /// The last anchor that is not behind a cursor.
    func anchor(before cursor: LibraryCursor, _ isBefore: (LibraryCursor, LibraryCursor) -> Bool) -> Anchor? {
        anchors[..<firstIndex { isBefore(cursor, $0.cursor) }].last
    }

    /// The index of the first anchor for which a condition is true, which must then be true for all later ones.
    private func firstIndex(where isBehind: (Anchor) -> Bool) -> Int {
        var (low, high) = (0, anchors.count)
        while low < high {
            let middle = (low + high) / 2
            if isBehind(anchors[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }

    init(_ selection: LibrarySelection, _ db: Database) throws {
        if let facet = selection.keptFacet, selection.order != .name {
            try readBlocks(facet, selection, db)
        } else {
            try readPlaces(selection, db)
        }
    }

    private mutating func readBlocks(_ facet: Int64, _ selection: LibrarySelection, _ db: Database) throws {
        let isNewest = selection.order == .newest
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT start, month, images - CASE WHEN ?2 THEN folded ELSE 0 END FROM libraryBlock WHERE facet = ?1
                ORDER BY start \(isNewest ? "DESC" : "ASC")
                """, arguments: [facet, selection.folds])
        // With the newest first, a block's first image comes before the block behind it.
        var end = Int64.max
        while let row = try rows.next() {
            let (start, images): (Int64, Int) = try (row.value(0), row.value(2))
            anchors.append(Anchor(cursor: LibraryCursor(place: isNewest ? end : start), index: count))
            count += images
            months[try row.value(1), default: 0] += images
            end = start - 1
        }
    }

    private mutating func readPlaces(_ selection: LibrarySelection, _ db: Database) throws {
        let statement = try selection.places(nil, db)
        let rows = try Row.fetchCursor(db, sql: statement.sql, arguments: statement.arguments)
        var month = 0
        var range = 0..<Int64.zero
        while let row = try rows.next() {
            let place: Int64 = try row.value(0)
            if count.isMultiple(of: Self.step) {
                let name = try selection.order == .name ? FacetValue(row.value(1)) : nil
                anchors.append(Anchor(cursor: LibraryCursor(place: place, name: name), index: count))
            }
            count += 1
            guard selection.order != .name else { continue }
            if !range.contains(place) { (month, range) = LibraryRow.monthRange(of: place) }
            months[month, default: 0] += 1
        }
    }
}

extension LibraryRow {
    /// The number of the month that a place is in, and all places of that month.
    fileprivate static func monthRange(of place: Int64) -> (Int, Range<Int64>) {
        let month = month(of: place)
        let first = month.beginning.map { Self.place($0) } ?? .min
        return (month.number, first..<(month.next.beginning.map { Self.place($0) } ?? .max))
    }
}

/// The anchors of recent queries: scrolling asks for many places of one query.
struct LibraryAnchorCache {
    private static let limit = 16

    private struct Entry {
        let key: [UInt8]
        let commit: Commit
        let anchors: LibraryAnchors
    }

    private var entries: [Entry] = []

    func anchors(for key: [UInt8], at commit: Commit) -> LibraryAnchors? {
        entries.first { $0.key == key && $0.commit.isSame(as: commit) }?.anchors
    }

    /// `commit` must have been the newest before the anchors were read.
    mutating func keep(_ anchors: LibraryAnchors, for key: [UInt8], at commit: Commit) {
        entries.removeAll { $0.key == key || !$0.commit.isSame(as: commit) }
        entries.append(Entry(key: key, commit: commit, anchors: anchors))
        if entries.count > Self.limit { entries.removeFirst() }
    }

    static func key(_ query: LibraryQuery, without facet: LibraryFacet?) -> [UInt8] {
        query.parameters.flatMap { Array($0.name.utf8) + [0] + Array($0.value.utf8) + [0] }
            + Array((facet?.rawValue ?? "").utf8)
    }
}
