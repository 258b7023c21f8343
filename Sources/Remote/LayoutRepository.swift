package import NIOCore
package import Recipe
import Synchronization

/// An OCI image layout behind a web server, as a store's own directory is one. It is only read: `index.json` and what it names by hash, and
/// never a catalogue.
package struct LayoutRepository: RemoteRepository {
    /// The largest index that is taken. Bytes.
    package static let largestIndex = 64 << 20

    package let address: RemoteAddress
    private let wire: Wire
    private let blobs: HTTPBlobs
    /// The layout's path at its server.
    private let directory: String
    private let kept = KeptIndex()

    /// Throws for an authority's file that cannot be used, and for another machine's address without TLS unless `options` allow that; asks
    /// nobody yet.
    package init(
        _ address: RemoteAddress, options: RemoteOptions = RemoteOptions(), credentials: Credentials = Credentials()
    ) throws {
        let isPlain = address.kind == .plainLayout
        guard !isPlain || address.isLoopback || options.plainHTTP else {
            throw RemoteError.untrusted(
                address.description, why: "it would go to another machine without TLS, which --plain-http allows")
        }
        guard let target = address.target(scheme: isPlain ? "http" : "https") else {
            throw RemoteError.noAddress(address.description, why: "its host is not a name or an address")
        }
        self.address = address
        wire = try Wire(
            name: address.description, registry: target, options: options, credentials: credentials, address)
        directory = address.path.isEmpty ? "" : "/" + address.path
        blobs = HTTPBlobs(
            wire: wire, path: directory + "/blobs/sha256/", scopes: ["repository:\(address.path):pull"])
    }

    package var name: String { address.description }
    package var isReadOnly: Bool { true }

    package func greet() async throws { _ = try await index() }

    package func tags() async throws -> [String] { Array(try await index().tags.keys) }

    package func manifest(_ reference: ManifestReference) async throws -> RemoteManifest? {
        try reference.check()
        switch reference {
        case .digest(let digest): return try await manifest(digest)
        case .tag(let tag):
            guard let entry = try await index().tags[tag] else { return nil }
            guard let found = try await manifest(entry.manifest) else {
                throw RemoteError.notFound(
                    name, what: "the manifest sha256:\(entry.manifest.hex) that its index.json names")
            }
            // The index names a manifest for each snapshot, and may give one snapshot's name to another one's.
            if let said = entry.snapshot, let own = PinManifest(found.bytes)?.snapshot, own != said {
                throw RemoteError.wrongBytes(
                    name, what: "'\(tag)'", why: "its index.json gives it the manifest of another snapshot")
            }
            return found
        }
    }

    private func manifest(_ digest: Digest) async throws -> RemoteManifest? {
        var ask = try blobs.ask(digest)
        ask.what = "the manifest sha256:\(digest.hex)"
        let wanted = ask
        return try await wire.patiently {
            let answer = try await wire.ask(wanted, expecting: [200, 404])
            guard answer.status == 200 else { return nil }
            let bytes = try await wire.document(answer, limit: OCIRegistry.largestManifest, what: wanted.what)
            let manifest = RemoteManifest(mediaType: OCIRegistry.mediaType(of: bytes), bytes: bytes)
            guard manifest.digest == digest else {
                throw RemoteError.wrongBytes(name, what: wanted.what, why: "their SHA-256 is \(manifest.digest.hex)")
            }
            return manifest
        }
    }

    private func index() async throws -> LayoutIndex {
        if let index = kept.current { return index }
        guard let target = wire.registry.resolving(directory + "/index.json") else {
            throw RemoteError.noAddress(name, why: "it does not lead to an index.json")
        }
        let wanted = Wire.Ask(target: target, what: "index.json", scopes: blobs.scopes)
        let index = try await wire.patiently {
            let answer = try await wire.ask(wanted, expecting: [200, 404])
            guard answer.status == 200 else { throw RemoteError.noLayout(name, why: "it has no index.json") }
            let bytes = try await wire.document(answer, limit: Self.largestIndex, what: wanted.what)
            guard let index = LayoutIndex(bytes) else {
                throw RemoteError.noLayout(name, why: "its index.json is not the index of an OCI layout")
            }
            return index
        }
        kept.current = index
        return index
    }

    package func size(of blob: Digest) async throws -> Int? { try await blobs.size(of: blob) }

    package func read(
        _ blob: Digest, size: Int, _ range: Range<Int>, take: @escaping @Sendable (ByteBuffer) async throws -> Void
    ) async throws { try await blobs.read(blob, size: size, range, take: take) }

    package func put(_ manifest: RemoteManifest, tag: String?) async throws { throw RemoteError.readOnly(name) }

    package func mount(_ blob: Digest, from repository: String) async throws -> Bool { false }

    package func upload(
        _ blob: Digest, size: Int, session: UploadSession?,
        bytes: @escaping @Sendable (Range<Int>) async throws -> ByteBuffer,
        note: @escaping @Sendable (UploadSession) async throws -> Void
    ) async throws { throw RemoteError.readOnly(name) }
}

/// The index that was read last, while it is young: a pull of everything asks for one name after the other.
private final class KeptIndex: Sendable {
    private static let life = Duration.seconds(10)
    private let state = Mutex<(index: LayoutIndex, end: ContinuousClock.Instant)?>(nil)

    /// Nil if it is old, or none was read.
    var current: LayoutIndex? {
        get { state.withLock { state in state.flatMap { ContinuousClock.now < $0.end ? $0.index : nil } } }
        set { state.withLock { $0 = newValue.map { ($0, ContinuousClock.now + Self.life) } } }
    }
}

extension RemoteAddress {
    /// What is at the address. Asks nobody yet; throws as the initializers of ``OCIRegistry`` and ``LayoutRepository`` do.
    package func repository(
        _ options: RemoteOptions = RemoteOptions(), credentials: Credentials = Credentials()
    ) throws -> any RemoteRepository {
        switch kind {
        case .registry: try OCIRegistry(self, options: options, credentials: credentials)
        case .layout, .plainLayout: try LayoutRepository(self, options: options, credentials: credentials)
        }
    }
}
