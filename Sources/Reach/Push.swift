import Foundation
import NIOCore
package import Recipe
import Remote
package import Store
import Synchronization

/// What came of a push.
package struct PushReport: Sendable {
    /// The id of the snapshot.
    package let snapshot: Digest
    /// The newest file name of its image.
    package let image: String
    /// The digest of the manifest.
    package let manifest: Digest
    /// The tags that stand for it now.
    package internal(set) var tags: [String] = []
    /// How many blobs were sent, and their bytes.
    package internal(set) var sent = 0, bytes = 0
    /// How many the registry took over from another of its repositories, and how many it had.
    package internal(set) var mounted = 0, kept = 0
    /// Blobs that the registry had with another length.
    package internal(set) var wrong: [Digest] = []
    /// Blobs that the registry has with the right length, of which other bytes were read there before.
    package internal(set) var damaged: [Digest] = []
    /// Paths of files that are not in it, because their bytes are lost.
    package let lost: [String]
    /// The snapshot that a name stood for before.
    package internal(set) var replaced: Digest?
    /// Names that somebody else gave to another manifest at the same time.
    package internal(set) var overtaken: [String] = []
}

extension Reaching {
    /// The manifest of a snapshot is pushed again at most so often, where the registry collected its garbage meanwhile.
    private static let tries = 3
    /// How many blobs are sent at a time.
    private static let uploads = 4

    /// What became of one blob.
    private enum Passage {
        case kept, mounted
        case sent(bytes: Int, wrongBefore: Bool)
        /// Its bytes are neither here nor there.
        case lost
    }

    /// Throws for a remote that takes nothing.
    package func requireWritable() throws {
        if repository.isReadOnly { throw RemoteError.readOnly(repository.name) }
    }

    /// Brings a snapshot with all of its bytes to the remote, under its id, and with a pin also under the pin's name. What is there is not sent
    /// again. `replaces` lets a name go from another snapshot to this one.
    package func push(_ snapshot: SnapshotRow, pin: NamedPin?, replaces: Bool) async throws -> PushReport {
        try requireWritable()
        var offer = try pin.map(store.offer(of:)) ?? store.offer(of: snapshot)
        // What only the remote has, such as evicted bytes, must not lose the manifest that keeps it there.
        for tag in [RemoteTag.snapshot(snapshot.digest)] + (pin.map { [$0.name.text] } ?? []) {
            offer = offer.with(try await besides(offer.manifest, under: tag))
        }
        let manifest = RemoteManifest(mediaType: PinManifest.mediaType, bytes: offer.bytes)
        var report = PushReport(
            snapshot: snapshot.digest, image: snapshot.imageName, manifest: manifest.digest,
            lost: pin == nil ? offer.lost : [])
        if let pin { report.replaced = try await holder(of: pin.name.text, besides: offer, replaces) }
        for attempt in 1...Self.tries {
            do {
                try await bring(offer, &report)
                try await repository.tagParts(of: offer.manifest.contents)
                try await putByID(manifest, offer.manifest, &report)
                break
            } catch RemoteError.blobUnknown where attempt < Self.tries { continue }
        }
        if let pin {
            // Again: somebody may have taken the name while the bytes were sent.
            _ = try await holder(of: pin.name.text, besides: offer, replaces)
            try await put(manifest, pin.name.text, &report)
            if let image = try store.image(of: snapshot) { try await put(manifest, RemoteTag.image(image), &report) }
            if try await repository.manifest(.tag(pin.name.text))?.digest != manifest.digest {
                report.overtaken.append(pin.name.text)
            }
        }
        try store.dropUploadNotes(toRemote: remote.id, of: offer.manifest.contents.map(\.digest))
        try store.notePresence(of: offer.manifest.contents.map(\.digest), at: remote)
        let wrong = try store.wrongBlobs(at: remote)
        report.damaged = offer.manifest.contents.map(\.digest).filter(wrong.contains)
        for tag in report.tags { _ = try store.noteTag(tag, manifest.digest, at: remote) }
        return report
    }

    /// The files of the same snapshot that only the manifest under a tag of the remote has, if their bytes are there.
    private func besides(_ own: PinManifest, under tag: String) async throws -> [PinManifest.Layer] {
        guard let theirs = try await repository.manifest(.tag(tag)).flatMap({ PinManifest($0.bytes) }),
            theirs.snapshot == own.snapshot
        else { return [] }
        let (paths, digests) = (Set(own.layers.map(\.path)), Set(own.layers.map(\.digest)))
        let more = theirs.layers.filter { !paths.contains($0.path) && !digests.contains($0.digest) }
        let sizes = try await forEach(more) { try await repository.size(of: $0.digest, expected: $0.size) }
        return zip(more, sizes).filter { $0.size == $1 }.map(\.0)
    }

    /// The snapshot that a name stands for there, if it is another one. Throws if it is to keep the name.
    private func holder(of name: String, besides offer: SnapshotOffer, _ replaces: Bool) async throws -> Digest? {
        guard let there = try await repository.manifest(.tag(name)) else { return nil }
        let other = PinManifest(there.bytes)?.snapshot
        guard other != offer.manifest.snapshot else { return nil }
        guard replaces else { throw ReachError.nameTaken(name, remote: remote.name, snapshot: other) }
        return other ?? there.digest
    }

    /// Puts a manifest under its snapshot's id, unless the one there has all of its files, as another store's may have.
    private func putByID(_ manifest: RemoteManifest, _ own: PinManifest, _ report: inout PushReport) async throws {
        let tag = RemoteTag.snapshot(own.snapshot)
        if let there = try await repository.manifest(.tag(tag)), there.digest != manifest.digest,
            let theirs = PinManifest(there.bytes), theirs.snapshot == own.snapshot,
            Set(theirs.layers.map(\.digest)).isSuperset(of: own.layers.map(\.digest))
        {
            // Its files may be there in another way than when it was put.
            do { return try await repository.put(there, tag: tag) } catch RemoteError.blobUnknown {}
        }
        try await put(manifest, tag, &report)
    }

    private func put(_ manifest: RemoteManifest, _ tag: String, _ report: inout PushReport) async throws {
        try await repository.put(manifest, tag: tag)
        if !report.tags.contains(tag) { report.tags.append(tag) }
    }

    /// Has the remote have every blob that a manifest names.
    private func bring(_ offer: SnapshotOffer, _ report: inout PushReport) async throws {
        let contents = offer.manifest.contents
        let sizes = try await forEach(contents) { try await repository.size(of: $0.digest, expected: $0.size) }
        // Wrong parts are mended: which are right is known here.
        let wrong = try store.wrongBlobs(at: remote)
        let missing = zip(contents, sizes).filter { content, size in
            size != content.size || wrong.contains(content.digest) && repository.isInParts(content.digest)
        }
        report.kept = contents.count - missing.count
        show(.planned(missing.total(\.0.size)))
        let passages = try await forEach(missing, atMost: min(Self.uploads, connections)) { content, size in
            try await bring(content, offer, wrongBefore: size != nil && size != content.size)
        }
        var lost: [String] = []
        for ((content, _), passage) in zip(missing, passages) {
            switch passage {
            case .kept: report.kept += 1
            case .mounted: report.mounted += 1
            case .sent(let bytes, let wrongBefore):
                report.sent += 1
                report.bytes += bytes
                if wrongBefore { report.wrong.append(content.digest) }
            case .lost:
                lost.append(offer.manifest.layers.first { $0.digest == content.digest }?.path ?? content.digest.hex)
            }
        }
        guard lost.isEmpty else { throw ReachError.lost(lost, remote: remote.name) }
    }

    private func bring(
        _ content: PinManifest.Content, _ offer: SnapshotOffer, wrongBefore: Bool
    ) async throws -> Passage {
        let others = try store.remotes(having: content.digest).compactMap { neighbours[$0] }
        if try await repository.mount(content, from: others) {
            show(.moved(content.size, of: content.digest.autoV2))
            try store.noteArrival(of: content.digest, at: remote)
            return .mounted
        }
        guard let source = offer.sources[content.digest] else {
            return try await repository.size(of: content.digest, expected: content.size) == content.size ? .kept : .lost
        }
        let passage = try await upload(content, source, others)
        if passage.isNew || passage.sent == content.size {
            try store.noteArrival(of: content.digest, at: remote)
        } else {
            // What is known of the parts that were there stays known.
            try store.notePresence(of: [content.digest], at: remote)
        }
        if passage.sent > 0 { return .sent(bytes: passage.sent, wrongBefore: wrongBefore) }
        return passage.mounted > 0 ? .mounted : .kept
    }

    private func upload(
        _ content: PinManifest.Content, _ source: SnapshotOffer.Source, _ others: [String]
    ) async throws -> PartedRepository.Passage {
        let bytes = try store.open(source)
        let note = try store.uploadNote(of: content.digest, toRemote: remote.id)
        let session = try note?.read().flatMap { try? JSONDecoder().decode(UploadSession.self, from: Data($0)) }
        let name = content.digest.autoV2
        // What is sent again after a failure was counted.
        let counted = Mutex(0)
        let passage = try await repository.upload(
            content, session: session, neighbours: others,
            bytes: { range in
                let read = try bytes.read(range)
                guard read.count == range.count else { throw RemoteError.localBytes("sha256:\(content.digest.hex)") }
                return ByteBuffer(bytes: read)
            },
            sent: { end in
                let news = counted.withLock { counted in
                    defer { counted = max(counted, end) }
                    return max(0, end - counted)
                }
                if news > 0 { show(.moved(news, of: name)) }
            },
            note: { session in try note?.write(Array(try JSONEncoder().encode(session))) })
        try note?.remove()
        return passage
    }
}
