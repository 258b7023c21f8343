import Foundation
import GRDB
import Recipe

/// Makes an image's row from the other tables.
struct LibraryReading {
    let files: BlobFiles
    let db: Database

    enum Result {
        case row(LibraryRow)
        /// The image is gone.
        case none
        /// Its recipe has to be made first.
        case stale(snapshot: Int64, name: String)
    }

    func read(_ image: Int64, _ old: LibraryRow?) throws -> Result {
        let row = try Row.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT image.snapshot, snapshot.document, imageName.name, imageName.directory, imageName.time,
                    rendering.grade, rendering.reasons, rendering.fresh,
                    EXISTS (SELECT 1 FROM snapshot own JOIN pinName ON pinName.snapshot = own.id WHERE own.image = image.id) AS pinned
                    FROM image JOIN snapshot ON snapshot.id = image.snapshot JOIN imageName ON imageName.id =
                        (SELECT id FROM imageName WHERE image = image.id ORDER BY time DESC, id DESC LIMIT 1)
                    LEFT JOIN rendering ON rendering.snapshot = image.snapshot AND rendering.name = imageName.name
                        AND rendering.kind = 0
                    WHERE image.id = ?
                    """), arguments: [image])
        guard let row else { return .none }
        let snapshot: Int64 = try row.value("snapshot")
        let name: String = try row.value("name")
        // Nil if nothing was rendered yet.
        let isFresh: Bool? = try row.value("fresh")
        guard isFresh == true, let codes: String = try row.value("reasons") else {
            return .stale(snapshot: snapshot, name: name)
        }
        // A snapshot that cannot be read has a row as well, with little in it.
        let document = try? files.snapshotDocument(row.value("document"), of: snapshot, db)
        let time = try document?.image.time ?? row.time("time")
        let reasons = codes.split(separator: " ").map { String($0) }
        let proof: LibraryProof =
            if reasons.contains(Reason.Code.verified.rawValue) {
                .verified
            } else {
                reasons.contains(Reason.Code.proofDifferent.rawValue) ? .different : .none
            }
        let grade = Grade(rawValue: try row.value("grade")) ?? .partial
        let isPinned: Bool = try row.value("pinned")
        let kind = document.map { LibraryKind($0.image) } ?? .other
        let directory: Int64 = try row.value("directory")
        let path = ViewPath(try db.path(ofDirectory: directory).dropFirst()).description
        var facets = [
            LibraryBlock.all, try db.libraryFacet(.grade, grade.rawValue), try db.libraryFacet(.kind, kind.rawValue),
        ]
        for reason in reasons { facets.append(try db.libraryFacet(.reason, reason)) }
        if proof != .none { facets.append(try db.libraryFacet(.proof, proof.rawValue)) }
        if isPinned { facets.append(try db.libraryFacet(.pinned, "yes")) }
        if let tool = document?.recipe.generator.name { facets.append(try db.libraryFacet(.tool, tool)) }
        for use in document?.recipe.models ?? [] {
            for (facet, value) in use.facets { facets.append(try db.libraryFacet(facet, value)) }
        }
        let folder = try db.libraryFacet(.folder, path)
        facets.append(folder)
        return .row(
            LibraryRow(
                place: try place(time, image, old), image: image, snapshot: snapshot, name: name, time: time,
                grade: grade, reasons: reasons, kind: kind, width: document?.image.width,
                height: document?.image.height, proof: proof, isPinned: isPinned,
                fold: try fold(document, image, directory), folder: folder, facets: Set(facets).sorted(),
                words: document.map { words(of: $0.recipe, name) } ?? .init(name: name)))
    }

    /// The place of an image, which stays the same as long as its time does.
    private func place(_ time: Timestamp, _ image: Int64, _ old: LibraryRow?) throws -> Int64 {
        if let old, old.time == time { return old.place }
        var place = LibraryRow.place(time, image: image)
        while try Bool.fetchOne(
            db.cachedStatement(sql: "SELECT EXISTS (SELECT 1 FROM libraryImage WHERE place = ? AND image <> ?)"),
            arguments: [place, image]) == true
        { place += 1 }
        return place
    }

    /// The image that this one is a variation or a reproduction of: `reproduce` puts its images into a directory with the snapshot's name.
    private func fold(_ document: SnapshotDocument?, _ image: Int64, _ directory: Int64) throws -> LibraryRow.Fold {
        let isReproduction = document?.variation == nil
        let wanted: String
        let subject: Int64?
        if let variation = document?.variation {
            wanted = variation.base.hex
            subject = try Int64.fetchOne(
                db.cachedStatement(sql: "SELECT image FROM snapshot WHERE sha256 = ?"), arguments: [variation.base.data]
            )
        } else {
            let names = try db.path(ofDirectory: directory).suffix(2)
            guard names.count == 2, names.first == "reprofs", let short = names.last else { return .none }
            wanted = short.text
            subject = try Int64.fetchOne(
                db.cachedStatement(sql: "SELECT image FROM snapshot WHERE short = ?"), arguments: [short.databaseValue])
        }
        guard let subject else { return .awaited(wanted) }
        let row = try Row.fetchOne(
            db.cachedStatement(sql: "SELECT base FROM libraryImage WHERE image = ?"), arguments: [subject])
        let base = try row.flatMap { try $0.value("base") as Int64? } ?? subject
        // Only in a store from elsewhere can two images be variations of each other.
        return base == image ? .none : .under(base, by: subject, isReproduction: isReproduction)
    }

    private func words(of recipe: Recipe, _ name: String) -> LibraryRow.Words {
        var words = LibraryRow.Words(name: name)
        var prompts: [String] = []
        for prompt in recipe.passes.compactMap(\.positive)
        where !prompts.contains(where: { $0.utf8.elementsEqual(prompt.utf8) }) { prompts.append(prompt) }
        words.prompt = String(prompts.joined(separator: "\n").prefix(Self.limit))
        words.models = recipe.models.map(\.reference.name).joined(separator: "\n")
        words.seeds = recipe.passes.compactMap { $0.seed?.literal }.joined(separator: " ")
        return words
    }

    /// A longer text is not a prompt. Characters.
    private static let limit = 20_000
}

extension LibraryKind {
    fileprivate init(_ image: ImageFacts) {
        self.init(
            mediaType: image.mediaType,
            isFilm: image.mediaType.hasPrefix("video/") || image.mediaType == "image/gif")
    }
}

extension Recipe.ModelUse {
    /// The values of facets that a snapshot's recipe gives.
    fileprivate var facets: [(LibraryFacet, String)] {
        let name = resolution?.path.description ?? reference.candidates.first?.description ?? reference.name
        var facets: [(LibraryFacet, String)] = []
        switch resolution?.folder.text ?? reference.folder {
        case "checkpoints", "diffusion_models", "unet": facets.append((.mainModel, name))
        case "loras": facets.append((.lora, name))
        default: break
        }
        guard let resolution else { return facets + [(.missing, reference.name)] }
        let version = resolution.version.map { "\(resolution.folder)/\(resolution.path)@v\($0)" }
        return facets + [(.version, version ?? resolution.sha256.hex)]
    }
}
