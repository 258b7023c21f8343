import Foundation
import GRDB
import Recipe

// Everything that is written into `libraryImage`, `libraryWords` and `libraryFacet`.

extension Database {
    /// The row of an image; nil if it has none.
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

    /// Replaces the row of an image; nil removes it.
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

    /// The number of a value, which is made if it is new.
    func libraryFacet(_ facet: LibraryFacet, _ value: String) throws -> Int64 {
        if let known = try knownFacet(facet, value) { return known }
        try execute(
            cachedStatement(sql: "INSERT INTO libraryFacet (facet, value) VALUES (?, ?)"), [facet.rawValue, value])
        return lastInsertedRowID
    }

    /// The number of a value; nil if no image ever had it.
    func knownFacet(_ facet: LibraryFacet, _ value: String) throws -> Int64? {
        try Int64.fetchOne(
            cachedStatement(sql: "SELECT id FROM libraryFacet WHERE facet = ? AND value = ?"),
            arguments: [facet.rawValue, value])
    }
}
