import Foundation
import GRDB
package import Recipe
package import SystemPackage

/// The result of making a snapshot.
package struct SnapshotResult: Sendable {
    /// The id, which is the SHA-256 of `snapshot.json`.
    package let id: Digest
    /// Whether this call stored it; false if the image's snapshot was already as good.
    package let isNew: Bool
    /// The id of the snapshot that it supersedes; nil if there was none.
    package let supersedes: Digest?
    /// How far it can be reproduced now.
    package let grade: Grade
    /// Why the grade is not better.
    package let reasons: [Reason]
}

extension Store {
    /// Snapshots the image at `path`: reads its recipe, resolves every reference, pins models and inputs.
    ///
    /// The same image and the same evidence give the same snapshot; better evidence gives one that supersedes it.
    package func snapshot(
        _ path: FilePath, root: FilePath? = nil, label: EntryName? = nil, inputs: [FilePath] = []
    ) throws(StoreError) -> SnapshotResult {
        let results = try commit([try prepare(path, root: root, label: label, inputs: inputs)])
        guard let result = results.first else { throw .notFound("the snapshot of \(path)") }
        return result
    }

    /// Stores the snapshots of these images in one transaction, so that all are on disk when it returns, or none.
    package func commit(_ images: [PreparedImage]) throws(StoreError) -> [SnapshotResult] {
        var likely: [Run?] = []
        for image in images {
            likely.append(image.run == nil ? try likelyRun(image.recipe, at: image.facts.time) : nil)
        }
        let results = try catalogue.write { db in try zip(images, likely).map { try commit($0, likely: $1, db) } }
        thumbnails.keep(images.compactMap { image in image.pixels?.thumbnail.map { (image.facts.sha256, $0) } })
        return results
    }

    private func commit(_ image: PreparedImage, likely: Run?, _ db: Database) throws -> SnapshotResult {
        for input in image.inputs.values { _ = try db.blob(input.blob, in: files) }
        let place = try db.imagePlace(of: image.path, root: image.root)
        let previous = try current(of: image.facts.sha256, db)
        let documents = image.documents.references
        let document = try propose(
            image.recipe, image.facts, image.inputs, documents,
            run: image.run ?? likely, previous, db)
        let row = try previous?.image ?? db.image(image.facts.sha256) ?? db.makeImage(image.facts.sha256)
        try db.setPixels(image.pixels?.digest, of: row)
        try db.remember(image, as: row)
        for blob in image.documents.all { _ = try db.blob(blob, in: files) }
        // Everybody may read the image now, so everybody may read what was made from it before.
        if image.documents.all.contains(where: { !$0.isPrivate }) { try db.makeReadable(snapshotsOf: row) }
        if let previous, previous.document == document {
            _ = try db.nameImage(row, at: place, label: image.label, time: image.facts.time)
            return try result(of: previous.id, named: place.name.text, isNew: false, db)
        }
        let id = try insert(document, image: row, parent: previous?.id, db)
        _ = try db.nameImage(row, at: place, label: image.label, time: image.facts.time)
        return try result(of: id, named: place.name.text, isNew: true, db)
    }

    func result(of snapshot: Int64, named name: String, isNew: Bool, _ db: Database) throws -> SnapshotResult {
        let isRendered = try db.rendering(.json, of: snapshot, named: name) != nil
        let document =
            isRendered ? try recipeDocument(of: snapshot, named: name, db) : try render(snapshot, named: name, db)
        return SnapshotResult(
            id: document.id, isNew: isNew, supersedes: document.snapshot.parent, grade: document.verdict.grade,
            reasons: document.verdict.reasons)
    }

    /// An image's snapshot as it is now.
    struct Current {
        let id: Int64
        let digest: Digest
        let image: Int64
        let document: SnapshotDocument
    }

    /// The best snapshot that can be made now. Without better evidence it is the previous one itself.
    func propose(
        _ recipe: Recipe, _ facts: ImageFacts, _ found: [InputReference: PreparedImage.FoundInput],
        _ documents: SnapshotDocuments<DocumentReference>, run: Run? = nil, _ previous: Current?, _ db: Database
    ) throws -> SnapshotDocument {
        var facts = facts
        if let earlier = previous?.document.image.time { facts.time = min(earlier, facts.time) }
        var resolved = recipe
        let resolver = Resolver(db: db, time: facts.time, run: run)
        resolved.models = resolver.withOneFileEach(try recipe.models.flatMap { try resolver.resolve($0.reference) })
        resolved.models += try resolver.embeddingsInWords(of: recipe)
        resolved.models += try resolver.unnamed(besides: resolved.models)
        resolved.inputs = try recipe.inputs.map { use in
            guard let path = use.reference.path else { return use }
            var use = use
            let bytes: (digest: Digest, size: Int)
            if let input = found[use.reference] {
                use.evidence = input.evidence
                bytes = (input.blob.digest, input.blob.size)
            } else if let recorded = use.reference.recorded, let size = try db.sizeOfBlob(recorded) {
                use.evidence = .recorded
                bytes = (recorded, size)
            } else {
                return use
            }
            use.resolution = .init(
                folder: try EntryName(use.reference.directory), path: path, sha256: bytes.digest,
                size: bytes.size, version: nil)
            return use
        }
        let fresh = SnapshotDocument(
            image: facts, recipe: resolved, prompt: documents.prompt, workflow: documents.workflow,
            parameters: documents.parameters, records: documents.records,
            environment: documents.environment, variation: run?.variation, parent: nil)
        guard let previous else { return fresh }
        return previous.document.improved(by: fresh, id: previous.digest) ?? previous.document
    }

    func current(of image: Digest, _ db: Database) throws -> Current? {
        try db.image(image).flatMap { try current(of: $0, db) }
    }

    /// Nil also if its document cannot be read: a new snapshot is made then as if there had been none.
    func current(of image: Int64, _ db: Database) throws -> Current? {
        let row = try Row.fetchOne(
            db,
            sql: """
                SELECT snapshot.id, snapshot.sha256, document FROM image JOIN snapshot ON snapshot.id = image.snapshot
                WHERE image.id = ?
                """, arguments: [image])
        guard let row else { return nil }
        do {
            return Current(
                id: try row.value("id"), digest: try row.digest("sha256"), image: image,
                document: try snapshotDocument(row.value("document"), of: row.value("id"), db))
        } catch is UnreadableSnapshot { return nil }
    }

    /// Stores a snapshot, makes it the image's current one, and notes what would make it better. Its documents are there.
    func insert(_ document: SnapshotDocument, image: Int64, parent: Int64?, _ db: Database) throws -> Int64 {
        var models = PinTree()
        for use in document.recipe.models {
            guard let resolution = use.resolution else { continue }
            models.add(resolution, use.evidence, at: use.pinnedPath)
        }
        var inputs = PinTree()
        for use in document.recipe.inputs {
            guard let resolution = use.resolution else { continue }
            inputs.add(resolution, use.evidence, at: resolution.path.components)
        }
        let nodes = try document.environment.map { environment in
            PinTree(nodePacksOf: try JSONParser.parse(try documentBytes(environment.sha256, db)))
        }
        let isPrivate = try db.isAnyPrivate([
            document.prompt, document.workflow, document.parameters, document.records,
        ])
        let blob = try files.publish(document: document.canonicalBytes, isPrivate: isPrivate)
        let id = try db.insertSnapshot([
            blob.digest.data, try db.freeName(for: blob.digest), image, parent, try db.blob(blob, in: files),
            try db.row(of: document.prompt), try db.row(of: document.workflow), try db.row(of: document.parameters),
            try db.row(of: document.records), try db.row(of: document.environment), try db.pinSet(models),
            try db.pinSet(inputs), try nodes.flatMap { $0.files.isEmpty ? nil : try db.pinSet($0) },
            Timestamp.now().nanoseconds,
        ])
        try db.setSnapshot(id, of: image)
        try db.want(document.recipe, image: image)
        try db.touch(.snapshots)
        return id
    }
}

extension DocumentReference {
    init(_ blob: PublishedBlob) { self.init(sha256: blob.digest, size: blob.size) }
}

extension SnapshotDocuments<PublishedBlob> {
    var references: SnapshotDocuments<DocumentReference> {
        .init(
            prompt: prompt.map(DocumentReference.init), workflow: workflow.map(DocumentReference.init),
            parameters: parameters.map(DocumentReference.init), records: records.map(DocumentReference.init),
            environment: environment.map(DocumentReference.init), nodes: nodes.map(DocumentReference.init))
    }
}

extension Database {
    /// The row of an image.
    func image(_ digest: Digest) throws -> Int64? {
        try Int64.fetchOne(self, sql: "SELECT id FROM image WHERE sha256 = ?", arguments: [digest.data])
    }

    fileprivate func row(of document: DocumentReference?) throws -> Int64? {
        try document.flatMap { try rowOfBlob($0.sha256) }
    }

    fileprivate func isAnyPrivate(_ documents: [DocumentReference?]) throws -> Bool {
        try documents.compactMap(\.self).contains { document in
            try Bool.fetchOne(
                cachedStatement(sql: "SELECT private FROM blob WHERE sha256 = ?"), arguments: [document.sha256.data])
                == true
        }
    }

    /// The first 12 hex digits of the id, or more if another snapshot has that name.
    fileprivate func freeName(for id: Digest) throws -> String {
        for length in 12..<64 {
            let name = String(id.hex.prefix(length))
            let taken = try Int64.fetchOne(self, sql: "SELECT 1 FROM snapshot WHERE short = ?", arguments: [name])
            if taken == nil { return name }
        }
        return id.hex
    }
}
