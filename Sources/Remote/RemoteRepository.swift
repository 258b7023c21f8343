package import NIOCore
package import Recipe

/// Where a team's manifests and blobs are: a repository of an OCI registry, or an OCI layout behind a web server.
package protocol RemoteRepository: Sendable {
    /// What people call it: `oci://host/team/repo`.
    var name: String { get }

    /// Whether nothing can be brought there.
    var isReadOnly: Bool { get }

    /// Asks for little, to learn whether it answers, is what its address says, and lets this login in.
    func greet() async throws

    /// The manifest under a tag or a digest, exactly as the registry has it; nil if there is none. Its bytes have been hashed: under a
    /// digest, other bytes are an error.
    func manifest(_ reference: ManifestReference) async throws -> RemoteManifest?

    /// Stores a manifest; under a tag as well if there is one. Throws ``RemoteError/blobUnknown(_:)`` if the registry lacks blobs that
    /// it names.
    func put(_ manifest: RemoteManifest, tag: String?) async throws

    /// All tags, in no order.
    func tags() async throws -> [String]

    /// What the registry says is the blob's size, in bytes; nil if it is absent. A registry's word proves nothing about the bytes.
    func size(of blob: Digest) async throws -> Int?

    /// Streams bytes `range` of a blob, in order, to `take`; chunks are as they come. The caller checks them. Resumes at the byte
    /// reached after passing trouble.
    ///
    /// A registry that ignores ranges sends everything: `take` gets only what was asked for. Never asks past `size`.
    func read(
        _ blob: Digest, size: Int, _ range: Range<Int>, take: @escaping @Sendable (ByteBuffer) async throws -> Void
    ) async throws

    /// Has the registry take a blob over from another of its repositories; false if it does not.
    func mount(_ blob: Digest, from repository: String) async throws -> Bool

    /// Uploads a blob. `bytes` gives any range (it may be asked twice for one); `session` is what a call before this one, perhaps of a
    /// killed process, got through `note`. Ends when the registry confirmed the digest.
    func upload(
        _ blob: Digest, size: Int, session: UploadSession?,
        bytes: @escaping @Sendable (Range<Int>) async throws -> ByteBuffer,
        note: @escaping @Sendable (UploadSession) async throws -> Void
    ) async throws
}

extension RemoteRepository {
    package var isReadOnly: Bool { false }
}

/// What a manifest is asked for by.
package enum ManifestReference: Sendable, Hashable {
    case tag(String)
    case digest(Digest)
}

/// A manifest with the name that its bytes give it.
package struct RemoteManifest: Sendable, Equatable {
    /// Of `bytes`.
    package let digest: Digest
    /// As the registry has it, without parameters: `application/vnd.oci.image.manifest.v1+json`.
    package let mediaType: String
    /// Exactly as they are stored.
    package let bytes: [UInt8]

    /// Hashes the bytes.
    package init(mediaType: String, bytes: [UInt8]) {
        digest = SHA256.digest(of: bytes)
        self.mediaType = mediaType
        self.bytes = bytes
    }
}

/// Where an upload has come to, so that another process can go on with it.
package struct UploadSession: Sendable, Equatable, Codable {
    /// The address that the registry gave for the rest. It may hold a token of the registry's: it is shown to nobody.
    package let location: String
    /// Bytes that the registry confirmed.
    package let offset: Int

    package init(location: String, offset: Int) {
        self.location = location
        self.offset = offset
    }
}
