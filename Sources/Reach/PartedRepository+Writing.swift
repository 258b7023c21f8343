import NIOCore
import Recipe
import Remote
import Store

extension PartedRepository {
    /// The largest part. If one has to be sent again, that is not the whole model. Bytes.
    private static let largestPart = 1 << 30
    /// Bytes that are hashed at once.
    private static let step = 1 << 20

    /// How many bytes of a blob went to the registry, and how many it took over from other repositories of its own. It had the others.
    struct Passage {
        var sent = 0, mounted = 0
        /// Whether it consists of other blobs there than before.
        var isNew = false
    }

    /// ``RemoteRepository/upload(_:size:session:bytes:note:)``; of parts, those that are not there, and that none of the `neighbours`, which
    /// are other repositories of the registry, has. `sent` gets how far it has come, in bytes from the blob's beginning; it may go back.
    /// Throws ``StoreError/blobDamaged(_:)`` before a name stands for other bytes.
    func upload(
        _ blob: PinManifest.Content, session: UploadSession?, neighbours: [String],
        bytes: @escaping @Sendable (Range<Int>) async throws -> ByteBuffer, sent: @escaping @Sendable (Int) -> Void,
        note: @escaping @Sendable (UploadSession) async throws -> Void
    ) async throws -> Passage {
        guard let sizes = try await division(of: blob) else {
            try await base.upload(
                blob.digest, size: blob.size, session: session,
                bytes: { range in
                    let read = try await bytes(range)
                    sent(range.upperBound)
                    return read
                }, note: note)
            known[blob.digest] = .whole(blob.size)
            return Passage(sent: blob.size, isNew: true)
        }
        var passage = Passage()
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
            let isThere = try await base.size(of: part.digest) == size
            let isMounted = isThere ? false : try await mount(part, from: neighbours)
            if isMounted { passage.mounted += size }
            if !isThere, !isMounted {
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
                passage.sent += size
            }
            sent(range.upperBound)
            parts.append(part)
            start = range.upperBound
        }
        // A registry hashes what comes whole.
        guard whole.finish() == blob.digest else { throw StoreError.blobDamaged(blob.digest) }
        passage.isNew = try await put(parts, of: blob)
        return passage
    }

    /// Has the registry take over what one of its other repositories has, whole; false if none has it.
    func mount(_ blob: PinManifest.Content, from repositories: [String]) async throws -> Bool {
        for repository in repositories {
            if try await base.mount(blob.digest, from: repository), try await base.size(of: blob.digest) == blob.size {
                known[blob.digest] = .whole(blob.size)
                return true
            }
        }
        return false
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
        guard blob.size / size < PinManifest.mostLayers - 1 else { throw tooManyParts(Self.what(blob.digest)) }
        return stride(from: 0, to: blob.size, by: size).map { min(size, blob.size - $0) }
    }

    private func tooManyParts(_ what: String) -> RemoteError {
        .tooManyParts(name, what: what, limit: PinManifest.mostLayers)
    }

    /// Makes blobs in parts findable by their hashes: where only a snapshot's manifest was copied they are not.
    func tagParts(of blobs: [PinManifest.Content]) async throws {
        for blob in blobs where Self.mayHaveParts(blob.size) {
            if case .parts(let parts)? = known[blob.digest] { try await put(parts, of: blob) }
        }
    }

    @discardableResult
    private func put(_ parts: [PinManifest.Content], of blob: PinManifest.Content) async throws -> Bool {
        let isNew = try await put(PartedManifest(parts: [blob.digest: parts]), tag: RemoteTag.parts(blob.digest))
        known[blob.digest] = .parts(parts)
        return isNew
    }

    /// ``RemoteRepository/put(_:tag:)`` for the manifest of a snapshot, unless the tag stands already for what it becomes there.
    func put(_ manifest: RemoteManifest, tag: String?) async throws {
        let contents = PinManifest(manifest.bytes)?.contents ?? []
        var parts: [Digest: [PinManifest.Content]] = [:]
        for content in contents where Self.mayHaveParts(content.size) {
            if case .parts(let found)? = try await holding(of: content) { parts[content.digest] = found }
        }
        if parts.isEmpty {
            try await replace(manifest, tag)
            return
        }
        try await bring(manifest.bytes)
        try await put(
            PartedManifest(
                parts: parts, snapshot: .init(manifest.digest, size: manifest.bytes.count),
                others: contents.filter { parts[$0.digest] == nil }), tag: tag)
    }

    @discardableResult
    private func put(_ manifest: PartedManifest, tag: String?) async throws -> Bool {
        guard manifest.contents.count <= PinManifest.mostLayers else { throw tooManyParts("a snapshot") }
        try await bring(PartedManifest.config)
        return try await replace(RemoteManifest(mediaType: PinManifest.mediaType, bytes: manifest.bytes), tag)
    }

    /// Puts a manifest, unless its tag stands for it already; returns whether it did.
    @discardableResult
    private func replace(_ manifest: RemoteManifest, _ tag: String?) async throws -> Bool {
        if let tag, try await base.manifest(.tag(tag))?.digest == manifest.digest { return false }
        try await base.put(manifest, tag: tag)
        return true
    }

    /// Brings a few bytes, unless they are there.
    private func bring(_ bytes: [UInt8]) async throws {
        let digest = SHA256.digest(of: bytes)
        guard try await base.size(of: digest) != bytes.count else { return }
        try await base.upload(
            digest, size: bytes.count, session: nil, bytes: { ByteBuffer(bytes: bytes[$0]) }, note: { _ in })
    }
}
