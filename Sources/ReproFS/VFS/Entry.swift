package import Recipe
import Store

/// The position in a listing: a key of an entry, never a count, so that every page costs the same and entries that come or go shift
/// nothing.
package struct Cookie: Hashable, Sendable {
    /// The kernel's offset: the kind of entry and its row.
    package let rawValue: UInt64
    package init(rawValue: UInt64) { self.rawValue = rawValue }

    /// `phase` numbers the kinds of entries that a directory lists one after the other.
    init(phase: Int, row: Int64) { rawValue = UInt64(phase + 1) << 56 | UInt64(bitPattern: row) }

    /// Before the first entry.
    package static let start = Cookie(rawValue: 0)
    /// Negative at the start.
    var phase: Int { Int(rawValue >> 56) - 1 }
    var row: Int64 { Int64(rawValue & ((1 << 56) - 1)) }
}

/// A name in a listing, with everything that `readdirplus` returns.
package struct Entry: Sendable {
    /// The name in its directory.
    package let name: EntryName
    package let attributes: Attributes
    package let cookie: Cookie
}

/// A listing made of several kinds of entries, each paged by row.
struct Listing {
    /// An entry and the row by which its kind is paged.
    struct Item {
        let row: Int64
        let name: EntryName
        let attributes: Attributes

        init(_ row: Int64, _ name: EntryName, _ attributes: Attributes) {
            self.row = row
            self.name = name
            self.attributes = attributes
        }
    }

    /// The next entries of one kind after a row. Empty only at the end, since a page may leave some out.
    typealias Phase = (_ after: Int64, _ limit: Int) throws(StoreError) -> [Listing.Item]

    let phases: [Phase]

    func entries(after cookie: Cookie, limit: Int) throws(StoreError) -> [Entry] {
        var found: [Entry] = []
        var phase = max(0, cookie.phase)
        var row = cookie.row
        while phase < phases.count, found.count < limit {
            let page = try phases[phase](row, limit - found.count)
            for entry in page {
                found.append(
                    Entry(name: entry.name, attributes: entry.attributes, cookie: Cookie(phase: phase, row: entry.row)))
                row = entry.row
            }
            guard page.isEmpty else { continue }
            phase += 1
            row = 0
        }
        return found
    }

    /// Few entries that are always the same.
    static func fixed(_ entries: [(name: EntryName, attributes: Attributes)]) -> Phase {
        { (after: Int64, limit: Int) throws(StoreError) -> [Listing.Item] in
            entries.enumerated().dropFirst(Int(after)).prefix(limit).map {
                Item(Int64($0.offset + 1), $0.element.name, $0.element.attributes)
            }
        }
    }
}
