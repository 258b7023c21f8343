package import Recipe

/// An image as a library shows it.
package struct LibraryEntry: Sendable {
    /// The SHA-256 of the image's file.
    package let image: Digest
    /// The id of its snapshot with the strongest evidence, the snapshot's row, and the name of its directory.
    package let snapshot: Digest
    package let snapshotRow: Int64
    package let short: EntryName
    /// The file's name, and its directory in `by-image`, beginning with the label.
    package let name: EntryName
    package let folder: ViewPath
    /// When it was made, as far as it is known.
    package let time: Timestamp
    /// How far it can be reproduced, when that was last determined.
    package let grade: Grade
    /// The codes of the reasons that limit the grade.
    package let reasons: [Reason.Code]
    package let kind: LibraryKind
    /// Pixels; nil if the file does not say.
    package let width, height: Int?
    package let proof: LibraryProof
    /// Whether one of its snapshots is pinned.
    package let isPinned: Bool
    /// How many variations and reproductions of it fold under it.
    package let variations, reproductions: Int
    /// The image that it is a variation or a reproduction of, if that is in the library.
    package let base: Digest?
    /// The first words of its prompt.
    package let words: String
    /// Its place among the others.
    package let cursor: LibraryCursor
}

/// The result of making an image again.
package enum LibraryProof: String, Sendable {
    /// It was not made again.
    case none
    /// The same pixels.
    case verified
    /// Other pixels from the same bytes.
    case different
}

/// A place between images in a library's order. It can be part of an address.
package struct LibraryCursor: Sendable, Hashable, CustomStringConvertible {
    /// The key by which entries are ordered.
    let place: Int64
    /// The name, if the order is by names.
    let name: FacetValue?

    init(place: Int64, name: FacetValue? = nil) {
        self.place = place
        self.name = name
    }

    /// Nil if `text` is not what ``description`` returns.
    package init?(_ text: String) {
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, let place = Int64(first) else { return nil }
        guard parts.count > 1 else {
            self.init(place: place)
            guard description.utf8.elementsEqual(text.utf8) else { return nil }
            return
        }
        var bytes: [UInt8] = []
        var digits = parts[1].utf8[...]
        while let high = digits.popFirst(), let low = digits.popFirst() {
            guard let byte = hexByte(high, low) else { return nil }
            bytes.append(byte)
        }
        guard let name = String(validating: bytes, as: UTF8.self) else { return nil }
        self.init(place: place, name: FacetValue(name))
        // An odd digit at the end, capitals or a sign before the place are not what is printed.
        guard description.utf8.elementsEqual(text.utf8) else { return nil }
    }

    package var description: String {
        guard let name else { return "\(place)" }
        return "\(place).\(hexadecimal(name.description.utf8))"
    }
}

/// Where a page of a library begins or ends.
package enum LibraryPosition: Sendable {
    case beginning
    /// The page behind a cursor, and the page that begins at it.
    case after(LibraryCursor), from(LibraryCursor)
    /// The page before a cursor, in the same order.
    case before(LibraryCursor)
}

/// A value of a facet, and how many images have it.
package struct FacetCount: Sendable, Equatable {
    package let value: FacetValue
    package let count: Int

    package init(value: FacetValue, count: Int) {
        self.value = value
        self.count = count
    }
}

/// The values of facets among the images of a query.
package struct LibraryFacets: Sendable {
    /// The values that occur, the most frequent first. Each facet's values are counted as if the query did not filter by that facet.
    package internal(set) var values: [LibraryFacet: [FacetCount]]
    /// Whether only the first images were counted, so that the counts are lower bounds.
    package let isPartial: Bool
}

/// A library in one line.
package struct LibrarySummary: Sendable, Equatable {
    /// All images, including those that fold under others.
    package let images: Int
    /// Images that were made again with the same pixels; the other images by their grade.
    package let reproduced, full, approximate, partial: Int
    /// The missing model that most images need, by the name that they use for it.
    package let awaited: FacetCount?
    /// Images that are new, or whose grades may have changed, since the library was last updated.
    package let pending: Int

    package init(
        images: Int, reproduced: Int, full: Int, approximate: Int, partial: Int, awaited: FacetCount?, pending: Int
    ) {
        self.images = images
        self.reproduced = reproduced
        self.full = full
        self.approximate = approximate
        self.partial = partial
        self.awaited = awaited
        self.pending = pending
    }
}
