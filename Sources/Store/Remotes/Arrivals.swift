import GRDB
package import Recipe
import SystemPackage

/// What came of a snapshot that was brought from elsewhere.
package struct ReceivedSnapshot: Sendable {
    /// What it says.
    package let document: SnapshotDocument
    /// Whether the store did not have it.
    package let isNew: Bool
    /// Names of models that cannot be had here, and why.
    package let problems: [String]
}

// What is fetched from elsewhere. Bytes are those of their hash, or they do not come in; they are as private as nothing else is known of
// them, unless the store has them already.
extension Store {
    /// The largest file that is taken. Bytes.
    package static let largestFile = Int(ValueRange.size.most)

    /// Whether a text can become the name of a pin.
    package static func isPinName(_ name: String) -> Bool { problem(ofNewPinName: name) == nil }

    /// Bytes that are here already, as a file; nil if they have to be fetched. Throws if they have another size.
    package func arrived(_ content: PinManifest.Content) throws(StoreError) -> PublishedBlob? {
        // A transfer that broke off leaves whole files, before or after a row names them.
        try dropPartialName(of: content.digest)
        let found: PublishedBlob?
        if let blob = try blob(content.digest), let contents = try servedContents(of: blob) {
            switch contents {
            case .bytes(let bytes): found = try files.publish(bytes, asFile: true, isPrivate: blob.isPrivate)
            case .file: found = PublishedBlob(served: blob)
            }
        } else {
            found = try published(content.digest)
        }
        if let found, found.size != content.size {
            throw .conflict("\(content.digest) has \(found.size) bytes, and not \(content.size) as the manifest says")
        }
        return found
    }

    private func servedContents(of blob: Blob) throws(StoreError) -> BlobContents? {
        do throws(StoreError) { return try contents(of: blob) } catch {
            switch error {
            case .blobMissing, .blobDamaged: return nil
            default: throw error
            }
        }
    }

    /// Whether bytes that come now are shown to the user alone who mounts: not where everybody can read them already.
    package func isPrivate(_ digest: Digest) throws(StoreError) -> Bool { try blob(digest)?.isPrivate ?? true }

    /// Keeps bytes that came whole. Throws `blobDamaged` if they are not those of the hash.
    package func keep(_ bytes: [UInt8], as digest: Digest) throws(StoreError) -> PublishedBlob {
        guard SHA256.digest(of: bytes) == digest else { throw .blobDamaged(digest) }
        return try files.publish(bytes, asFile: true, isPrivate: try isPrivate(digest))
    }

    /// Throws if the store has no room for this many bytes.
    package func requireRoom(for count: Int) throws(StoreError) {
        try Kernel.requireReserve(files.incoming, for: count)
    }

    /// Bytes that were lost are served again, or are in the store from now on.
    package func receive(_ blob: PublishedBlob) throws(StoreError) { try serveAgain(blob) }

    /// Makes the rows of a snapshot of which everything came that was to be had: the snapshot, its image, its models' names, and a pin if it
    /// is to have a name, of the manifest with the bytes `manifest`. Models get the next numbers of their names here; a name that holds
    /// something goes on holding that. No moment has the snapshot without the lists of what is `left` at the remote: nobody could read that.
    ///
    /// Throws `blobMissing` if garbage collection took something away that had come.
    package func receive(
        _ contents: PinManifest, _ blobs: [PublishedBlob], as name: String?, manifest: [UInt8], left: [PieceList],
        at remote: RemoteRow
    ) throws(StoreError) -> ReceivedSnapshot {
        // What is shown of it is made from what is read of it, so nothing may be in it that is not read.
        let text = try small(contents.snapshot)
        guard let read = try? SnapshotDocument(try JSONParser.parse(text)),
            SHA256.digest(of: read.canonicalBytes) == contents.snapshot
        else { throw .conflict("its snapshot says what this version of ReproFS cannot read") }
        var entry: LayoutIndex.Entry?
        var blobs = blobs
        if let name {
            if let why = Self.problem(ofNewPinName: name) { throw .refusedName(why) }
            let file = try files.publish(manifest, asFile: true, isPrivate: try isPrivate(contents.snapshot))
            blobs.append(file)
            entry = .init(name: name, manifest: file.digest, size: file.size)
        }
        let (document, isNew) = try recover(contents, blobs, pin: entry) { db in
            let time = Timestamp.now()
            for list in left { try db.noteElsewhere(list, at: remote.id, time: time) }
        }
        var problems: [String] = []
        for use in document.recipe.models {
            guard let found = use.resolution else { continue }
            guard let model = ModelName(brought: found) else {
                problems.append("'\(found.folder)/\(found.path)' is hidden, so it is not a name of a model")
                continue
            }
            guard try isServed(found.sha256) else { continue }
            try catalogue.write { db in
                try db.recover(model, found.sha256, number: nil, modified: document.image.time, cause: .pull)
            }
        }
        if name != nil { try writeIndex() }
        return ReceivedSnapshot(document: document, isNew: isNew, problems: problems)
    }
}
