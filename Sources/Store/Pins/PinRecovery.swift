import Foundation
import GRDB
import Glibc
import Recipe
import SystemPackage

/// What was recovered from manifests.
package struct RecoveredPins: Sendable {
    /// Pins that were recovered.
    package var names: [String] = []
    /// Snapshots that the catalogue did not have.
    package var snapshots = 0
    /// Pins whose manifests or snapshots cannot be read, and why.
    package var problems: [(name: String, why: String)] = []
}

extension Store {
    /// The largest manifest, or document of a snapshot, that is read. Bytes.
    package static let largestDocument = 64 << 20

    /// Pins that `index.json` lists and the catalogue does not have; nil if the file cannot be read.
    func unknownPins() throws(StoreError) -> [LayoutIndex.Entry]? {
        guard let index = try LayoutIndex.read(in: path).flatMap({ LayoutIndex($0) }) else { return nil }
        var unknown: [LayoutIndex.Entry] = []
        for entry in index.entries where try pin(named: entry.name) == nil { unknown.append(entry) }
        return unknown
    }

    /// Recovers pins that only `index.json` still has: their snapshots, the images and the models' names. Manifests are trusted only for
    /// bytes: each blob is identified by its hash.
    func recoverPins() throws(StoreError) -> RecoveredPins {
        var recovered = RecoveredPins()
        let unknown: [LayoutIndex.Entry]
        if let pins = try unknownPins() {
            unknown = pins
        } else {
            unknown = try manifestsWithoutNames()
            recovered.problems.append(
                ("index.json", "it cannot be read; pins whose names are lost are called recovered-…"))
        }
        // Versions get their old numbers; a name holds the highest of them.
        var versions: [(name: ModelName, number: Int, digest: Digest, time: Timestamp)] = []
        for entry in unknown {
            do throws(StoreError) {
                let document = try recover(entry, &recovered)
                for use in document.recipe.models {
                    guard let found = use.resolution else { continue }
                    guard let name = ModelName(brought: found) else {
                        recovered.problems.append(
                            (entry.name, "'\(found.folder)/\(found.path)' is hidden, so it is not a name of a model"))
                        continue
                    }
                    versions.append((name, found.version ?? 1, found.sha256, document.image.time))
                }
                recovered.names.append(entry.name)
            } catch { recovered.problems.append((entry.name, "\(error)")) }
        }
        for version in versions.sorted(by: { $0.number > $1.number }) {
            try catalogue.write { db in
                try db.recover(
                    version.name, version.digest, number: version.number, modified: version.time, cause: .recover)
            }
        }
        try writeIndex()
        return recovered
    }

    /// Manifests among the blobs that belong to no pin, under names made from their snapshots.
    private func manifestsWithoutNames() throws(StoreError) -> [LayoutIndex.Entry] {
        var found: [LayoutIndex.Entry] = []
        for name in try DirectoryListing.names(in: files.directory) {
            guard let digest = Digest(hex: name),
                let facts = try FileFacts.at(files.path(of: digest), followLinks: false),
                facts.kind == .file, facts.size <= 16 << 20, try firstByte(of: digest) == UInt8(ascii: "{"),
                let manifest = PinManifest(try small(digest))
            else { continue }
            let isKnown = try one(
                "SELECT 1 FROM pinName JOIN blob ON blob.id = manifest WHERE sha256 = ?", [digest.data]
            ) {
                _ in true
            }
            guard isKnown == nil else { continue }
            found.append(
                .init(name: "recovered-\(manifest.snapshot.hex.prefix(12))", manifest: digest, size: facts.size))
        }
        return found
    }

    private func firstByte(of digest: Digest) throws(StoreError) -> UInt8? {
        let file = try files.open(digest)
        var byte: UInt8 = 0
        return pread(file.rawValue, &byte, 1, 0) == 1 ? byte : nil
    }

    private func recover(
        _ entry: LayoutIndex.Entry, _ recovered: inout RecoveredPins
    ) throws(StoreError) -> SnapshotDocument {
        if let why = Self.problem(ofPinName: entry.name) { throw .refusedName(why) }
        guard let manifest = PinManifest(try small(entry.manifest)) else {
            throw .conflict("its manifest is none of a pinned snapshot")
        }
        var blobs: [PublishedBlob] = []
        for digest in manifest.contents.map(\.digest) + [entry.manifest] {
            if let blob = try published(digest) { blobs.append(blob) }
        }
        let (document, isNew) = try recover(manifest, blobs, pin: entry)
        if isNew { recovered.snapshots += 1 }
        return document
    }

    /// Makes the rows of a snapshot whose files are in `blobs/`, and of a pin of it if one is given; `others` makes those that have to come
    /// with them. Returns what the snapshot says, and whether the catalogue did not have it.
    func recover(
        _ manifest: PinManifest, _ blobs: [PublishedBlob], pin: LayoutIndex.Entry?,
        others: (Database) throws -> Void = { _ in }
    ) throws(StoreError) -> (document: SnapshotDocument, isNew: Bool) {
        let bytes = try small(manifest.snapshot)
        let document: SnapshotDocument
        do { document = try SnapshotDocument(try JSONParser.parse(bytes)) } catch {
            throw .conflict("its snapshot cannot be read: \(error)")
        }
        let isNew = try catalogue.write { db in
            for blob in blobs { _ = try db.blob(blob, in: files) }
            let known = try Int64.fetchOne(
                db, sql: "SELECT id FROM snapshot WHERE sha256 = ?", arguments: [manifest.snapshot.data])
            let snapshot = try known ?? restore(document, manifest, db)
            if let pin {
                _ = try db.pin(snapshot, as: pin.name, manifest: pin.manifest, holding: blobs.map(\.digest))
            }
            try others(db)
            return known == nil
        }
        return (document, isNew)
    }

    /// Makes the rows of a snapshot of which only the documents exist.
    private func restore(_ document: SnapshotDocument, _ manifest: PinManifest, _ db: Database) throws -> Int64 {
        let resolutions =
            document.recipe.models.compactMap(\.resolution) + document.recipe.inputs.compactMap(\.resolution)
        for resolution in resolutions {
            // Bytes that were lost even before the catalogue was: the snapshot says which.
            try db.insertLostBlob(resolution.sha256, size: resolution.size)
        }
        let known = try Int64.fetchOne(
            db, sql: "SELECT id FROM image WHERE sha256 = ?", arguments: [document.image.sha256.data])
        let image = try known ?? db.makeImage(document.image.sha256)
        if known == nil { try db.setPixels(manifest.pixels, of: image) }
        let current = try Int64.fetchOne(db, sql: "SELECT snapshot FROM image WHERE id = ?", arguments: [image])
        let parent = try document.parent.flatMap {
            try Int64.fetchOne(db, sql: "SELECT id FROM snapshot WHERE sha256 = ?", arguments: [$0.data])
        }
        let id = try insert(document, image: image, parent: parent, db)
        try db.setRecorded(manifest.created, ofSnapshot: id)
        if let current {
            // The catalogue has a later snapshot of the image.
            try db.setSnapshot(current, of: image)
        } else {
            let name = (try? EntryName(manifest.title)) ?? "image"
            // No path of a file system begins like this, so no image that is snapshotted later gets into this directory.
            let place = ImagePlace(root: "pinned", directories: [], name: name)
            _ = try db.nameImage(image, at: place, label: "pinned", time: document.image.time)
        }
        return id
    }

    /// A blob's file that was read whole and has the right hash; nil if there is none.
    func published(_ digest: Digest) throws(StoreError) -> PublishedBlob? {
        let path = files.path(of: digest)
        guard let facts = try FileFacts.at(path, followLinks: false), facts.kind == .file else { return nil }
        if try isServed(digest) {
            return .init(digest, size: facts.size, .known, isPrivate: !facts.isReadableByAll)
        }
        let hashed = try files.hashWithPieces(try files.open(digest), path)
        guard hashed.digest == digest else { return nil }
        return .init(
            digest, size: facts.size, .file(changed: facts.changed), isPrivate: !facts.isReadableByAll,
            pieces: hashed.pieces)
    }

    /// The bytes of a document's file, read without the catalogue.
    func small(_ digest: Digest) throws(StoreError) -> [UInt8] {
        let path = files.path(of: digest)
        guard let facts = try FileFacts.at(path, followLinks: false), facts.kind == .file else {
            throw .blobMissing(digest)
        }
        guard facts.size <= Self.largestDocument else { throw .blobDamaged(digest) }
        let bytes = try files.open(digest).readAll(path)
        guard SHA256.digest(of: bytes) == digest else { throw .blobDamaged(digest) }
        return bytes
    }
}

extension Database {
    /// A version that a snapshot mentions; it gets that number if it is free, and the next one if none is given. The name holds it if it has
    /// held nothing else.
    func recover(_ name: ModelName, _ digest: Digest, number: Int?, modified: Timestamp, cause: Cause) throws {
        guard let blob = try rowOfBlob(digest) else { return }
        let directory = try makeDirectory(under: DirectoryRow.Root.models.rawValue, name.directories)
        let model = try makeModel(name.path.name, in: directory, now: .now())
        let known = try Int.fetchOne(self, sql: "SELECT versions FROM model WHERE id = ?", arguments: [model])
        if known == 0 {
            _ = try add(name, blob: blob, modified: modified, since: nil, cause: cause)
        } else {
            guard case (_, .version) = try makeVersion(of: model, blob: blob, modified: modified, now: .now()) else {
                return
            }
        }
        if let number { try setNumber(max(1, number), ofVersion: blob, of: model) }
    }
}
