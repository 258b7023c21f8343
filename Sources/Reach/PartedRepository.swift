import NIOCore
import Recipe
import Remote
import Store
import Synchronization

/// A remote's repository, which may take no large blobs: one above its limit is there in parts, each a blob of its own, and is read as if it
/// were whole.
///
/// Of what parts a blob consists is told by a ``PartedManifest`` under ``RemoteTag/parts(_:)``, which also keeps them from the registry's
/// garbage collection. What a blob is believed to be is decided by who reads it, as everywhere: nothing here checks a byte.
struct PartedRepository: Sendable {
    /// The sizes that a limit can have. Bytes.
    static let limits = PartedManifest.smallestPart...Int.max
    /// Whether it is asked for the parts of a blob of this size, which nil says is not known. Each such request is one for a manifest, of which
    /// some registries allow few.
    static func mayHaveParts(_ size: Int?) -> Bool { size.map { $0 > limits.lowerBound } ?? true }

    let base: any RemoteRepository
    /// The largest blob that is sent, in bytes; nil: whatever the registry takes.
    let limit: Int?
    let known = Known()

    /// How the remote has a blob.
    enum Holding: Sendable {
        /// The size that it says.
        case whole(Int)
        case parts([PinManifest.Content])
    }

    init(_ base: any RemoteRepository, limit: Int? = nil) { (self.base, self.limit) = (base, limit) }

    var name: String { base.name }
    var isReadOnly: Bool { base.isReadOnly }
    func tags() async throws -> [String] { try await base.tags() }

    static func what(_ blob: Digest) -> String { "the blob sha256:\(blob.hex)" }

    /// ``RemoteRepository/manifest(_:)``; of a snapshot with blobs in parts it is the manifest that names them whole.
    func manifest(_ reference: ManifestReference) async throws -> RemoteManifest? {
        guard let found = try await base.manifest(reference) else {
            // One that names a blob in parts is a blob itself.
            guard case .digest(let digest) = reference, let size = try await base.size(of: digest),
                size <= OCIRegistry.largestManifest, let inner = try await manifest(inBlob: .init(digest, size: size))
            else { return nil }
            return PinManifest.isMeant(by: inner.bytes) ? inner : nil
        }
        guard let parted = PartedManifest(found.bytes) else { return found }
        known.hear(parted.parts)
        guard let inner = parted.snapshot else { return found }
        // A tag whose snapshot's manifest is lost is taken all the same.
        return try await manifest(inBlob: inner) ?? found
    }

    private func manifest(inBlob blob: PinManifest.Content) async throws -> RemoteManifest? {
        let what = "the manifest sha256:\(blob.digest.hex)"
        guard blob.size <= OCIRegistry.largestManifest else {
            throw RemoteError.tooLong(name, what: what, limit: OCIRegistry.largestManifest)
        }
        let came = RunningHash(keeps: true)
        do {
            try await base.read(blob.digest, size: blob.size, 0..<blob.size) { came.take($0) }
        } catch RemoteError.notFound { return nil }
        let manifest = RemoteManifest(mediaType: PinManifest.mediaType, bytes: came.bytes)
        guard manifest.digest == blob.digest else {
            throw RemoteError.wrongBytes(name, what: what, why: "their SHA-256 is \(manifest.digest.hex)")
        }
        return manifest
    }

    // MARK: Reading

    /// ``RemoteRepository/size(of:)``; of a blob in parts that of all of them, and nil if one is absent or has another size. `expected` is the size that it should
    /// have, if that is known.
    func size(of blob: Digest, expected: Int?) async throws -> Int? {
        let found = try await find(blob, expected)
        known[blob] = found
        switch found {
        case nil: return nil
        case .whole(let size): return size
        case .parts(let parts):
            return try await withThrowingTaskGroup(of: Bool.self) { group in
                for part in parts { group.addTask { try await base.size(of: part.digest) == part.size } }
                for try await isThere in group where !isThere {
                    group.cancelAll()
                    return nil
                }
                return parts.total(\.size)
            }
        }
    }

    /// How the remote has a blob, asked for now.
    private func find(_ blob: Digest, _ expected: Int?) async throws -> Holding? {
        let whole = try await base.size(of: blob)
        if let whole, expected == nil || whole == expected { return .whole(whole) }
        if Self.mayHaveParts(expected), let parts = try await parts(of: blob) { return .parts(parts) }
        return whole.map { .whole($0) }
    }

    /// How the remote has a blob, as it was found last.
    func holding(of blob: PinManifest.Content) async throws -> Holding? {
        if let found = known[blob.digest] { return found }
        let found = try await find(blob.digest, blob.size)
        known[blob.digest] = found
        return found
    }

    /// The parts of a blob; nil if nobody brought it in parts.
    func parts(of blob: Digest) async throws -> [PinManifest.Content]? {
        let found = try await base.manifest(.tag(RemoteTag.parts(blob)))
        return found.flatMap { PartedManifest($0.bytes)?.parts[blob] } ?? known.heard(of: blob)
    }

    /// Whether a blob was found in parts last.
    func isInParts(_ blob: Digest) -> Bool { if case .parts? = known[blob] { true } else { false } }

    /// Whether a snapshot's manifest told which the parts of a blob are.
    func hasHeard(of blob: Digest) -> Bool { known.heard(of: blob) != nil }

    /// ``RemoteRepository/read(_:size:_:take:)``
    func read(
        _ blob: Digest, size: Int, _ range: Range<Int>, take: @escaping @Sendable (ByteBuffer) async throws -> Void
    ) async throws {
        var parts: [PinManifest.Content] = []
        if Self.mayHaveParts(size), case .parts(let found)? = try await holding(of: .init(blob, size: size)) {
            parts = found
        }
        // Somebody may have brought it again, whole or in other parts.
        do { try await read(blob, size: size, parts, range, take: take) } catch RemoteError.notFound {
            known[blob] = nil
            throw RemoteError.notFound(name, what: (parts.isEmpty ? "" : "a part of ") + Self.what(blob))
        }
    }

    /// `parts` is empty where it is there whole.
    private func read(
        _ blob: Digest, size: Int, _ parts: [PinManifest.Content], _ range: Range<Int>,
        take: @escaping @Sendable (ByteBuffer) async throws -> Void
    ) async throws {
        if parts.isEmpty { return try await base.read(blob, size: size, range, take: take) }
        guard parts.total(\.size) == size else {
            throw RemoteError.wrongBytes(name, what: Self.what(blob), why: "it has parts of other sizes there")
        }
        var start = 0
        for part in parts {
            let wanted = range.clamped(to: start..<start + part.size)
            if !wanted.isEmpty {
                try await base.read(
                    part.digest, size: part.size, wanted.lowerBound - start..<wanted.upperBound - start, take: take)
            }
            start += part.size
        }
    }

    /// Whether the manifest under one of these tags names what is read of a blob, so that the registry keeps it. The manifest that says of
    /// what parts a blob consists is one of them. Nil if the blob is not there.
    func keeps(_ blob: PinManifest.Content, under tags: some Collection<String>) async throws -> Bool? {
        let needed: Set<Digest>
        var tags = Array(tags)
        switch try await holding(of: blob) {
        case nil: return nil
        case .whole: needed = [blob.digest]
        case .parts(let parts):
            needed = Set(parts.map(\.digest))
            tags.insert(RemoteTag.parts(blob.digest), at: 0)
        }
        for tag in tags {
            guard let found = try await base.manifest(.tag(tag)) else { continue }
            let named = PartedManifest(found.bytes)?.contents ?? PinManifest(found.bytes)?.contents ?? []
            if needed.isSubset(of: named.map(\.digest)) { return true }
        }
        return false
    }

    /// What was found out on this connection.
    final class Known: Sendable {
        private let state = Mutex<(holdings: [Digest: Holding], heard: [Digest: [PinManifest.Content]])>(([:], [:]))

        subscript(blob: Digest) -> Holding? {
            get { state.withLock { $0.holdings[blob] } }
            set { state.withLock { $0.holdings[blob] = newValue } }
        }

        /// The parts of a blob as a snapshot's manifest told them. They help where their own tag was lost.
        func heard(of blob: Digest) -> [PinManifest.Content]? { state.withLock { $0.heard[blob] } }
        func hear(_ parts: [Digest: [PinManifest.Content]]) {
            state.withLock { state in
                if state.heard.values.total(\.count) > PinManifest.mostLayers { state.heard = [:] }
                state.heard.merge(parts) { $1 }
            }
        }
    }
}
