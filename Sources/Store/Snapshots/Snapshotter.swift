import Foundation
import GRDB
package import Recipe
package import SystemPackage

/// What making a snapshot came to.
package struct SnapshotResult: Sendable {
    /// The id, which is the SHA-256 of `snapshot.json`.
    package let id: Digest
    /// Whether this call stored it; false when the image's snapshot was as good already.
    package let isNew: Bool
    package let supersedes: Digest?
    package let grade: Grade
    package let reasons: [Reason]
}

extension Store {
    /// Snapshots the image at `path`: reads its recipe, resolves every reference, pins models and inputs.
    ///
    /// - `root`: the output folder that the image was found in; `label`: its name in by-image.
    /// - `inputs`: directories to look for input images in, before those beside the image.
    ///
    /// The same image and the same evidence give the same snapshot; better evidence gives one that supersedes it.
    package func snapshot(
        _ path: FilePath, root: FilePath? = nil, label: String? = nil, inputs: [FilePath] = []
    ) throws(StoreError) -> SnapshotResult {
        let (reading, facts) = try read(path)
        let found = try pinInputs(reading.recipe, finder: InputFinder(named: inputs, image: path), time: facts.time)
        let documents = Documents(
            prompt: try reading.prompt.map { bytes throws(StoreError) in try files.publish(bytes) },
            workflow: try reading.workflow.map { bytes throws(StoreError) in try files.publish(bytes) },
            parameters: try reading.parameters.map { bytes throws(StoreError) in try files.publish(bytes) })
        // A large document is published as a file before the transaction that names it.
        let candidate = try catalogue.read { db in try propose(reading.recipe, facts, found, documents, db).document }
        let early = try files.publish(candidate.canonicalBytes)
        return try catalogue.write { db in
            for input in found.values { _ = try db.blob(input.blob) }
            let (document, previous) = try propose(reading.recipe, facts, found, documents, db)
            let place = try db.imagePlace(of: path, root: root)
            if let previous, previous.document == document {
                _ = try db.nameImage(previous.image, at: place, label: label, time: facts.time)
                return try result(of: previous.id, named: place.name, isNew: false, db)
            }
            // Between the two proposals another process may have added evidence; then the later one counts.
            let blob = document == candidate ? early : try files.publish(document.canonicalBytes)
            let image = try previous?.image ?? db.makeImage(facts.sha256)
            let id = try db.insert(document, as: blob, documents, image: image, parent: previous?.id)
            _ = try db.nameImage(image, at: place, label: label, time: facts.time)
            return try result(of: id, named: place.name, isNew: true, db)
        }
    }

    private func result(of snapshot: Int64, named name: String, isNew: Bool, _ db: Database) throws -> SnapshotResult {
        if try db.rendering(.json, of: snapshot, named: name) == nil { try render(snapshot, named: name, db) }
        let document = try recipeDocument(of: snapshot, named: name, db)
        return SnapshotResult(
            id: document.id, isNew: isNew, supersedes: document.snapshot.parent, grade: document.verdict.grade,
            reasons: document.verdict.reasons)
    }

    /// Reads and hashes the image, again when it changes meanwhile.
    private func read(_ path: FilePath) throws(StoreError) -> (RecipeReader.Reading, ImageFacts) {
        for _ in 0..<3 {
            // Opening a pipe would wait for its writer.
            if let kind = try FileFacts.at(path)?.kind, kind != .file { throw .notAnImage(path) }
            let file = try Kernel.open(path, .readOnly)
            let before = try FileFacts.of(file, path)
            guard before.kind == .file else { throw .notAnImage(path) }
            let reading: RecipeReader.Reading?
            do {
                reading = try RecipeReader.read(
                    FileSource(file, count: before.size), fileName: path.lastComponent?.string)
            } catch { throw .system("cannot read (\(error))", path, .ioError) }
            guard let reading else { throw .notAnImage(path) }
            let digest = try files.hash(file, path)
            guard try FileFacts.of(file, path) == before else { continue }
            return (
                reading,
                ImageFacts(sha256: digest, size: before.size, metadata: reading.metadata, time: before.modified)
            )
        }
        throw .changedWhileRead(path)
    }

    private struct FoundInput {
        let blob: PublishedBlob
        let evidence: Evidence
    }

    fileprivate struct Documents {
        let prompt, workflow, parameters: PublishedBlob?
    }

    /// Publishes the input files that are still there; one that has not changed since the image was made is `inferred`.
    private func pinInputs(
        _ recipe: Recipe, finder: InputFinder, time: Timestamp
    ) throws(StoreError) -> [InputReference: FoundInput] {
        var found: [InputReference: FoundInput] = [:]
        for use in recipe.inputs {
            guard let path = finder.find(use.reference) else { continue }
            let source = try Kernel.open(path, .readOnly)
            let facts = try FileFacts.of(source, path)
            // The generator's own hash decides: another file of the same name is not the input.
            let recorded = use.reference.recorded
            if let recorded, try files.hash(source, path) != recorded { continue }
            let blob: PublishedBlob
            if facts.size <= BlobFiles.documentLimit {
                var bytes: [UInt8] = []
                _ = try source.forEachChunk(path) { chunk throws(StoreError) in bytes += chunk }
                blob = try files.publish(bytes)
            } else {
                blob = try files.publish(
                    source, path, by: .reflinkOrCopy, isKnown: { _ throws(StoreError) in false }, mayBeKnown: false
                ) { _ in }
            }
            let unchanged = facts.modified <= time && facts.changed <= time
            // The bytes count as they were published, should the file have changed since it was hashed.
            let evidence: Evidence = recorded == blob.digest ? .recorded : unchanged ? .inferred : .assumed
            if recorded == nil || evidence == .recorded {
                found[use.reference] = FoundInput(blob: blob, evidence: evidence)
            }
        }
        return found
    }

    private struct Previous {
        let id: Int64
        let image: Int64
        let document: SnapshotDocument
    }

    /// The best snapshot that can be made now: the previous one itself, unless some evidence got better.
    private func propose(
        _ recipe: Recipe, _ facts: ImageFacts, _ found: [InputReference: FoundInput], _ documents: Documents,
        _ db: Database
    ) throws -> (document: SnapshotDocument, previous: Previous?) {
        let previous = try current(of: facts.sha256, db)
        var facts = facts
        if let earlier = previous?.document.image.time { facts.time = min(earlier, facts.time) }
        let recipe = HashClaims.checked(recipe)
        var resolved = recipe
        let resolver = Resolver(db: db, time: facts.time)
        resolved.models = try recipe.models.flatMap { try resolver.resolve($0.reference) }
        resolved.inputs = try recipe.inputs.map { use in
            guard let path = use.reference.path else { return use }
            var use = use
            guard let input = found[use.reference] else {
                guard let recorded = use.reference.recorded, let size = try db.sizeOfBlob(recorded) else { return use }
                use.evidence = .recorded
                use.resolution = .init(
                    folder: use.reference.directory, path: path, sha256: recorded, size: size, version: nil)
                return use
            }
            use.evidence = input.evidence
            use.resolution = .init(
                folder: use.reference.directory, path: path, sha256: input.blob.digest, size: input.blob.size,
                version: nil)
            return use
        }
        let fresh = SnapshotDocument(
            image: facts, recipe: resolved, prompt: documents.prompt.map(DocumentReference.init),
            workflow: documents.workflow.map(DocumentReference.init),
            parameters: documents.parameters.map(DocumentReference.init), parent: nil)
        guard let previous else { return (fresh, nil) }
        return (previous.document.improved(by: fresh, id: try idOf(previous.id, db)) ?? previous.document, previous)
    }

    private func idOf(_ snapshot: Int64, _ db: Database) throws -> Digest {
        try Digest(
            column: try Data.fetchOne(db, sql: "SELECT sha256 FROM snapshot WHERE id = ?", arguments: [snapshot])
                ?? Data())
    }

    private func current(of image: Digest, _ db: Database) throws -> Previous? {
        let row = try Row.fetchOne(
            db, sql: "SELECT id, snapshot FROM image WHERE sha256 = ? AND snapshot IS NOT NULL", arguments: [image.data]
        )
        guard let row else { return nil }
        let snapshot: Int64 = row["snapshot"]
        return Previous(
            id: snapshot, image: row["id"], document: try recipeDocument(of: snapshot, named: "", db).snapshot)
    }
}

extension DocumentReference {
    fileprivate init(_ blob: PublishedBlob) { self.init(sha256: blob.digest, size: blob.size) }
}

extension Database {
    fileprivate func makeImage(_ digest: Digest) throws -> Int64 {
        try execute(sql: "INSERT INTO image (sha256) VALUES (?)", arguments: [digest.data])
        return lastInsertedRowID
    }

    /// Stores a snapshot and makes it the image's current one.
    fileprivate func insert(
        _ document: SnapshotDocument, as blob: PublishedBlob, _ documents: Store.Documents, image: Int64, parent: Int64?
    ) throws -> Int64 {
        var models = PinTree()
        for use in document.recipe.models {
            guard let resolution = use.resolution else { continue }
            models.add(resolution, use.evidence, at: [resolution.folder] + resolution.path.components)
        }
        var inputs = PinTree()
        for use in document.recipe.inputs {
            guard let resolution = use.resolution else { continue }
            inputs.add(resolution, use.evidence, at: resolution.path.components)
        }
        try execute(
            sql: """
                INSERT INTO snapshot
                    (sha256, short, image, parent, document, prompt, workflow, parameters, models, inputs, recorded)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                blob.digest.data, try freeName(for: blob.digest), image, parent, try self.blob(blob),
                try documents.prompt.map(self.blob), try documents.workflow.map(self.blob),
                try documents.parameters.map(self.blob), try pinSet(models),
                try pinSet(inputs), Timestamp.now().nanoseconds,
            ])
        let id = lastInsertedRowID
        try execute(sql: "UPDATE image SET snapshot = ? WHERE id = ?", arguments: [id, image])
        try touch(.snapshots)
        return id
    }

    /// The first 12 hex of the id, more where another snapshot is called so.
    private func freeName(for id: Digest) throws -> String {
        for length in 12..<64 {
            let name = String(id.hex.prefix(length))
            let taken = try Int64.fetchOne(self, sql: "SELECT 1 FROM snapshot WHERE short = ?", arguments: [name])
            if taken == nil { return name }
        }
        return id.hex
    }
}
