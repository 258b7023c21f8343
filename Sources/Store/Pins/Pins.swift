import GRDB
package import Recipe
import SystemPackage

/// A name that a user gave a snapshot.
package struct NamedPin: Sendable {
    /// Its row.
    package let id: Int64
    /// Unique in the store.
    package let name: EntryName
    /// The name of the snapshot's directory.
    package let snapshot: EntryName
    /// The id of the snapshot.
    package let snapshotID: Digest
    /// The newest file name of its image.
    package let image: String
    /// The digest of its manifest, as other tools know it.
    package let manifest: Digest
    /// When it was pinned.
    package let time: Timestamp

    init(_ row: Row) throws {
        id = try row.id("id")
        name = try row.name("name")
        snapshotID = try row.digest("snapshotID")
        snapshot = try EntryName(short: row.value("short"), of: snapshotID)
        image = try row.value("image") ?? "image"
        manifest = try row.digest("manifest")
        time = try row.time("time")
    }
}

/// The result of pinning.
package struct PinReport: Sendable {
    /// The digest of the manifest.
    package let manifest: Digest
    /// How many files the manifest lists, and their size. Bytes.
    package let files, bytes: Int
    /// Paths of files that are not in it, because their bytes are lost.
    package let lost: [String]
    /// False if the name already belonged to the snapshot, and the manifest is the same.
    package let isNew: Bool
}

private let columns = """
    SELECT pinName.id, pinName.name, snapshot.short, snapshot.sha256 AS snapshotID, blob.sha256 AS manifest, pinName.time,
    (SELECT imageName.name FROM imageName WHERE imageName.image = snapshot.image ORDER BY time DESC, id DESC LIMIT 1) AS image
    FROM pinName JOIN snapshot ON snapshot.id = pinName.snapshot JOIN blob ON blob.id = pinName.manifest
    """

extension Store {
    /// Gives a snapshot a name. From then on it is never forgotten, and its manifest in the OCI layout alone suffices to recover its bytes
    /// and their names.
    ///
    /// Everything is on disk when this returns. Throws if the name belongs to another snapshot; if it belongs to this one, the manifest is
    /// made anew with bytes that have come back.
    package func pin(_ snapshot: SnapshotRow, as name: String) throws(StoreError) -> PinReport {
        if let why = Self.problem(ofNewPinName: name) { throw .refusedName(why) }
        // Until rows name them, garbage collection may remove the files that are written here.
        for isLast in [false, false, true] {
            do throws(StoreError) { return try write(snapshot, as: name) } catch {
                guard case .blobMissing = error, !isLast else { throw error }
            }
        }
        throw .notFound("the snapshot")
    }

    private func write(_ snapshot: SnapshotRow, as name: String) throws(StoreError) -> PinReport {
        let offer = try offer(of: snapshot)
        let isPrivate = snapshot.document.isPrivate
        var published: [PublishedBlob] = []
        for source in offer.sources.values {
            switch source {
            case .bytes(let bytes, let isPrivate):
                published.append(try files.publish(bytes, asFile: true, isPrivate: isPrivate))
            case .blob(let blob):
                if case .bytes(let bytes) = try contents(of: blob) {
                    published.append(try files.publish(bytes, asFile: true, isPrivate: blob.isPrivate))
                }
            }
        }
        let file = try files.publish(offer.bytes, asFile: true, isPrivate: isPrivate)
        let isNew = try catalogue.write { db in
            let isThere = try Bool.fetchOne(
                db, sql: "SELECT EXISTS (SELECT 1 FROM snapshot WHERE id = ?)", arguments: [snapshot.id])
            guard isThere == true else { throw StoreError.notFound("the snapshot, which was just forgotten,") }
            for blob in published + [file] { _ = try db.blob(blob, in: files) }
            // A file of these may have been evicted since.
            for case .blob(let blob) in offer.sources.values {
                guard try db.state(of: blob.id)?.isServed == true else { throw StoreError.blobMissing(blob.digest) }
            }
            return try db.pin(
                snapshot.id, as: name, manifest: file.digest, holding: offer.manifest.contents.map(\.digest))
        }
        try writeIndex()
        let layers = offer.manifest.layers.filter { !$0.isList }
        return PinReport(
            manifest: file.digest, files: layers.count, bytes: layers.total(\.size), lost: offer.lost, isNew: isNew)
    }

    /// Removes a pin; the snapshot stays until it is forgotten. Returns the name of its directory.
    package func unpin(_ name: String) throws(StoreError) -> EntryName {
        guard let pin = try pin(named: name) else { throw .notFound("a pin '\(name)'") }
        try catalogue.write { db in
            // Also if another process removes it at the same time.
            try db.deletePin(pin.id)
            try db.touch(.snapshots)
        }
        try writeIndex()
        return pin.snapshot
    }

    /// The pin of this name; nil if there is none.
    package func pin(named name: String) throws(StoreError) -> NamedPin? {
        try one("\(columns) WHERE pinName.name = ?", [name], NamedPin.init)
    }

    /// The pin of this row; nil if there is none.
    package func pin(_ id: Int64) throws(StoreError) -> NamedPin? {
        try one("\(columns) WHERE pinName.id = ?", [id], NamedPin.init)
    }

    /// A page of pins, ordered by row: those after `id`.
    package func pins(after id: Int64, limit: Int) throws(StoreError) -> [NamedPin] {
        try page("\(columns) WHERE pinName.id > ? ORDER BY pinName.id", [id], limit, NamedPin.init)
    }

    /// The pins of one snapshot, in the order in which they were made.
    package func pins(of snapshot: Int64) throws(StoreError) -> [EntryName] {
        try page("SELECT name FROM pinName WHERE snapshot = ? ORDER BY id", [snapshot], 1000) { try $0.name("name") }
    }

    /// Why a text cannot be a pin's name; nil if it can. An OCI layout allows no other names, and a name must not look like an id.
    static func problem(ofPinName name: String) -> String? {
        guard (1...128).contains(name.utf8.count), name.utf8.first?.isASCIIAlphanumeric == true,
            name.utf8.allSatisfy({ $0.isASCIIAlphanumeric || "._-".utf8.contains($0) })
        else {
            return "a pin's name has up to 128 letters, digits, '.', '_' and '-', and begins with a letter or a digit"
        }
        guard name.utf8.count < 8 || DigestPrefix(hex: name.lowercased()) == nil else {
            return "'\(name)' could be a snapshot's id"
        }
        return nil
    }

    /// Words with a meaning of their own in commands and paths: `use live`, `by-name/…/latest`, `@v3`. In capitals they would be mistaken
    /// for these, too.
    private static let selectors: Set = ["live", "latest", "newest", "all", "none", "active"]

    /// The same for a new name. Names that were given before 0.3.0 are kept.
    static func problem(ofNewPinName name: String) -> String? {
        if let why = problem(ofPinName: name) { return why }
        let word = name.lowercased()
        let isVersion = word.utf8.first == UInt8(ascii: "v") && Int(word.dropFirst()) != nil
        if selectors.contains(word) || isVersion {
            return "'\(name)' says which of several is meant, so it cannot be a pin's name"
        }
        return RemoteTag.isReserved(name) ? "'\(name)' is what registries call a snapshot by its id" : nil
    }
}

extension Database {
    /// Returns whether something changed. The blobs must exist.
    func pin(_ snapshot: Int64, as name: String, manifest: Digest, holding blobs: [Digest]) throws -> Bool {
        let known = try Row.fetchOne(
            self,
            sql: """
                SELECT pinName.id, pinName.snapshot, blob.sha256, short FROM pinName
                JOIN snapshot ON snapshot.id = pinName.snapshot JOIN blob ON blob.id = manifest WHERE name = ?
                """, arguments: [name])
        let id: Int64
        if let known {
            guard known["snapshot"] == snapshot else {
                throw StoreError.conflict(
                    """
                    '\(name)' is the name of snapshot \(try known.value("short") as String); free it with: \
                    \(ShellCommand.reprofs("unpin", name))
                    """
                )
            }
            if try known.digest("sha256") == manifest { return false }
            id = try known.id("id")
            try setManifest(manifest, ofPin: id)
        } else {
            id = try insertPin(name, of: snapshot, manifest: manifest)
            try touch(.snapshots)
        }
        for blob in blobs { try insertLayer(blob, ofPin: id) }
        return true
    }
}
