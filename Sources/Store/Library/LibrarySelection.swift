import GRDB
import Recipe

/// A query resolved against one state of the catalogue: values of facets, ranges of places, and words. It builds the SQL.
struct LibrarySelection {
    let order: LibraryOrder
    let folds: Bool
    /// For each facet with filters: the values of which an image must have one, and the values that it must not have.
    private var groups: [LibraryFacet: [Int64]] = [:]
    private var excluded: [Int64] = []
    /// Images must be in one of the former ranges, and in none of the latter.
    private var ranges: [[Range<Int64>]] = []
    private var excludedRanges: [Range<Int64>] = []
    private var base: Int64?
    private var match: String?
    private var excludedMatch: String?
    /// Whether the query filters by a value that no image has.
    private(set) var isEmpty = false

    /// `facet`: ignores the filters of this facet; ``LibraryFacet/month`` ignores times.
    init(_ query: LibraryQuery, without facet: LibraryFacet? = nil, _ db: Database) throws {
        order = query.order
        folds = query.isFolding
        var months: [Range<Int64>] = []
        for filter in query.filters where filter.facet != facet {
            if filter.facet == .month {
                guard let month = LibraryMonth(filter.value.description) else { continue }
                if filter.isExcluded {
                    excludedRanges.append(Self.range(month))
                } else {
                    months.append(Self.range(month))
                }
                continue
            }
            let id = try db.knownFacet(filter.facet, filter.value.description)
            if filter.isExcluded {
                if let id { excluded.append(id) }
            } else {
                groups[filter.facet, default: []] += id.map { [$0] } ?? []
            }
        }
        if !months.isEmpty { ranges.append(months) }
        let words = query.words
        if facet != .month, words.since != nil || words.until != nil {
            let first = words.since.map { LibraryRow.place($0) } ?? .min
            let end = words.until.map { LibraryRow.place($0) } ?? .max
            ranges.append([first..<max(first, end)])
        }
        match = Self.expression(words.terms.filter { !$0.isExcluded }, joined: " AND ")
        excludedMatch = Self.expression(words.terms.filter(\.isExcluded), joined: " OR ")
        if let digest = query.base {
            base = try db.image(digest)
            isEmpty = base == nil
        }
        isEmpty = isEmpty || groups.values.contains(where: \.isEmpty)
    }

    private static func range(_ month: LibraryMonth) -> Range<Int64> {
        let first = month.beginning.map { LibraryRow.place($0) } ?? .min
        return first..<max(first, month.next.beginning.map { LibraryRow.place($0) } ?? .max)
    }

    /// The words in the query language of FTS5.
    private static func expression(_ terms: [LibraryText.Term], joined by: String) -> String? {
        let quote = UInt8(ascii: "\"")
        let parts = terms.map { term in
            let columns =
                switch term.place {
                case .anywhere: "{prompt name models}"
                case .seed: "seeds"
                case .model: "models"
                }
            // To Swift, a quotation mark with an accent is another character; to FTS5 it ends the word.
            let text = String(decoding: term.text.utf8.flatMap { $0 == quote ? [quote, quote] : [$0] }, as: UTF8.self)
            return "\(columns) : \"\(text)\"" + (term.isBeginning ? " *" : "")
        }
        return parts.isEmpty ? nil : parts.joined(separator: by)
    }

    /// The value that exactly the selected images have, so that its blocks count them; nil if the images have to be read.
    var keptFacet: Int64? {
        guard excluded.isEmpty, ranges.isEmpty, excludedRanges.isEmpty, base == nil, match == nil, excludedMatch == nil
        else { return nil }
        if groups.isEmpty { return LibraryBlock.all }
        guard groups.count == 1, let values = groups.values.first, values.count == 1 else { return nil }
        return values.first
    }
}

/// SQL with its arguments.
struct LibraryStatement {
    var sql: String
    var arguments: StatementArguments = []

    /// The union of at least one statement, without duplicates.
    static func union(of arms: [LibraryStatement]) -> LibraryStatement {
        var union = LibraryStatement(sql: "")
        for arm in arms {
            if !union.sql.isEmpty { union.sql += " UNION " }
            union = union + arm
        }
        return union
    }

    static func + (a: Self, b: Self) -> Self { Self(sql: a.sql + b.sql, arguments: a.arguments + b.arguments) }
}

extension LibrarySelection {
    /// The images on one side of a cursor, in the order of the selection or reversed.
    struct Side {
        let cursor: LibraryCursor
        /// Whether the image at the cursor is included.
        let isInclusive: Bool
    }

    /// The places of the images in order or reversed: a column `place` and, if ordered by names, `name`.
    func places(_ side: Side?, isReversed: Bool = false, _ db: Database) throws -> LibraryStatement {
        if order == .name { return try placesByName(side, isReversed, db) }
        let isDescending = (order == .newest) != isReversed
        var statement = LibraryStatement.union(of: try arms(side, isDescending, db))
        statement.sql += " ORDER BY place \(isDescending ? "DESC" : "ASC")"
        return statement
    }

    /// A few images are sorted; for many, the index of all names is scanned.
    private func placesByName(_ side: Side?, _ isReversed: Bool, _ db: Database) throws -> LibraryStatement {
        let isFew = try match != nil || base != nil || driver(db).count <= Self.few
        var statement = LibraryStatement(
            sql:
                "SELECT i.place AS place, i.name AS name FROM libraryImage AS i \(isFew ? "" : "INDEXED BY libraryByName") WHERE 1"
        )
        if isFew {
            let union = LibraryStatement.union(of: try arms(nil, false, db))
            statement = statement + LibraryStatement(sql: " AND i.place IN (") + union + LibraryStatement(sql: ")")
        } else {
            if folds { statement.sql += " AND i.base IS NULL" }
            statement = statement + conditions("i.place", except: nil)
        }
        if let side {
            let mark = (isReversed ? "<" : ">") + (side.isInclusive ? "=" : "")
            statement =
                statement
                + LibraryStatement(
                    sql: " AND (i.name, i.place) \(mark) (?, ?)",
                    arguments: [side.cursor.name?.description ?? "", side.cursor.place])
        }
        let direction = isReversed ? "DESC" : "ASC"
        statement.sql += " ORDER BY i.name \(direction), i.place \(direction)"
        return statement
    }

    /// The largest number of images that are sorted instead of being found in an index.
    private static let few = 20_000

    /// The narrowest set that contains all selected images: a facet's values, or all images.
    private func driver(_ db: Database) throws -> (facet: LibraryFacet?, values: [Int64], count: Int) {
        var best: (facet: LibraryFacet?, values: [Int64], count: Int) = (nil, [LibraryBlock.all], .max)
        for (facet, values) in groups where !values.isEmpty {
            let count = try values.reduce(0) { try $0 + db.countLibrary(facet: $1, folds: false) }
            if count < best.count { best = (facet, values, count) }
        }
        return best
    }

    private func arms(_ side: Side?, _ isDescending: Bool, _ db: Database) throws -> [LibraryStatement] {
        let bound = { (place: String) in
            guard let side else { return LibraryStatement(sql: "") }
            let mark = (isDescending ? "<" : ">") + (side.isInclusive ? "=" : "")
            return LibraryStatement(sql: " AND \(place) \(mark) ?", arguments: [side.cursor.place])
        }
        if let base {
            let start = LibraryStatement(
                sql: "SELECT i.place AS place FROM libraryImage AS i WHERE i.base = ?", arguments: [base])
            return [start + bound("i.place") + conditions("i.place", except: nil) + matches("i.place")]
        }
        if let match {
            let start = LibraryStatement(
                sql: "SELECT rowid AS place FROM libraryWords WHERE libraryWords MATCH ?", arguments: [match])
            return [start + bound("rowid") + conditions("libraryWords.rowid", except: nil)]
        }
        let driver = try driver(db)
        return driver.values.map { value in
            let start = LibraryStatement(
                sql:
                    "SELECT d.place AS place FROM libraryMember AS d WHERE d.facet = ?\(folds ? " AND NOT d.folded" : "")",
                arguments: [value])
            return start + bound("d.place") + conditions("d.place", except: driver.facet)
        }
    }

    /// The other conditions on an image at a place, without those of one facet and the words.
    private func conditions(_ place: String, except facet: LibraryFacet?) -> LibraryStatement {
        var statement = LibraryStatement(sql: isEmpty ? " AND 0" : "")
        let member = { (values: [Int64], isIn: Bool) in
            let list = values.map { String($0) }.joined(separator: ", ")
            return LibraryStatement(
                sql:
                    " AND \(isIn ? "" : "NOT ")EXISTS (SELECT 1 FROM libraryMember m WHERE m.facet IN (\(list)) AND m.place = \(place))"
            )
        }
        for (other, values) in groups.sorted(by: { $0.key.rawValue < $1.key.rawValue })
        where other != facet && !values.isEmpty { statement = statement + member(values, true) }
        if !excluded.isEmpty { statement = statement + member(excluded, false) }
        for alternatives in ranges { statement = statement + Self.inside(place, alternatives) }
        for range in excludedRanges {
            statement =
                statement
                + LibraryStatement(
                    sql: " AND NOT (\(place) >= ? AND \(place) < ?)", arguments: [range.lowerBound, range.upperBound])
        }
        if let excludedMatch {
            statement =
                statement
                + LibraryStatement(
                    sql: " AND \(place) NOT IN (SELECT rowid FROM libraryWords WHERE libraryWords MATCH ?)",
                    arguments: [excludedMatch])
        }
        return statement
    }

    /// The condition on words, if something else leads to the images.
    private func matches(_ place: String) -> LibraryStatement {
        guard let match else { return LibraryStatement(sql: "") }
        return LibraryStatement(
            sql: " AND \(place) IN (SELECT rowid FROM libraryWords WHERE libraryWords MATCH ?)", arguments: [match])
    }

    /// The outer bounds come first, since an index can use them.
    private static func inside(_ place: String, _ ranges: [Range<Int64>]) -> LibraryStatement {
        let first = ranges.map(\.lowerBound).min() ?? .min
        let end = ranges.map(\.upperBound).max() ?? .max
        let outer = LibraryStatement(sql: " AND \(place) >= ? AND \(place) < ?", arguments: [first, end])
        guard ranges.count > 1 else { return outer }
        let inner = ranges.map { _ in "(\(place) >= ? AND \(place) < ?)" }.joined(separator: " OR ")
        return outer
            + LibraryStatement(
                sql: " AND (\(inner))", arguments: .init(ranges.flatMap { [$0.lowerBound, $0.upperBound] }))
    }
}
