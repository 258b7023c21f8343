import AsyncHTTPClient
package import NIOCore
import NIOHTTP1
package import Recipe

/// A repository of an OCI registry over HTTP. Source: the OCI distribution specification 1.1, and what registries do of it.
package struct OCIRegistry: RemoteRepository {
    /// The largest manifest that is taken or sent, as registries have it. Bytes.
    package static let largestManifest = 4 << 20

    package let address: RemoteAddress
    let wire: Wire
    let options: RemoteOptions
    let blobs: HTTPBlobs
    private let credentials: Credentials

    /// A registry on this machine is asked without TLS unless `options` name an authority. Throws for an authority's file that cannot
    /// be used; asks nobody yet.
    package init(
        _ address: RemoteAddress, options: RemoteOptions = RemoteOptions(), credentials: Credentials = Credentials()
    ) throws {
        let isPlain = options.plainHTTP || address.isLoopback && options.ca == nil
        guard let target = address.target(scheme: isPlain ? "http" : "https") else {
            throw RemoteError.noAddress(address.description, why: "its host is not a name or an address")
        }
        self.address = address
        self.options = options
        self.credentials = credentials
        wire = try Wire(
            name: address.description, registry: target, options: options, credentials: credentials, address)
        blobs = HTTPBlobs(
            wire: wire, path: "/v2/\(address.path)/blobs/sha256:", scopes: ["repository:\(address.path):pull"])
    }

    package var name: String { address.description }

    package func manifest(_ reference: ManifestReference) async throws -> RemoteManifest? {
        try reference.check()
        let what = "the manifest \(reference.text)"
        var ask = try ask("manifests/\(reference.text)", what)
        ask.headers = Self.manifestTypes.map { ("Accept", $0) }
        return try await wire.patiently {
            let answer = try await wire.ask(ask, expecting: [200, 404])
            guard answer.status == 200 else { return nil }
            let bytes = try await wire.document(answer, limit: Self.largestManifest, what: what)
            let type = answer.header("Content-Type").map { String($0.prefix { $0 != ";" }) } ?? ""
            let manifest = RemoteManifest(
                mediaType: type.hasPrefix("application/vnd.") ? type : Self.mediaType(of: bytes), bytes: bytes)
            // Bytes that rotted in the registry come with the digest that they had.
            let claimed = answer.header("Docker-Content-Digest").flatMap { Digest(oci: $0) }
            for wanted in [reference.digest, claimed] where wanted != nil && wanted != manifest.digest {
                throw RemoteError.wrongBytes(name, what: what, why: "their SHA-256 is \(manifest.digest.hex)")
            }
            return manifest
        }
    }

    package func put(_ manifest: RemoteManifest, tag: String?) async throws {
        let reference = tag.map { ManifestReference.tag($0) } ?? .digest(manifest.digest)
        try reference.check()
        let what = "the manifest \(reference.text)"
        guard manifest.bytes.count <= Self.largestManifest else {
            throw RemoteError.tooLarge(name, what: what, limit: Self.largestManifest)
        }
        var ask = try ask("manifests/\(reference.text)", what, .PUT)
        ask.headers = [("Content-Type", manifest.mediaType)]
        ask.body = .bytes(ByteBuffer(bytes: manifest.bytes))
        try await wire.patiently {
            let answer = try await wire.send(ask)
            guard [200, 201].contains(answer.status) else {
                if [400, 404].contains(answer.status), let missing = await missingBlobs(answer) {
                    throw RemoteError.blobUnknown(missing)
                }
                throw await wire.failure(answer, what)
            }
            if let stored = answer.header("Docker-Content-Digest").flatMap({ Digest(oci: $0) }),
                stored != manifest.digest
            {
                throw RemoteError.wrongBytes(name, what: what, why: "it stored \(stored.hex)")
            }
        }
    }

    package func tags() async throws -> [String] {
        var found: Set<String> = []
        var next: Wire.Ask? = try ask("tags/list?n=1000", "its tags")
        var pages = 0
        while let page = next {
            pages += 1
            guard pages <= options.mostPages else {
                throw RemoteError.tooMany(name, what: "\(options.mostPages) pages of tags")
            }
            let answer = try await tags(on: page)
            let before = found.count
            found.formUnion(answer.tags)
            guard found.count <= options.mostTags else {
                throw RemoteError.tooMany(name, what: "\(options.mostTags) tags")
            }
            next = nil
            // `</v2/a/tags/list?last=x&n=1000>; rel="next"`; a page without news is the last one.
            guard found.count > before, let link = answer.link, link.contains("next"),
                let start = link.firstIndex(of: "<"),
                let end = link.firstIndex(of: ">"), start < end,
                let target = page.target.resolving(String(link[link.index(after: start)..<end])),
                target.hasOrigin(of: wire.registry)
            else { continue }
            next = page
            next?.target = target
        }
        return Array(found)
    }

    /// Asks for one tag, to learn whether the registry answers and lets this login in. A repository that is not there yet has none.
    package func greet() async throws { _ = try await tags(on: ask("tags/list?n=1", "its tags")) }

    private func tags(on page: Wire.Ask) async throws -> (tags: [String], link: String?) {
        try await wire.patiently {
            let answer = try await wire.ask(page, expecting: [200, 404])
            guard answer.status == 200 else { return ([], nil) }
            let bytes = try await wire.document(answer, limit: 8 << 20, what: page.what)
            return (
                (try? JSONParser.parse(bytes))?["tags"]?.array?.compactMap(\.string).filter(ManifestReference.isTag)
                    ?? [], answer.header("Link")
            )
        }
    }

    package func size(of blob: Digest) async throws -> Int? { try await blobs.size(of: blob) }

    package func read(
        _ blob: Digest, size: Int, _ range: Range<Int>, take: @escaping @Sendable (ByteBuffer) async throws -> Void
    ) async throws { try await blobs.read(blob, size: size, range, take: take) }

    package func mount(_ blob: Digest, from repository: String) async throws -> Bool {
        guard RemoteAddress.isRepository(repository) else { return false }
        var ask = try ask("blobs/uploads/?mount=sha256:\(blob.hex)&from=\(repository)", HTTPBlobs.what(blob), .POST)
        // One token for both, or the registry may not read the other one.
        ask.scopes.append("repository:\(repository):pull")
        return try await wire.patiently {
            let answer = try await wire.ask(ask, expecting: [201, 202, 400, 401, 403, 404, 405])
            // Not taken over: an upload has begun instead, which nobody goes on with.
            if answer.status == 202 { try? await end(sessionAt: answer) }
            return answer.status == 201
        }
    }

    /// A request to the repository.
    func ask(_ path: String, _ what: String, _ method: HTTPMethod = .GET) throws -> Wire.Ask {
        guard let target = wire.registry.resolving("/v2/\(address.path)/\(path)") else {
            throw RemoteError.noAddress(name, why: "it does not lead to \(what)")
        }
        let rights = method == .GET || method == .HEAD ? "pull" : "pull,push"
        return Wire.Ask(method: method, target: target, what: what, scopes: ["repository:\(address.path):\(rights)"])
    }

    private static let manifestTypes = [
        "application/vnd.oci.image.manifest.v1+json", "application/vnd.oci.image.index.v1+json",
        "application/vnd.docker.distribution.manifest.v2+json",
        "application/vnd.docker.distribution.manifest.list.v2+json",
    ]

    /// What a manifest says itself that it is.
    static func mediaType(of bytes: [UInt8]) -> String {
        (try? JSONParser.parse(bytes))?["mediaType"]?.string ?? manifestTypes[0]
    }

    /// The blobs that a manifest lacks, if this is what the answer says.
    private func missingBlobs(_ answer: Wire.Answer) async -> [Digest]? {
        // One error for each blob, and a manifest may have thousands.
        let bytes = (try? await wire.document(answer, limit: Self.largestManifest, what: "")) ?? []
        let errors = (try? JSONParser.parse(bytes))?["errors"]?.array ?? []
        let unknown = errors.filter {
            ["MANIFEST_BLOB_UNKNOWN", "BLOB_UNKNOWN"].contains($0["code"]?.string ?? "")
        }
        guard !unknown.isEmpty else { return nil }
        return unknown.compactMap { error in
            let detail = error["detail"]
            return (detail?.string ?? detail?["digest"]?.string ?? detail?["Digest"]?.string).flatMap {
                Digest(oci: $0)
            }
        }
    }
}

extension ManifestReference {
    var text: String {
        switch self {
        case .tag(let tag): tag
        case .digest(let digest): "sha256:\(digest.hex)"
        }
    }

    /// A tag becomes a part of an address, and must not lead anywhere else. The grammar of the distribution specification.
    package static func isTag(_ text: String) -> Bool {
        (1...128).contains(text.utf8.count) && !text.hasPrefix(".") && !text.hasPrefix("-")
            && text.utf8.allSatisfy { $0.isASCIIAlphanumeric || "_.-".utf8.contains($0) }
    }

    func check() throws { if case .tag(let tag) = self, !Self.isTag(tag) { throw RemoteError.noTag(tag) } }

    var digest: Digest? { if case .digest(let digest) = self { digest } else { nil } }
}

extension Digest {
    /// `sha256:…`
    init?(oci text: String) {
        guard text.hasPrefix("sha256:") else { return nil }
        self.init(hex: text.dropFirst("sha256:".count))
    }
}
