package import Recipe

/// An image as a library shows it.
package struct LibraryEntry: Sendable {
    /// The SHA-256 of the image's file.
    package let image: Digest
    /// The id of its snapshot with the strongest evidence, its row, and the name of its directory.
    package let snapshot: Digest
    package let snapshotRow: Int64
    package let short: EntryName
    /// The file's name, and the directory of by-image that it is in, from its label down.
    package let name: EntryName
    package let folder: ViewPath
    /// When it was made, as far as is known.
    package let time: Timestamp
    /// How far it can be reproduced, as it was seen last.
    package let grade: Grade
    /// Codes of the reasons why that is no better.
    package let reasons: [Reason.Code]
    package let kind: LibraryKind
    /// Pixels; nil where the file does not say.
    package let width, height: Int?
    package let proof: LibraryProof
    /// Whether one of its snapshots has a name that somebody gave it.
    package let isPinned: Bool
    /// How many variations and reproductions of it fold under it.
    package let variations, reproductions: Int
    /// The image that it is a variation or a reproduction of, where that is in the library.
    package let base: Digest?
    /// The first words of its prompt.
    package let words: String
    /// Where it stands among the others.
    package let cursor: LibraryCursor
}

/// What making an image again came to.
package enum LibraryProof: String, Sendable {
    /// Nobody did.
    case none
    /// The same pixels.
    case verified
    /// Other pixels from the same bytes.
    case different
}

/// A place between images in a library's order. It can stand in an address.
package struct LibraryCursor: Sendable, Hashable, CustomStringConvertible {
    /// What ``LibraryEntry/cursor`` is sorted by.
    let place: Int64
    /// Where the order is that of names.
    let name: FacetValue?

    init(place: Int64, name: FacetValue? = nil) {
        self.place = place
        self.name = name
    }

    /// Nil where `text` is not what ``description`` gives.
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
    /// The page behind a cursor, and the page that begins with it.
    case after(LibraryCursor), from(LibraryCursor)
    /// The page before a cursor, in the library's order like any other.
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

/// Values of facets among the images of a query.
package struct LibraryFacets: Sendable {
    /// Those that occur, the most frequent first. Of each facet the values are counted as if the query had no filter by it.
    package let values: [LibraryFacet: [FacetCount]]
    /// Whether only the first of the images were looked at, so that there are at least so many.
    package let isPartial: Bool
}

/// What a library says of itself in one line.
package struct LibrarySummary: Sendable, Equatable {
    /// All images, with those that fold under others.
    package let images: Int
    /// Those that were made again with the same pixels, and of the others those of each grade.
    package let reproduced, full, approximate, partial: Int
    /// The missing model that most images wait for, by the name that they have for it.
    package let awaited: FacetCount?
    /// Images that came, or whose grades may be others, since they were looked at last.
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
