import NIOCore
import Recipe
import Remote
import Synchronization

/// A registry in memory, with faults to be told. It counts what it is asked for.
final class FakeRepository: RemoteRepository {
    struct Contents {
        var blobs: [Digest: [UInt8]] = [:]
        var manifests: [Digest: RemoteManifest] = [:]
        var tags: [String: Digest] = [:]
        /// Other repositories of the registry.
        var siblings: [String: FakeRepository] = [:]
        /// Uploads that were begun: by location, what came of them.
        var sessions: [String: [UInt8]] = [:]

        /// Bytes are sent, but for so many first reads with one flipped: the offset of it, by blob.
        var rot: [Digest: (offset: Int, reads: Int)] = [:]
        /// So many bytes are sent in all before everything fails.
        var cut: Int?
        /// Reads of these fail.
        var unreadable: [Digest: RemoteError] = [:]
        /// Nothing answers.
        var isDown = false
        /// No more blobs are taken.
        var isFull = false
        /// No larger blob is taken. Bytes.
        var largest = Int.max
        /// Called before each manifest is stored.
        var beforePut: (@Sendable (inout Contents) -> Void)?

        /// What was asked.
        var uploaded: [Digest] = [], received = 0, read = 0, puts = 0, reads = 0
    }

    let name = "oci://registry.test/team/models"
    private let state: Mutex<Contents>
    init(_ contents: sending Contents = Contents()) { state = Mutex(contents) }

    func change(_ body: (inout Contents) -> Void) { state.withLock { body(&$0) } }
    func get<Value: Sendable>(_ body: (Contents) -> Value) -> Value { state.withLock { body($0) } }

    func greet() async throws {}

    func manifest(_ reference: ManifestReference) async throws -> RemoteManifest? {
        state.withLock { state in
            switch reference {
            case .tag(let tag): state.tags[tag].flatMap { state.manifests[$0] }
            case .digest(let digest): state.manifests[digest]
            }
        }
    }

    func put(_ manifest: RemoteManifest, tag: String?) async throws {
        try state.withLock { state in
            state.beforePut?(&state)
            let missing = Self.named(by: manifest).filter { state.blobs[$0] == nil }
            guard missing.isEmpty else { throw RemoteError.blobUnknown(missing) }
            state.manifests[manifest.digest] = manifest
            if let tag { state.tags[tag] = manifest.digest }
            state.puts += 1
        }
    }

    /// What a registry keeps for a manifest, whatever it is.
    private static func named(by manifest: RemoteManifest) -> [Digest] {
        let json = try? JSONParser.parse(manifest.bytes)
        return ([json?["config"]].compactMap { $0 } + (json?["layers"]?.array ?? [])).compactMap {
            $0["digest"]?.string.flatMap { Digest(hex: $0.dropFirst(7)) }
        }
    }

    /// Takes away what no manifest with a tag names, as a registry's garbage collection does.
    func collectGarbage() {
        change { state in
            let kept = Set(state.tags.values)
            state.manifests = state.manifests.filter { kept.contains($0.key) }
            let named = Set(state.manifests.values.flatMap(Self.named))
            state.blobs = state.blobs.filter { named.contains($0.key) }
        }
    }

    func tags() async throws -> [String] { state.withLock { Array($0.tags.keys) } }

    func size(of blob: Digest) async throws -> Int? {
        try state.withLock { state in
            if state.isDown { throw RemoteError.unreachable(name, why: "nobody is there") }
            return state.blobs[blob]?.count
        }
    }

    func read(
        _ blob: Digest, size: Int, _ range: Range<Int>, take: @escaping @Sendable (ByteBuffer) async throws -> Void
    ) async throws {
        var bytes = try state.withLock { state throws in
            state.reads += 1
            if state.isDown { throw RemoteError.unreachable(name, why: "nobody is there") }
            if let error = state.unreadable[blob] { throw error }
            guard let bytes = state.blobs[blob], bytes.count == size else {
                throw RemoteError.notFound(name, what: blob.hex)
            }
            var part = Array(bytes[range])
            if let (offset, reads) = state.rot[blob], range.contains(offset), reads > 0 {
                part[offset - range.lowerBound] ^= 1
                state.rot[blob] = (offset, reads - 1)
            }
            return part[...]
        }
        // Chunks of a length that is no border of anything.
        while !bytes.isEmpty {
            let chunk = bytes.prefix(100_003)
            bytes = bytes.dropFirst(chunk.count)
            try state.withLock { state in
                if let cut = state.cut, state.read + chunk.count > cut {
                    throw RemoteError.unreachable(name, why: "the connection was cut")
                }
                state.read += chunk.count
            }
            try await take(ByteBuffer(bytes: chunk))
        }
    }

    func mount(_ blob: Digest, from repository: String) async throws -> Bool {
        state.withLock { state in
            guard let bytes = state.siblings[repository]?.get({ $0.blobs[blob] }) else { return false }
            state.blobs[blob] = bytes
            return true
        }
    }

    /// The bytes of one chunk of an upload.
    static let chunk = 1 << 20

    func upload(
        _ blob: Digest, size: Int, session: UploadSession?,
        bytes: @escaping @Sendable (Range<Int>) async throws -> ByteBuffer,
        note: @escaping @Sendable (UploadSession) async throws -> Void
    ) async throws {
        guard size <= get(\.largest) else { throw RemoteError.tooLarge(name, what: blob.hex, limit: nil) }
        let location = session?.location ?? "/uploads/\(UInt64.random(in: 0 ... .max))"
        var offset = state.withLock { state in
            if state.sessions[location] == nil { state.sessions[location] = [] }
            return state.sessions[location]?.count ?? 0
        }
        while offset < size {
            let part = try await bytes(offset..<min(size, offset + Self.chunk))
            try state.withLock { state in
                guard !state.isFull else { throw RemoteError.full(name) }
                if let cut = state.cut, state.received + part.readableBytes > cut {
                    throw RemoteError.unreachable(name, why: "the connection was cut")
                }
                state.received += part.readableBytes
                part.withUnsafeReadableBytes { state.sessions[location]?.append(contentsOf: $0) }
            }
            offset += part.readableBytes
            try await note(UploadSession(location: location, offset: offset))
        }
        try state.withLock { state in
            let whole = state.sessions.removeValue(forKey: location) ?? []
            guard SHA256.digest(of: whole) == blob else {
                throw RemoteError.wrongBytes(name, what: blob.hex, why: "another digest")
            }
            state.blobs[blob] = whole
            state.uploaded.append(blob)
        }
    }
}
