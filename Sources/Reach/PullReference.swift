package import Recipe
import Remote
import Store

/// What a snapshot at a remote is asked for by.
package enum PullReference: Sendable {
    case pin(String)
    /// The beginning of a snapshot's id.
    case snapshot(DigestPrefix, String)
    /// The digest of a manifest.
    case manifest(Digest)
    /// The SHA-256 of an image's file, and what it was called.
    case image(Digest, String)

    /// Nil if the text can be none of these.
    package init?(_ text: String) {
        if text.hasPrefix("sha256:") {
            guard let digest = Digest(hex: text.dropFirst(7)) else { return nil }
            self = .manifest(digest)
        } else if text.utf8.count >= 8, let prefix = DigestPrefix(hex: text.lowercased()) {
            self = .snapshot(prefix, text.lowercased())
        } else if Store.isPinName(text) {
            self = .pin(text)
        } else {
            return nil
        }
    }
}

extension Reaching {
    /// The manifest that is meant, and the tag by which it was found.
    func manifest(_ reference: PullReference) async throws -> (RemoteManifest, tag: String?) {
        switch reference {
        case .pin(let name):
            guard let found = try await repository.manifest(.tag(name)) else {
                throw ReachError.notThere("a pin '\(name)'", remote: remote.name)
            }
            return (found, name)
        case .manifest(let digest):
            guard let found = try await repository.manifest(.digest(digest)) else {
                throw ReachError.notThere("a manifest sha256:\(digest.hex)", remote: remote.name)
            }
            return (found, nil)
        case .snapshot(let prefix, let text):
            if let tag = try await tag(ofSnapshot: text), let found = try await repository.manifest(.tag(tag)) {
                guard let id = PinManifest(found.bytes)?.snapshot,
                    DigestPrefix(hex: id.hex.prefix(prefix.digits)) == prefix
                else {
                    throw ReachError.notAPin(tag, remote: remote.name, why: "its manifest is of another snapshot")
                }
                return (found, tag)
            }
            guard let digest = Digest(hex: text) else {
                throw ReachError.notThere("a snapshot \(text)", remote: remote.name)
            }
            if let found = try await repository.manifest(.digest(digest)) { return (found, nil) }
            if let found = try await pin(ofImage: digest) { return (found, RemoteTag.image(digest)) }
            throw ReachError.notThere(
                "a snapshot, a manifest or a pin of the image \(digest.hex)", remote: remote.name)
        case .image(let image, let text):
            guard let found = try await pin(ofImage: image) else {
                throw ReachError.notThere("a pin of the image \(text) (sha256:\(image.hex))", remote: remote.name)
            }
            return (found, RemoteTag.image(image))
        }
    }

    /// The manifest of the pin that an image has there; nil if it has none.
    private func pin(ofImage image: Digest) async throws -> RemoteManifest? {
        let tag = RemoteTag.image(image)
        guard let found = try await repository.manifest(.tag(tag)) else { return nil }
        _ = try await document(of: try checked(found, tag), image, tag)
        return found
    }

    /// What the snapshot of a manifest says. Throws if it is of another image.
    func document(of manifest: PinManifest, _ image: Digest, _ tag: String) async throws -> SnapshotDocument {
        func refuse(_ why: String) -> ReachError { .notAPin(tag, remote: remote.name, why: why) }
        guard let layer = manifest.layers.first(where: { $0.digest == manifest.snapshot }),
            let bytes = try await bytes(PinManifest.Content(layer.digest, size: layer.size))
        else { throw refuse("the document of its snapshot does not come right") }
        guard let document = try? SnapshotDocument(try JSONParser.parse(bytes)) else {
            throw refuse("its snapshot says what this version of ReproFS cannot read")
        }
        guard document.image.sha256 == image else { throw refuse("its snapshot is of another image") }
        return document
    }

    /// A whole id's tag is known; that of a beginning is looked for.
    private func tag(ofSnapshot digits: String) async throws -> String? {
        if let id = Digest(hex: digits) { return RemoteTag.snapshot(id) }
        let found = try await repository.tags().filter { tag in
            guard let own = RemoteTag.snapshotDigits(tag) else { return false }
            return own.hasPrefix(digits) || digits.hasPrefix(own)
        }
        guard found.count <= 1 else {
            let ids = found.compactMap(RemoteTag.snapshotDigits).sorted().prefix(5)
            throw ReachError.ambiguous(digits, remote: remote.name, snapshots: Array(ids))
        }
        return found.first
    }

    /// Throws unless a manifest says only what can be: nothing is fetched or reserved for one that does not.
    func checked(_ found: RemoteManifest, _ what: String) throws -> PinManifest {
        func refuse(_ why: String) -> ReachError { .notAPin(what, remote: remote.name, why: why) }
        guard PinManifest.isMeant(by: found.bytes) else { throw ReachError.anotherKind(what, remote: remote.name) }
        guard let manifest = PinManifest(found.bytes) else {
            throw refuse("its manifest cannot be read, or lists more than \(PinManifest.mostLayers) files")
        }
        guard manifest.leftOut == 0 else {
            throw refuse("\(manifest.leftOut) of its files have paths or sizes that no file can have")
        }
        var sizes: [Digest: Int] = [:]
        for content in [manifest.config] + manifest.layers.map({ PinManifest.Content($0.digest, size: $0.size) }) {
            guard content.size <= Store.largestFile else { throw refuse("a file of \(content.size) bytes cannot be") }
            guard sizes.updateValue(content.size, forKey: content.digest).map({ $0 == content.size }) != false else {
                throw refuse("it gives two sizes for sha256:\(content.digest.hex)")
            }
        }
        guard let document = manifest.layers.first(where: { $0.digest == manifest.snapshot }) else {
            throw refuse("it does not have the document of its snapshot")
        }
        guard document.size <= Store.largestDocument else { throw refuse("its snapshot's document is too large") }
        for layer in manifest.layers {
            guard let pieces = layer.pieces else { continue }
            guard sizes[pieces] == PieceList.byteCount(ofSize: layer.size) else {
                throw refuse("the list of pieces of \(layer.path) does not have the length that its size asks for")
            }
        }
        return manifest
    }
}
