import NIOCore
import Recipe
import Remote
import Store

extension PartedRepository {
    /// No part is larger, so that one that has to be sent again is no whole model. Bytes.
    private static let largestPart = 1 << 30
    /// Bytes that are hashed at once.
    private static let step = 1 << 20

    /// ``RemoteRepository/upload(_:size:session:bytes:note:)``; of parts, those that are not there. `sent` gets how far it has come, in bytes from
    /// the blob's beginning; it may go back. Throws ``StoreError/blobDamaged(_:)`` before a name stands for other bytes.
    func upload(
        _ blob: PinManifest.Content, session: UploadSession?,
        bytes: @escaping @Sendable (Range<Int>) async throws -> ByteBuffer, sent: @escaping @Sendable (Int) -> Void,
        note: @escaping @Sendable (UploadSession) async throws -> Void
    ) async throws {
        guard let sizes = try await division(of: blob) else {
            try await base.upload(
                blob.digest, size: blob.size, session: session,
                bytes: { range in
                    let read = try await bytes(range)
                    sent(range.upperBound)
                    return read
                }, note: note)
            return
        }
        var (parts, start, session) = ([PinManifest.Content](), 0, session)
        let whole = SHA256()
        for size in sizes {
            let range = start..<start + size
            let hash = SHA256()
            for offset in stride(from: range.lowerBound, to: range.upperBound, by: Self.step) {
                let read = try await bytes(offset..<min(range.upperBound, offset + Self.step))
                read.withUnsafeReadableBytes {
                    hash.update($0)
                    whole.update($0)
                }
            }
            let part = PinManifest.Content(hash.finish(), size: size)
            if try await base.size(of: part.digest) != size {
                // The one that was on its way when a process before this one ended is the first that is not there.
                try await base.upload(
                    part.digest, size: size, session: session,
                    bytes: { wanted in
                        let read = try await bytes(
                            range.lowerBound + wanted.lowerBound..<range.lowerBound + wanted.upperBound)
                        sent(range.lowerBound + wanted.upperBound)
                        return read
                    }, note: note)
                session = nil
            }
            sent(range.upperBound)
            parts.append(part)
            start = range.upperBound
        }
        // A registry hashes what comes whole.
        guard whole.finish() == blob.digest else { throw StoreError.blobDamaged(blob.digest) }
        try await put(parts, of: blob)
    }

    /// The sizes of the parts in which a blob is sent; nil if it is sent whole. What is there in parts stays in these, of which some may be
    /// lost.
    private func division(of blob: PinManifest.Content) async throws -> [Int]? {
        guard Self.mayHaveParts(blob.size) else { return nil }
        if let parts = try await parts(of: blob.digest), parts.total(\.size) == blob.size,
            parts.allSatisfy({ $0.size <= limit ?? .max })
        {
            return parts.map(\.size)
        }
        guard let limit, blob.size > limit else { return nil }
        let size = min(limit, Self.largestPart)
        guard blob.size / size < PinManifest.mostLayers else {
            throw RemoteError.tooLarge(name, what: Self.what(blob.digest), limit: size * PinManifest.mostLayers)
        }
        return stride(from: 0, to: blob.size, by: size).map { min(size, blob.size - $0) }
    }

    /// Has those of these blobs that are in parts be found by their hashes, as they are not where only a snapshot's manifest was copied.
    func tagParts(of blobs: [PinManifest.Content]) async throws {
        for blob in blobs where Self.mayHaveParts(blob.size) {
            guard case .parts(let parts)? = known[blob.digest] else { continue }
            let there = try await base.manifest(.tag(RemoteTag.parts(blob.digest)))
            guard there.flatMap({ PartedManifest($0.bytes)?.parts[blob.digest] }) != parts else { continue }
            try await put(parts, of: blob)
        }
    }

    private func put(_ parts: [PinManifest.Content], of blob: PinManifest.Content) async throws {
        try await put(PartedManifest(parts: [blob.digest: parts]), tag: RemoteTag.parts(blob.digest))
        known[blob.digest] = .parts(parts)
    }

    /// ``RemoteRepository/mount(_:from:)``; of a blob in parts, all of them.
    func mount(_ blob: PinManifest.Content, from repository: String) async throws -> Bool {
        if try await base.mount(blob.digest, from: repository) { return true }
        guard Self.mayHaveParts(blob.size), let other = try base.sibling(repository) else { return false }
        // Who cannot read there sends the bytes.
        let parts: [PinManifest.Content]?
        do { parts = try await PartedRepository(other).parts(of: blob.digest) } catch is RemoteError { return false }
        guard let parts, parts.total(\.size) == blob.size else { return false }
        for part in parts where try await base.size(of: part.digest) != part.size {
            guard try await base.mount(part.digest, from: repository) else { return false }
        }
        try await put(parts, of: blob)
        return true
    }

    /// ``RemoteRepository/put(_:tag:)`` for the manifest of a snapshot.
    func put(_ manifest: RemoteManifest, tag: String?) async throws {
        let contents = PinManifest(manifest.bytes)?.contents ?? []
        var parts: [Digest: [PinManifest.Content]] = [:]
        for content in contents where Self.mayHaveParts(content.size) {
            if case .parts(let found)? = try await holding(of: content) { parts[content.digest] = found }
        }
        guard !parts.isEmpty else { return try await base.put(manifest, tag: tag) }
        try await bring(manifest.bytes)
        try await put(
            PartedManifest(
                parts: parts, snapshot: .init(manifest.digest, size: manifest.bytes.count),
                others: contents.filter { parts[$0.digest] == nil }), tag: tag)
    }

    private func put(_ manifest: PartedManifest, tag: String?) async throws {
        guard manifest.contents.count <= PinManifest.mostLayers else {
            throw RemoteError.tooMany(name, what: "\(PinManifest.mostLayers) parts and files in one snapshot")
        }
        try await bring(PartedManifest.config)
        try await base.put(RemoteManifest(mediaType: PinManifest.mediaType, bytes: manifest.bytes), tag: tag)
    }

    /// Has the registry have a few bytes.
    private func bring(_ bytes: [UInt8]) async throws {
        let digest = SHA256.digest(of: bytes)
        guard try await base.size(of: digest) != bytes.count else { return }
        try await base.upload(
            digest, size: bytes.count, session: nil, bytes: { ByteBuffer(bytes: bytes[$0]) }, note: { _ in })
    }
}
