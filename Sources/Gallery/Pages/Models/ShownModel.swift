import Recipe
import Store

/// What the page of one model shows, as the store tells it at one moment.
struct ShownModel: Sendable {
    /// Versions of a page, and events that are shown.
    static let versionsShown = 25
    static let eventsShown = 100

    let entry: ModelEntry
    /// The newest first.
    let versions: [Version]
    /// Whether there are older ones, behind the last of ``versions``.
    let hasOlder: Bool
    /// The newest first, and whether that is not all of them.
    let events: [EventListing]
    /// What the newest version came from, and the models that came from it, where anything is known of that.
    let lineage: ShownLineage?
    let hasMoreEvents: Bool

    /// A version, and what hangs on its bytes.
    struct Version: Sendable {
        let listing: VersionListing
        /// Where its bytes are.
        let place: Verdict.Place
        /// The names by which other tools know it.
        let hashes: [(hash: HashName, name: String)]
        /// Other names with the same bytes.
        let twins: [VersionListing]
        /// Images that were made with its bytes, under whatever name, and those of them that are pinned.
        let images, pinned: Int
        /// Why its bytes are not given up; nil where they would be.
        let hindrance: String?

        init(_ listing: VersionListing, in store: Store) throws {
            self.listing = listing
            place = listing.dropped == nil ? try store.place(of: listing.sha256) : .nowhere
            hashes = try store.hashNames(of: listing.sha256)
            twins = try store.versions(sharing: listing)
            images = try store.images(using: listing.sha256)
            var query = Self.query(listing, twins)
            query.filters.append(LibraryFilter(.pinned, "yes"))
            pinned = images > 0 ? try store.count(query) : 0
            hindrance = try store.hindrance(toForget: listing)
        }

        /// The images that were made with its bytes.
        var query: LibraryQuery { Self.query(listing, twins) }

        private static func query(_ listing: VersionListing, _ twins: [VersionListing]) -> LibraryQuery {
            var query = LibraryQuery()
            query.filters = ([listing] + twins.prefix(LibraryQuery.filterLimit / 2)).map {
                LibraryFilter(.version, FacetValue($0.numberedName))
            }
            return query
        }
    }

    /// `before`: only versions with a smaller number. Nil where there is no such model.
    init?(_ id: Int64, before: Int?, in store: Store) throws {
        guard let entry = try store.modelEntry(id) else { return nil }
        self.entry = entry
        var all = try store.versions(ofModel: id)
        let lineage = try all.last.map { try ShownLineage($0, in: store) }
        self.lineage = lineage.flatMap { $0.edges.isEmpty ? nil : $0 }
        all.removeAll { $0.number >= before ?? .max }
        versions = try all.suffix(Self.versionsShown).reversed().map { try Version($0, in: store) }
        hasOlder = all.count > versions.count
        let events = try store.events(ofModel: id, limit: Self.eventsShown + 1)
        self.events = Array(events.prefix(Self.eventsShown))
        hasMoreEvents = events.count > Self.eventsShown
    }
}

extension VersionListing {
    /// `folder/path@vN`, which names it to every command.
    var numberedName: String { "\(fullName)@v\(number)" }
}

extension HashName {
    /// What other tools call it.
    var title: String {
        switch self {
        case .autoV1: "AutoV1"
        case .autoV2: "AutoV2"
        case .autoV3: "AutoV3"
        case .blake3: "BLAKE3"
        }
    }
}
