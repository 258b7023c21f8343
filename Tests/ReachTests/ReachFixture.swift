import Foundation
import Reach
import Recipe
import Remote
import Store
import Support
import Testing

/// Two stores and the registry between them.
struct ReachFixture {
    static let model = "checkpoints/model.safetensors"
    /// A model that is larger than what has a list in a manifest, and does not end with a piece.
    static let bytes = bytes(seed: 1)
    static let digest = SHA256.digest(of: bytes)
    static var size: Int { bytes.count }

    static func bytes(seed: UInt64, size: Int = 5 << 20) -> [UInt8] {
        var random = SplitMix64(seed: seed)
        let header = Array(#"{"weight":{"dtype":"U8","shape":[\#(size)],"data_offsets":[0,\#(size)]}}"#.utf8)
        return withUnsafeBytes(of: UInt64(header.count).littleEndian) { Array($0) } + header
            + [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
                let words = UnsafeMutableRawBufferPointer(buffer).bindMemory(to: UInt64.self)
                for index in words.indices { words[index] = random.next() }
                count = size
            }
    }

    let here: StoreFixture
    let there: StoreFixture
    let registry = FakeRepository()
    let snapshot: SnapshotRow
    /// What the first store knows of the largest blob that the registry takes, in bytes; the second one knows of no limit.
    var maxBlob: Int?

    /// The first store has a snapshot with one large model.
    init(maxBlob: Int? = nil) throws {
        self.maxBlob = maxBlob
        registry.change { $0.largest = maxBlob ?? .max }
        here = try StoreFixture()
        there = try StoreFixture()
        try here.directory.write(Self.bytes, to: "models/" + Self.model)
        try here.addModels()
        snapshot = try here.row(try here.store.snapshot(try here.image(SmallImage.graph())).id)
        for store in [here.store, there.store] { try store.addRemote("team", url: registry.name, facts: "{}") }
    }

    func reaching(_ store: Store, neighbours: [String: String] = [:]) throws -> Reaching {
        let remote = try #require(try store.remote(named: "team"))
        return Reaching(
            store, remote, registry, connections: 4, maxBlob: store.path == here.store.path ? maxBlob : nil,
            neighbours: neighbours)
    }

    @discardableResult
    func push(as name: String? = "cover", replaces: Bool = false) async throws -> PushReport {
        if let name { _ = try here.store.pin(snapshot, as: name) }
        let pin = try name.flatMap { try here.store.pin(named: $0) }
        return try await reaching(here.store).push(snapshot, pin: pin, replaces: replaces)
    }

    @discardableResult
    func pull(_ text: String = "cover", as name: String? = "cover", isLazy: Bool = false) async throws -> PullReport {
        let reference = try #require(PullReference(text))
        return try await reaching(there.store).pull(reference, as: name, isLazy: isLazy)
    }

    /// The registry as what a mount reads from.
    func source(_ store: Store) -> LazyRemotes {
        let registry = registry
        return LazyRemotes(store) { Reaching($0, $1, registry, connections: 4) }
    }

    /// The model's path in a mount.
    var path: String { "by-snapshot/\(snapshot.short)/models/" + Self.model }

    var digest: Digest { Self.digest }

    /// The model as the registry gets it.
    var parts: [[UInt8]] {
        let size = maxBlob ?? Self.size
        return stride(from: 0, to: Self.size, by: size).map { Array(Self.bytes[$0..<min($0 + size, Self.size)]) }
    }

    /// A byte of the model is wrong whenever it is read at the registry; nil: none is.
    func rot(at offset: Int?) {
        let (size, parts) = (maxBlob ?? Self.size, parts)
        registry.change { state in
            state.rot = [:]
            if let offset { state.rot[SHA256.digest(of: parts[offset / size])] = (offset % size, .max) }
        }
    }
    var imageTag: String {
        get throws { RemoteTag.image(try #require(try here.store.image(of: snapshot))) }
    }

    func bytes(in fixture: StoreFixture) throws -> [UInt8] {
        try fixture.store.bytes(of: try #require(try fixture.store.blob(digest)))
    }

    func recipe(_ fixture: StoreFixture) throws -> [UInt8] {
        let row = try fixture.row(snapshot.digest)
        return try fixture.store.rendering(.json, of: row.id, named: row.imageName).bytes
    }

    /// A manifest that the registry has as one, or as a blob.
    func manifest(_ digest: Digest) throws -> PinManifest {
        try #require(registry.get { PinManifest($0.manifests[digest]?.bytes ?? $0.blobs[digest] ?? []) })
    }
}

extension PinManifest {
    /// The same without some layers, as another program would have written it.
    func without(_ isLeftOut: (Layer) -> Bool) -> PinManifest {
        PinManifest(
            snapshot: snapshot, title: title, created: created, pixels: pixels,
            layers: layers.filter { !isLeftOut($0) }.map { .init(path: $0.path, digest: $0.digest, size: $0.size) })
    }
}

extension FakeRepository.Contents {
    /// Stores a manifest without asking whether its blobs are there; but its description is.
    mutating func putAside(_ manifest: PinManifest, as tag: String) {
        blobs[manifest.config.digest] = manifest.configBytes
        putAside(manifest.bytes, as: tag)
    }

    mutating func putAside(_ bytes: [UInt8], as tag: String) {
        let manifest = RemoteManifest(mediaType: PinManifest.mediaType, bytes: bytes)
        manifests[manifest.digest] = manifest
        tags[tag] = manifest.digest
    }
}
