import Foundation
import NIOCore
import Recipe
import Remote
import Support
import Synchronization
import SystemPackage

extension OCIRegistry {
    /// The repository `team/models` of a registry on this machine, with short pauses.
    init(
        port: UInt16, path: String = "team/models", host: String = "127.0.0.1",
        credentials: Credentials = Credentials(files: []),
        _ change: (inout RemoteOptions) -> Void = { _ in }
    ) throws {
        var options = RemoteOptions()
        options.pace.firstPause = .milliseconds(1)
        options.pace.longestPause = .milliseconds(5)
        options.proxies = Proxies(environment: [:])
        change(&options)
        try self.init(RemoteAddress("oci://\(host):\(port)/\(path)"), options: options, credentials: credentials)
    }

    /// A range of a blob.
    func bytes(_ blob: Digest, size: Int, _ range: Range<Int>) async throws -> [UInt8] {
        let taken = Mutex<[UInt8]>([])
        try await read(blob, size: size, range) { part in taken.withLock { $0 += Array(part.readableBytesView) } }
        return taken.withLock { $0 }
    }

    /// Uploads bytes, from the beginning.
    func upload(_ bytes: [UInt8]) async throws {
        try await upload(
            SHA256.digest(of: bytes), size: bytes.count, session: nil, bytes: { ByteBuffer(bytes: bytes[$0]) },
            note: { _ in })
    }
}

extension Credentials {
    /// With this text as Docker's configuration.
    init(_ config: String, in directory: TemporaryDirectory, limit: Duration = .seconds(60)) throws {
        self.init(files: [try directory.write(Array(config.utf8), to: "docker/config.json")], limit: limit)
    }

    /// With the login that ``DockerRegistry`` takes.
    init(for port: UInt16, in directory: TemporaryDirectory) throws {
        let login = Data("\(DockerRegistry.user):\(DockerRegistry.password)".utf8).base64EncodedString()
        try self.init(#"{"auths": {"127.0.0.1:\#(port)": {"auth": "\#(login)"}}}"#, in: directory)
    }
}

/// Bytes that only their seed knows.
func noise(_ count: Int, seed: UInt64) -> [UInt8] {
    var random = SplitMix64(seed: seed)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count + 8)
    while bytes.count < count { withUnsafeBytes(of: random.next()) { bytes.append(contentsOf: $0) } }
    return Array(bytes.prefix(count))
}

/// A manifest of these blobs.
func manifest(_ blobs: [[UInt8]], title: String = "a") -> RemoteManifest {
    func descriptor(_ bytes: [UInt8]) -> JSON {
        [
            "mediaType": "application/octet-stream", "digest": .string("sha256:" + SHA256.digest(of: bytes).hex),
            "size": .integer(bytes.count),
        ]
    }
    let type = "application/vnd.oci.image.manifest.v1+json"
    let json: JSON = [
        "schemaVersion": 2, "mediaType": .string(type), "config": descriptor(blobs[0]),
        "layers": .array(blobs.dropFirst().map(descriptor)), "annotations": ["title": .string(title)],
    ]
    return RemoteManifest(mediaType: type, bytes: Array(json.compact().utf8))
}

extension HostileServer.Client {
    /// Waits until the other end hangs up.
    func waitForEnd() {
        var byte: UInt8 = 0
        _ = recv(descriptor, &byte, 1, 0)
    }
}
