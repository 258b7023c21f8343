import Foundation
import GRDB
import Recipe

extension Store {
    /// The values of facets among the images of a query: at most `limit` for each facet, and those that the query names. Folded images are
    /// counted, since they are shown by themselves once a value is chosen.
    package func facets(_ query: LibraryQuery, values limit: Int = 50) throws(StoreError) -> LibraryFacets {
        var query = query
        query.folds = false
        var found = try catalogue.read { [query] db in
            var values: [LibraryFacet: [FacetCount]] = [:]
            var isPartial = false
            // A facet with filters shows the counts that its other values would have.
            let filtered = Set(query.filters.map(\.facet))
            let others = LibraryFacet.allCases.filter { $0 != .month && !filtered.contains($0) }
            for (facets, left) in [(others, nil)] + filtered.filter({ $0 != .month }).map({ ([$0], $0) }) {
                let selection = try LibrarySelection(query, without: left, db)
                if selection.keptFacet == LibraryBlock.all {
                    values.merge(try db.facetCounts(facets, limit: limit)) { $1 }
                } else {
                    let counted = try db.facetCounts(facets, among: selection, limit: limit)
                    values.merge(counted.values) { $1 }
                    isPartial = isPartial || counted.isPartial
                }
            }
            return LibraryFacets(values: values, isPartial: isPartial)
        }
        // A chosen value is shown, however few images have it.
        for filter in query.filters where filter.facet != .month {
            guard found.values[filter.facet]?.contains(where: { $0.value == filter.value }) != true else { continue }
            var alone = query
            alone.filters.removeAll { $0.facet == filter.facet }
            alone.filters.append(LibraryFilter(filter.facet, filter.value))
            found.values[filter.facet, default: []].append(FacetCount(value: filter.value, count: try count(alone)))
        }
        return found
    }
}

extension Database {
    /// Counts among all images.
    func facetCounts(_ facets: [LibraryFacet], limit: Int) throws -> [LibraryFacet: [FacetCount]] {
        var found: [LibraryFacet: [FacetCount]] = [:]
        for facet in facets {
            let rows = try Row.fetchAll(
                cachedStatement(
                    sql: """
                        SELECT value, sum(images) AS count FROM libraryFacet
                        JOIN libraryBlock ON libraryBlock.facet = libraryFacet.id WHERE libraryFacet.facet = ?1
                        GROUP BY libraryFacet.id HAVING count > 0 ORDER BY count DESC, value LIMIT ?2
                        """), arguments: [facet.rawValue, limit])
            found[facet] = try rows.map { FacetCount(value: FacetValue(try $0.value(0)), count: try $0.value(1)) }
        }
        return found
    }

    /// Counts among the selected images, or among the first of them if there are many.
    func facetCounts(
        _ facets: [LibraryFacet], among selection: LibrarySelection, limit: Int
    ) throws -> (values: [LibraryFacet: [FacetCount]], isPartial: Bool) {
        let places = try selection.places(nil, self)
        let rows = try Row.fetchCursor(
            self,
            sql: """
                SELECT facets FROM (\(places.sql) LIMIT \(Self.counted + 1)) AS selected
                JOIN libraryImage ON libraryImage.place = selected.place
                """, arguments: places.arguments)
        var counts: [Int64: Int] = [:]
        var looked = 0
        while let row = try rows.next() {
            looked += 1
            guard looked <= Self.counted else { break }
            for facet in LibraryRow.unpacked(try row.value(0)) { counts[facet, default: 0] += 1 }
        }
        var found: [LibraryFacet: [FacetCount]] = [:]
        let named = try Row.fetchAll(
            self, sql: "SELECT id, facet, value FROM libraryFacet WHERE id IN (SELECT value FROM json_each(?))",
            arguments: [Store.list(counts.keys.sorted())])
        for row in named {
            guard let facet = LibraryFacet(rawValue: try row.value("facet")), facets.contains(facet) else { continue }
            let count = counts[try row.value("id") as Int64] ?? 0
            found[facet, default: []].append(FacetCount(value: FacetValue(try row.value("value")), count: count))
        }
        for facet in found.keys {
            found[facet]?.sort { a, b in
                a.count != b.count
                    ? a.count > b.count : a.value.description.utf8.lexicographicallyPrecedes(b.value.description.utf8)
            }
            found[facet] = found[facet].map { Array($0.prefix(limit)) }
        }
        return (found, looked > Self.counted)
    }

    /// How many images are read at most to count their facets.
    private static let counted = 10_000
}
