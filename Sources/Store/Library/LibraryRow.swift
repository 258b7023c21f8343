import Foundation
import GRDB
import Recipe

/// A row of `libraryImage` and what is indexed for it. It is derived from other tables; a row that comes out the same is not written.
struct LibraryRow: Equatable {
    var place: Int64
    let image: Int64
    let snapshot: Int64
    let name: String
    let time: Timestamp
    let grade: Grade
    /// Codes, sorted.
    let reasons: [String]
    let kind: LibraryKind
    let width, height: Int?
    let proof: LibraryProof
    let isPinned: Bool
    let fold: Fold
    /// Numbers of `libraryFacet`: the folder's first, the others sorted.
    let folder: Int64
    let facets: [Int64]
    let words: Words

    /// What the image folds under, if anything.
    enum Fold: Equatable {
        case none
        /// The first image of a chain, and the image before this one in it.
        case under(Int64, by: Int64, isReproduction: Bool)
        /// A snapshot that is not in the store: its id, or the name of its directory.
        case awaited(String)

        var base: Int64? { if case .under(let base, _, _) = self { base } else { nil } }
    }

    /// The texts that are searched.
    struct Words: Equatable {
        var prompt = ""
        var name = ""
        var models = ""
        var seeds = ""
    }

    /// A place is a time in milliseconds, followed by so many bits of the image's number: of two images of the same millisecond, the one
    /// that came first has the lower place.
    private static let tie: Int64 = 19
    private static let millisecond: Int64 = 1_000_000

    /// The place of an image, unless another image has it.
    static func place(_ time: Timestamp, image: Int64) -> Int64 {
        let (whole, rest) = time.nanoseconds.quotientAndRemainder(dividingBy: millisecond)
        return (rest < 0 ? whole - 1 : whole) << tie | image & (1 << tie - 1)
    }

    /// The first place of images that were made at this time or later. Whole milliseconds.
    static func place(_ time: Timestamp) -> Int64 { place(time, image: 0) }

    static func month(of place: Int64) -> LibraryMonth {
        LibraryMonth(Timestamp(nanoseconds: (place >> tie) * millisecond))
    }
}

extension LibraryRow {
    static func packed(_ facets: [Int64]) -> Data {
        facets.reduce(into: Data(capacity: facets.count * 4)) { data, facet in
            withUnsafeBytes(of: UInt32(truncatingIfNeeded: facet).littleEndian) { data.append(contentsOf: $0) }
        }
    }

    static func unpacked(_ data: Data) -> [Int64] {
        data.withUnsafeBytes { bytes in
            stride(from: 0, to: bytes.count - 3, by: 4).map {
                Int64(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: $0, as: UInt32.self)))
            }
        }
    }
}
