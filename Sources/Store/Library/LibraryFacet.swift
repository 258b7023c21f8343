package import Recipe

/// A property by which images of a library can be chosen.
package enum LibraryFacet: String, Sendable, CaseIterable {
    /// The raw value of a ``Grade``.
    case grade
    /// The code of a reason that limits a grade.
    case reason
    /// `verified` or `different`: the result of the last reproduction.
    case proof
    /// A main model: one in `checkpoints`, `diffusion_models` or `unet`.
    case mainModel = "checkpoint"
    case lora
    /// `folder/path@vN`, or the SHA-256 of bytes that are not a version.
    case version
    /// A missing model, by the name that the image uses for it.
    case missing
    /// The tool that made it, by its own name.
    case tool
    /// The directory in `by-image`, beginning with the label.
    case folder
    /// `yes` if a snapshot of the image is pinned.
    case pinned
    /// The raw value of a ``LibraryKind``.
    case kind
    /// `2026-10`, in UTC.
    case month
}

/// A value of a facet. Compared by bytes, like names.
package struct FacetValue: Sendable, Hashable, CustomStringConvertible, ExpressibleByStringLiteral {
    package let description: String

    package init(_ text: String) { description = text }
    package init(stringLiteral text: String) { self.init(text) }

    package static func == (a: Self, b: Self) -> Bool { a.description.utf8.elementsEqual(b.description.utf8) }
    package func hash(into hasher: inout Hasher) { for byte in description.utf8 { hasher.combine(byte) } }
}

/// One condition of a query. Included values of one facet are alternatives; conditions of different facets must all hold.
package struct LibraryFilter: Sendable, Hashable {
    package var facet: LibraryFacet
    package var value: FacetValue
    /// Whether images that have the value are left out.
    package var isExcluded: Bool

    package init(_ facet: LibraryFacet, _ value: FacetValue, isExcluded: Bool = false) {
        self.facet = facet
        self.value = value
        self.isExcluded = isExcluded
    }
}

/// The kind of an image file, by its bytes.
package enum LibraryKind: String, Sendable, CaseIterable {
    case image, film, sound, other

    init(mediaType: String, isFilm: Bool) {
        self =
            if isFilm {
                .film
            } else if mediaType.hasPrefix("image/") {
                .image
            } else if mediaType.hasPrefix("audio/") {
                .sound
            } else {
                .other
            }
    }
}

/// A calendar month in UTC.
package struct LibraryMonth: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// Months since the beginning of the year 0.
    let number: Int

    init(number: Int) { self.number = number }

    /// The month that a time is in.
    package init(_ time: Timestamp) {
        let parts = time.description.split(separator: "-").prefix(2).compactMap { Int($0) }
        number = parts[0] * 12 + parts[1] - 1
    }

    /// Nil unless `text` is what ``description`` returns.
    package init?(_ text: String) {
        guard let time = Timestamp(rfc3339: text + "-01") else { return nil }
        self.init(time)
        guard description.utf8.elementsEqual(text.utf8) else { return nil }
    }

    /// When it begins; nil if a timestamp cannot be so early or late.
    package var beginning: Timestamp? { Timestamp(rfc3339: description + "-01") }
    package var next: LibraryMonth { LibraryMonth(number: number + 1) }

    package var description: String {
        let (year, month) = (String(number / 12), String(number % 12 + 1))
        return String(repeating: "0", count: max(0, 4 - year.count)) + year + (month.count < 2 ? "-0" : "-") + month
    }

    package static func < (a: Self, b: Self) -> Bool { a.number < b.number }
}
