package import Recipe

/// The order in which a library shows its images.
package enum LibraryOrder: String, Sendable, CaseIterable {
    case newest, oldest, name
}

/// Which images of a library are shown, and in which order. It can be written as the parameters of an address and read back.
package struct LibraryQuery: Sendable, Equatable {
    /// Filters, and bytes of all their values, that an address may have: each link of a page repeats them. Nobody looks for more.
    package static let filterLimit = 32
    private static let valueLimit = 16_384
    /// Characters of ``text``.
    private static let textLimit = 1000

    /// What stands in the search box, as it was typed.
    package var text = ""
    package var filters: [LibraryFilter] = []
    package var order = LibraryOrder.newest
    /// Whether variations and reproductions are shown with their base image instead of by themselves, if ``isFolding``.
    package var folds = true
    /// The SHA-256 of an image: only what folds under it is shown.
    package var base: Digest?
    /// Parts of an address that could not be understood, a sentence each.
    private var misread: [String] = []

    package init() {}

    /// Whether it selects every image.
    package var isWhole: Bool { text.isEmpty && filters.isEmpty && base == nil }

    /// Images are folded only in the whole library: a search shows every image that matches, even if its base image does not.
    package var isFolding: Bool { folds && isWhole }

    /// What the text of the search box means.
    package var words: LibraryText { LibraryText(text) }

    /// Parts of the query that could not be understood, a sentence each; the rest of it applies.
    package var problems: [String] { misread + words.problems }

    /// Reads the decoded names and values of an address's parameters. Unknown names are ignored.
    package init(parameters: some Sequence<(name: String, value: String)>) {
        for (name, value) in parameters {
            let isExcluded = name.hasPrefix("not-")
            if let facet = LibraryFacet(rawValue: isExcluded ? String(name.dropFirst(4)) : name) {
                read(LibraryFilter(facet, FacetValue(value), isExcluded: isExcluded))
                continue
            }
            switch name {
            case "q":
                text = String(String.UnicodeScalarView(value.unicodeScalars.prefix(Self.textLimit)))
                if text.utf8.count < value.utf8.count {
                    misread.append(
                        "The text is too long: only its first \(Self.textLimit) characters are searched for.")
                }
            case "order":
                if let order = LibraryOrder(rawValue: value) { self.order = order } else { misread(name, value) }
            case "fold": if value == "no" { folds = false } else { misread(name, value) }
            case "under": if let digest = Digest(hex: value) { base = digest } else { misread(name, value) }
            default: continue
            }
        }
    }

    /// The query as parameters of an address, not encoded; defaults are left out.
    package var parameters: [(name: String, value: String)] {
        var parameters = text.isEmpty ? [] : [(name: "q", value: text)]
        for filter in filters {
            parameters.append(
                ((filter.isExcluded ? "not-" : "") + filter.facet.rawValue, filter.value.description))
        }
        if order != .newest { parameters.append(("order", order.rawValue)) }
        if !folds { parameters.append(("fold", "no")) }
        if let base { parameters.append(("under", base.hex)) }
        return parameters
    }

    private mutating func read(_ filter: LibraryFilter) {
        let value = filter.value.description
        let isKnown =
            switch filter.facet {
            case .grade: Grade(rawValue: value) != nil
            case .reason: Reason.Code(rawValue: value) != nil
            case .proof: ["verified", "different"].contains(value)
            case .kind: LibraryKind(rawValue: value) != nil
            case .pinned: value == "yes"
            case .month: LibraryMonth(value) != nil
            case .mainModel, .lora, .version, .missing, .tool, .folder: !value.isEmpty
            }
        guard isKnown else { return misread(filter.facet.rawValue, value) }
        guard !filters.contains(filter) else { return }
        let size = filters.reduce(value.utf8.count) { $0 + $1.value.description.utf8.count }
        guard filters.count < Self.filterLimit, size <= Self.valueLimit else {
            if !misread.contains(Self.tooMany) { misread.append(Self.tooMany) }
            return
        }
        filters.append(filter)
    }

    private static let tooMany = "A search has \(filterLimit) filters at most; the first of these count."

    private mutating func misread(_ name: String, _ value: String) {
        // Messages repeat only some of what was not understood.
        guard misread.count < Self.filterLimit else { return }
        misread.append(
            "'\(String(String.UnicodeScalarView(value.unicodeScalars.prefix(200))))' is not a value that '\(name)' can have."
        )
    }
}
