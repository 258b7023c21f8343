package import Recipe

/// A snapshot as it is pushed or exported: its manifest, and where the bytes are that the manifest names.
package struct SnapshotOffer: Sendable {
    /// Where bytes are that the manifest names.
    package enum Source: Sendable {
        case blob(Blob)
        /// Bytes that are made for the manifest: its configuration, or a list of pieces.
        case bytes([UInt8], isPrivate: Bool)
    }

    /// What names the bytes.
    package let manifest: PinManifest
    /// The bytes of the manifest. For a pin they are those of `index.json`, whose digest other tools know.
    package let bytes: [UInt8]
    /// Where the bytes are of everything that the manifest names and the store has.
    package let sources: [Digest: Source]
    /// Paths of files that are not in the manifest, because their bytes are lost.
    package let lost: [String]

    /// The same with files whose bytes are not here, but where the offer is for, as a manifest there has them.
    package func with(_ more: [PinManifest.Layer]) -> SnapshotOffer {
        guard !more.isEmpty else { return self }
        let whole = PinManifest(
            snapshot: manifest.snapshot, title: manifest.title, created: manifest.created, pixels: manifest.pixels,
            layers: manifest.layers + more)
        var sources = sources
        if case .bytes(_, let isPrivate) = sources.removeValue(forKey: manifest.config.digest) {
            sources[whole.config.digest] = .bytes(whole.configBytes, isPrivate: isPrivate)
        } else {
            sources[whole.config.digest] = .bytes(whole.configBytes, isPrivate: true)
        }
        let kept = Set(more.map(\.path))
        return SnapshotOffer(
            manifest: whole, bytes: whole.bytes, sources: sources, lost: lost.filter { !kept.contains($0) })
    }
}

extension Store {
    /// A snapshot with all of its files whose bytes are here. Nothing is written.
    package func offer(of snapshot: SnapshotRow) throws(StoreError) -> SnapshotOffer {
        var layers: [PinManifest.Layer] = []
        var lists: [String: PinManifest.Layer] = [:]
        var sources: [Digest: SnapshotOffer.Source] = [:]
        var lost: [String] = []
        for (path, blob) in try files(of: snapshot) {
            do throws(StoreError) { _ = try contents(of: blob) } catch {
                switch error {
                case .blobMissing, .blobDamaged:
                    lost.append(path)
                    continue
                default: throw error
                }
            }
            let bare = PinManifest.Layer(path: path, digest: blob.digest, size: blob.size)
            var list: PinManifest.Layer?
            if bare.isWeight, blob.size > PinManifest.listedSize, let pieces = try pieces(of: blob) {
                let layer = PinManifest.Layer(pieces)
                list = layer
                lists[layer.path] = layer
                sources[layer.digest] = .bytes(pieces.bytes, isPrivate: blob.isPrivate)
            }
            sources[blob.digest] = .blob(blob)
            layers.append(.init(path: path, digest: blob.digest, size: blob.size, pieces: list?.digest))
        }
        let manifest = PinManifest(
            snapshot: snapshot.digest, title: snapshot.imageName, created: snapshot.recorded,
            pixels: try pixels(ofSnapshot: snapshot.id), layers: layers + lists.values)
        sources[manifest.config.digest] = .bytes(manifest.configBytes, isPrivate: snapshot.document.isPrivate)
        return SnapshotOffer(manifest: manifest, bytes: manifest.bytes, sources: sources, lost: lost)
    }

    /// A pinned snapshot, with the manifest that its pin has.
    package func offer(of pin: NamedPin) throws(StoreError) -> SnapshotOffer {
        guard let row = try blob(pin.manifest) else { throw .blobMissing(pin.manifest) }
        let bytes = try self.bytes(of: row)
        guard let manifest = PinManifest(bytes) else {
            throw .conflict("the manifest of '\(pin.name)' is none of a pinned snapshot")
        }
        var sources: [Digest: SnapshotOffer.Source] = [:]
        var lost: [String] = []
        func offer(_ digest: Digest, _ path: String) throws(StoreError) {
            do throws(StoreError) {
                guard let blob = try blob(digest) else { throw .blobMissing(digest) }
                _ = try contents(of: blob)
                sources[digest] = .blob(blob)
            } catch {
                switch error {
                case .blobMissing, .blobDamaged: lost.append(path)
                default: throw error
                }
            }
        }
        try offer(manifest.config.digest, "the description of the model")
        for layer in manifest.layers { try offer(layer.digest, layer.path) }
        return SnapshotOffer(manifest: manifest, bytes: bytes, sources: sources, lost: lost)
    }

    /// The bytes of a source, open for reading.
    package func open(_ source: SnapshotOffer.Source) throws(StoreError) -> OfferedBytes {
        switch source {
        case .bytes(let bytes, _): .bytes(bytes)
        case .blob(let blob):
            switch try contents(of: blob) {
            case .bytes(let bytes): .bytes(bytes)
            case .file(let file): .file(FileSource(file, count: blob.size))
            }
        }
    }

    /// Every stored file of a snapshot's directory, with its path there.
    fileprivate func files(of snapshot: SnapshotRow) throws(StoreError) -> [(path: String, blob: Blob)] {
        var found = snapshot.documents.map { (path: $0.file.rawValue, blob: $0.blob) }
        for (folder, set) in snapshot.trees {
            for file in try pinnedFiles(in: set) { found.append(("\(folder)/\(file.path)", file.blob)) }
        }
        return found
    }
}

/// A source of bytes, open for reading.
package enum OfferedBytes: Sendable {
    case bytes([UInt8])
    case file(FileSource)

    /// Fewer bytes than asked for mean that the file has become shorter.
    package func read(_ range: Range<Int>) throws(SourceError) -> [UInt8] {
        switch self {
        case .bytes(let bytes): Array(bytes[range.clamped(to: 0..<bytes.count)])
        case .file(let file): try file.read(at: range.lowerBound, count: range.count)
        }
    }
}
