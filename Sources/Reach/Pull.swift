package import Recipe
import Remote
import Store

/// What came of a pull.
package struct PullReport: Sendable {
    /// The id of the snapshot.
    package let snapshot: Digest
    /// The name of the image, as the manifest tells it.
    package let image: String
    /// The digest of the manifest.
    package let manifest: Digest
    /// The pin that it got here; nil if it got none.
    package let pin: String?
    /// Whether the store did not have the snapshot.
    package let isNew: Bool
    /// How many blobs were fetched, their bytes, and how many were here.
    package let fetched: Int, bytes: Int, kept: Int
    /// How many files were left at the remote until they are read, and their bytes.
    package let left: (count: Int, bytes: Int)
    /// Files of the snapshot whose bytes were not in the manifest either.
    package let lost: [String]
    /// What could not be done with the rest.
    package let problems: [String]
    /// The tag, if the manifest was found by one, and the manifest that it stood for when it was used last, if that was another one.
    package let tag: String?, before: (manifest: Digest, time: Timestamp)?
}

extension Reaching {
    /// The names there that can be those of pins; what another program put there can be among them.
    package func pins() async throws -> [String] {
        try await repository.tags().filter { Store.isPinName($0) && !RemoteTag.isReserved($0) }.sorted()
    }

    /// Brings a snapshot with its bytes into the store, first its documents, then its models. `name` is the pin that it gets here; nil: none.
    ///
    /// `isLazy` leaves the models that have lists of their pieces where they are; a mount brings them when they are read. Then there is no
    /// pin, which promises that everything is here.
    package func pull(_ reference: PullReference, as name: String?, isLazy: Bool = false) async throws -> PullReport {
        let name = isLazy ? nil : name
        if let name, !Store.isPinName(name) { throw StoreError.refusedName("'\(name)' cannot be a pin's name") }
        let (found, tag) = try await manifest(reference)
        let text = tag ?? "sha256:\(found.digest.hex)"
        let manifest = try checked(found, text)
        let known = try name.flatMap { try store.pin(named: $0) }
        if let known, known.snapshotID != manifest.snapshot {
            throw StoreError.conflict(
                """
                '\(known.name)' is the name of snapshot \(known.snapshot) here; give this one another with --as, or free it with: \
                \(ShellCommand.reprofs("unpin", known.name.text))
                """)
        }
        // A pin that has these files and more keeps its manifest.
        let own = try known.map { Set(try store.offer(of: $0).manifest.layers.map(\.digest)) }
        let pin = own?.isStrictSuperset(of: manifest.layers.map(\.digest)) == true ? nil : name
        var fetched: Set<Digest> = []
        // Garbage collection may take away what came before rows name it; then that is fetched again.
        for isLast in [false, false, true] {
            let (blobs, left) = try await fetchAll(of: manifest, isPinned: pin != nil, isLazy: isLazy, &fetched)
            do throws(StoreError) {
                let received = try store.receive(
                    manifest, blobs, as: pin, manifest: found.bytes, left: left, at: remote)
                try store.noteProof(of: fetched, at: remote)
                // A pull that fails before leaves it untold that the tag moved, and the next one tells of it.
                var before: (manifest: Digest, time: Timestamp)?
                if let tag { before = try store.noteTag(tag, found.digest, at: remote) }
                let counted = manifest.contents.filter { fetched.contains($0.digest) }
                return PullReport(
                    snapshot: manifest.snapshot, image: manifest.title, manifest: found.digest, pin: name,
                    isNew: received.isNew, fetched: counted.count, bytes: counted.reduce(0) { $0 + $1.size },
                    kept: blobs.count - counted.count, left: (left.count, left.total(\.size)),
                    lost: try lost(received.document, but: Set(left.map(\.digest))),
                    problems: received.problems, tag: tag, before: before)
            } catch {
                guard case .blobMissing = error, !isLast else { throw error }
            }
        }
        throw ReachError.notThere(text, remote: remote.name)
    }

    /// Fetches what is not here: documents first. Those that were fetched are added to `fetched`; the lists of those that are to come when
    /// they are read are returned.
    private func fetchAll(
        of manifest: PinManifest, isPinned: Bool, isLazy: Bool, _ fetched: inout Set<Digest>
    ) async throws -> (here: [PublishedBlob], left: [PieceList]) {
        var names: [Digest: String] = [:]
        for layer in manifest.layers { names[layer.digest] = layer.path }
        let listed = Set(manifest.layers.compactMap(\.pieces))
        let weights = Set(manifest.layers.filter(\.isWeight).map(\.digest))
        // Only the layout of a pin needs the lists and the description as files; the catalogue has the lists.
        let wanted = manifest.contents.filter {
            isPinned || $0.digest != manifest.config.digest && !listed.contains($0.digest)
        }
        var blobs: [PublishedBlob] = []
        var missing: [PinManifest.Content] = []
        for content in wanted {
            if let here = try store.arrived(content) { blobs.append(here) } else { missing.append(content) }
        }
        let lists = try await self.lists(of: manifest)
        var left: [PieceList] = []
        if isLazy {
            left = missing.compactMap { lists[$0.digest] }
            missing.removeAll { lists[$0.digest] != nil }
            let outcomes = try await forEach(left) { list in
                try await (list: list, size: repository.size(of: list.digest, expected: list.size))
            }
            for outcome in outcomes {
                let name = names[outcome.list.digest] ?? outcome.list.digest.autoV2
                guard let size = outcome.size else { throw ReachError.notThere(name, remote: remote.name) }
                guard size == outcome.list.size else { throw try damaged(outcome.list.digest, name) }
            }
        }
        let bytes = missing.total(\.size)
        try store.requireRoom(for: bytes)
        show(.planned(bytes))
        func take(_ found: [(blob: PublishedBlob, isFetched: Bool)]) {
            for (blob, isFetched) in found {
                blobs.append(blob)
                if isFetched { fetched.insert(blob.digest) }
            }
        }
        let paths = names
        take(
            try await forEach(missing.filter { !weights.contains($0.digest) }) { content in
                try await fetch(content, nil, called: paths[content.digest] ?? content.digest.autoV2)
            })
        // One after the other, each over all connections.
        for content in missing where weights.contains(content.digest) {
            let name = names[content.digest] ?? content.digest.autoV2
            take([try await fetch(content, lists[content.digest], called: name)])
        }
        return (blobs, left)
    }

    /// The lists of the files that are not here, by those files' hashes. They are trusted because the manifest names them by their hashes.
    private func lists(of manifest: PinManifest) async throws -> [Digest: PieceList] {
        var lists: [Digest: PieceList] = [:]
        for layer in manifest.layers where lists[layer.digest] == nil {
            guard let digest = layer.pieces, try !store.isServed(layer.digest) else { continue }
            let content = PinManifest.Content(digest, size: PieceList.byteCount(ofSize: layer.size))
            let bytes = try await bytes(content, called: "the pieces of \(layer.path)")
            guard let list = PieceList(bytes: bytes, of: layer.digest, size: layer.size) else {
                throw ReachError.notAPin(
                    manifest.title, remote: remote.name, why: "the list of pieces of \(layer.path) is of another file")
            }
            lists[layer.digest] = list
        }
        return lists
    }

    /// Files of a snapshot whose bytes are not in the store, but for some.
    private func lost(_ document: SnapshotDocument, but left: Set<Digest>) throws(StoreError) -> [String] {
        var lost: [String] = []
        for use in document.recipe.models {
            guard let found = use.resolution, !left.contains(found.sha256), try !store.isThere(found.sha256) else {
                continue
            }
            lost.append("models/\(found.folder)/\(found.path)")
        }
        for use in document.recipe.inputs {
            guard let found = use.resolution, try !store.isThere(found.sha256) else { continue }
            lost.append("input/\(found.path)")
        }
        return lost
    }
}
