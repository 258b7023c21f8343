/// A pinned snapshot as an OCI manifest in the CNCF ModelPack format: tools of that world can carry it elsewhere, and a lost catalogue is
/// made again from it.
package struct PinManifest {
    package static let artifactType = "application/vnd.cncf.model.manifest.v1+json"
    /// The type of the manifest itself, as OCI's image specification names it.
    package static let mediaType = "application/vnd.oci.image.manifest.v1+json"
    private static let configType = "application/vnd.cncf.model.config.v1+json"
    private static let filePath = "org.cncf.model.filepath"
    private static let snapshotKey = "reprofs.snapshot"
    private static let created = "org.opencontainers.image.created"
    private static let title = "org.opencontainers.image.title"

    /// A file of the snapshot's directory.
    package struct Layer: Equatable, Sendable {
        /// The path as in `by-snapshot/<id>`: `models/checkpoints/base.safetensors`, `snapshot.json`.
        package let path: String
        /// The SHA-256 of the file.
        package let digest: Digest
        /// Bytes.
        package let size: Int

        package init(path: String, digest: Digest, size: Int) {
            self.path = path
            self.digest = digest
            self.size = size
        }

        var mediaType: String {
            let kind =
                switch path.slashed.first {
                case "models": "weight"
                case "input": "dataset"
                case "custom_nodes": "code"
                default: "doc"
                }
            return "application/vnd.cncf.model.\(kind).v1.raw"
        }
    }

    /// The id of the snapshot.
    package let snapshot: Digest
    /// The name of the image.
    package let title: String
    /// When the snapshot was made.
    package let created: Timestamp
    /// Sorted by path, so that the same snapshot gives the same manifest.
    package let layers: [Layer]

    package init(snapshot: Digest, title: String, created: Timestamp, layers: [Layer]) {
        self.snapshot = snapshot
        self.title = title
        self.created = created
        self.layers = layers.sorted { $0.path < $1.path }
    }

    /// The description of a model that ModelPack requires; it depends only on the layers.
    package var config: [UInt8] {
        let config: JSON = [
            "descriptor": ["title": .string(title), "createdAt": .string(created.description)],
            "config": [:],
            "modelfs": ["type": "layers", "diffIds": .array(layers.map { .string("sha256:\($0.digest.hex)") })],
        ]
        return Array(config.canonical().utf8)
    }

    /// The bytes of the manifest; canonical, since other tools identify the pin by their SHA-256.
    package var bytes: [UInt8] {
        let config = config
        let manifest: JSON = [
            "schemaVersion": 2, "mediaType": .string(Self.mediaType), "artifactType": .string(Self.artifactType),
            "config": Self.descriptor(Self.configType, SHA256.digest(of: config), config.count),
            "layers": .array(
                layers.map {
                    Self.descriptor(
                        $0.mediaType, $0.digest, $0.size, [("annotations", [Self.filePath: .string($0.path)])])
                }),
            "annotations": [
                Self.snapshotKey: .string(snapshot.hex), Self.title: .string(title),
                Self.created: .string(created.description),
            ],
        ]
        return Array(manifest.canonical().utf8)
    }

    static func descriptor(
        _ type: String, _ digest: Digest, _ size: Int, _ others: [(key: String, value: JSON)] = []
    ) -> JSON {
        let members: [(key: String, value: JSON)] = [
            ("mediaType", .string(type)), ("digest", .string("sha256:\(digest.hex)")), ("size", .integer(size)),
        ]
        return .object(JSON.Object(members + others))
    }

    /// Reads what ``bytes`` returned; nil for any other manifest. Layers without a path in the snapshot's directory are left out.
    package init?(_ bytes: [UInt8]) {
        guard let json = try? JSONParser.parse(bytes), json["artifactType"]?.string == Self.artifactType,
            let notes = json["annotations"],
            let snapshot = notes[Self.snapshotKey]?.string.flatMap({ Digest(hex: $0) }),
            let created = notes[Self.created]?.string.flatMap({ Timestamp($0) })
        else { return nil }
        let layers = (json["layers"]?.array ?? []).compactMap { layer -> Layer? in
            guard let path = layer["annotations"]?[Self.filePath]?.string, ViewPath(parsing: path)?.name != nil,
                let size = layer["size"]?.size, let digest = Self.digest(layer)
            else { return nil }
            return Layer(path: path, digest: digest, size: size)
        }
        self.init(snapshot: snapshot, title: notes[Self.title]?.string ?? "image", created: created, layers: layers)
    }

    /// The digest that a descriptor names.
    static func digest(_ descriptor: JSON) -> Digest? {
        descriptor["digest"]?.string.flatMap { $0.hasPrefix("sha256:") ? Digest(hex: String($0.dropFirst(7))) : nil }
    }
}
