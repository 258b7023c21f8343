import Foundation
import GRDB
import Recipe

/// A row of `libraryImage` and what is indexed of it. It is made of what other tables tell of an image, and equal rows need no writing.
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

    /// What it folds under.
    enum Fold: Equatable {
        case none
        /// The first image of a chain, and the one before this one in it.
        case under(Int64, by: Int64, isReproduction: Bool)
        /// A snapshot that is not there: its id, or the name of its directory.
        case awaited(String)

        var base: Int64? { if case .under(let base, _, _) = self { base } else { nil } }
    }

    /// What words are looked for in.
    struct Words: Equatable {
        var prompt = ""
        var name = ""
        var models = ""
        var seeds = ""
    }

    /// A place is a time in milliseconds, and behind it so many bits of the image's number: of two that were made in the same
    /// millisecond the one that came first stands first.
    private static let tie: Int64 = 19
    private static let millisecond: Int64 = 1_000_000

    /// Where an image stands, if no other does.
    static func place(_ time: Timestamp, image: Int64) -> Int64 {
        let (whole, rest) = time.nanoseconds.quotientAndRemainder(dividingBy: millisecond)
        return (rest < 0 ? whole - 1 : whole) << tie | image & (1 << tie - 1)
    }

    /// Where the images begin that were made at a time or later. Whole milliseconds.
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

extension Database {
    /// The row of an image; nil where it has none.
    func libraryRow(of image: Int64) throws -> LibraryRow? {
        let row = try Row.fetchOne(
            cachedStatement(
                sql: """
                    SELECT libraryImage.*, prompt, libraryWords.name AS named, models, seeds FROM libraryImage
                    JOIN libraryWords ON libraryWords.rowid = place WHERE image = ?
                    """), arguments: [image])
        guard let row else { return nil }
        let base: Int64? = try row.value("base")
        let subject: Int64? = try row.value("subject")
        let awaited: String? = try row.value("awaited")
        let isReproduction: Bool = try row.value("reproduction")
        return LibraryRow(
            place: try row.value("place"), image: image, snapshot: try row.value("snapshot"),
            name: try row.value("name"), time: try row.time("time"),
            grade: Grade(rawValue: try row.value("grade")) ?? .partial,
            reasons: (try row.value("reasons") as String).split(separator: " ").map { String($0) },
            kind: LibraryKind(rawValue: try row.value("media")) ?? .other, width: try row.value("width"),
            height: try row.value("height"), proof: LibraryProof(rawValue: try row.value("proof")) ?? .none,
            isPinned: try row.value("pinned"),
            fold: base.map { .under($0, by: subject ?? $0, isReproduction: isReproduction) } ?? awaited.map {
                .awaited($0)
            } ?? .none,
            folder: try row.value("folder"), facets: LibraryRow.unpacked(try row.value("facets")),
            words: .init(
                prompt: try row.value("prompt"), name: try row.value("named"), models: try row.value("models"),
                seeds: try row.value("seeds")))
    }

    /// Puts a row in the place of what there was of the image; nil takes that away.
    func replace(_ old: LibraryRow?, with new: LibraryRow?) throws {
        guard old != new else { return }
        if let old {
            let isSame = new.map { $0.place == old.place && $0.fold.base == nil && old.fold.base == nil } ?? false
            let gone = isSame ? Set(old.facets).subtracting(new?.facets ?? []) : Set(old.facets)
            for facet in gone.sorted() { try remove(old, from: facet) }
            if new?.place != old.place || new?.words != old.words {
                try execute(cachedStatement(sql: "DELETE FROM libraryWords WHERE rowid = ?"), [old.place])
            }
            try execute(cachedStatement(sql: "DELETE FROM libraryImage WHERE place = ?"), [old.place])
        }
        if let new {
            try insert(new)
            let isSame = old.map { $0.place == new.place && $0.fold.base == nil && new.fold.base == nil } ?? false
            let come = isSame ? Set(new.facets).subtracting(old?.facets ?? []) : Set(new.facets)
            for facet in come.sorted() { try add(new, to: facet) }
            if new.place != old?.place || new.words != old?.words {
                try execute(
                    cachedStatement(
                        sql:
                            "INSERT INTO libraryWords (rowid, prompt, name, models, seeds) VALUES (?, ?, ?, ?, ?)"),
                    [new.place, new.words.prompt, new.words.name, new.words.models, new.words.seeds])
            }
        }
    }

    private func insert(_ row: LibraryRow) throws {
        var isReproduction = false
        var subject: Int64?
        var awaited: String?
        switch row.fold {
        case .none: break
        case .under(_, let direct, let reproduction):
            subject = direct
            isReproduction = reproduction
        case .awaited(let snapshot): awaited = snapshot
        }
        try execute(
            cachedStatement(
                sql: """
                    INSERT INTO libraryImage (place, image, snapshot, name, folder, time, grade, reasons, media, width, height, proof,
                        pinned, subject, base, reproduction, awaited, facets)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                    """),
            [
                row.place, row.image, row.snapshot, row.name, row.folder, row.time.nanoseconds, row.grade.rawValue,
                row.reasons.joined(separator: " "), row.kind.rawValue, row.width, row.height, row.proof.rawValue,
                row.isPinned, subject, row.fold.base, isReproduction, awaited, LibraryRow.packed(row.facets),
            ])
    }

    /// The number of a value, which gets one.
    func libraryFacet(_ facet: LibraryFacet, _ value: String) throws -> Int64 {
        if let known = try knownFacet(facet, value) { return known }
        try execute(
            cachedStatement(sql: "INSERT INTO libraryFacet (facet, value) VALUES (?, ?)"), [facet.rawValue, value])
        return lastInsertedRowID
    }

    /// The number of a value; nil where no image ever had it.
    func knownFacet(_ facet: LibraryFacet, _ value: String) throws -> Int64? {
        try Int64.fetchOne(
            cachedStatement(sql: "SELECT id FROM libraryFacet WHERE facet = ? AND value = ?"),
            arguments: [facet.rawValue, value])
    }
}
