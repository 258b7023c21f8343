/// A pinned snapshot as an OCI manifest in the CNCF ModelPack format: tools of that world can carry it elsewhere, and a lost catalogue is
/// made again from it.
package struct PinManifest {
    package static let artifactType = "application/vnd.cncf.model.manifest.v1+json"
    /// The type of the manifest itself, as OCI's image specification names it.
    package static let mediaType = "application/vnd.oci.image.manifest.v1+json"
    private static let configType = "application/vnd.cncf.model.config.v1+json"
    private static let filePath = "org.cncf.model.filepath"
    static let snapshotKey = "reprofs.snapshot"
    private static let created = "org.opencontainers.image.created"
    private static let title = "org.opencontainers.image.title"
    private static let pieces = "reprofs.pieces"
    private static let pixels = "reprofs.pixels"
    /// Where the lists of pieces are: beside the files of the snapshot, in a directory that no snapshot has.
    private static let lists = ".reprofs/pieces/"
    /// A file of weights that is larger has its list in the manifest. Bytes.
    package static let listedSize = 4 << 20
    /// The most layers that are read of a manifest. A pin of ReproFS has some hundreds.
    package static let mostLayers = 10_000

    /// Bytes that a manifest names.
    package struct Content: Hashable, Sendable {
        /// Their SHA-256.
        package let digest: Digest
        /// Bytes.
        package let size: Int

        package init(_ digest: Digest, size: Int) {
            self.digest = digest
            self.size = size
        }
    }

    /// A file of the snapshot's directory, or the list of the pieces of one.
    package struct Layer: Equatable, Sendable {
        /// The path as in `by-snapshot/<id>`: `models/checkpoints/base.safetensors`, `snapshot.json`.
        package let path: String
        /// The SHA-256 of the file.
        package let digest: Digest
        /// Bytes.
        package let size: Int
        /// The SHA-256 of the list of its pieces, which is a layer of its own; nil if it has none.
        package let pieces: Digest?

        package init(path: String, digest: Digest, size: Int, pieces: Digest? = nil) {
            self.path = path
            self.digest = digest
            self.size = size
            self.pieces = pieces
        }

        /// The list of a file's pieces, as a layer.
        package init(_ list: PieceList) {
            let bytes = list.bytes
            self.init(
                path: PinManifest.lists + list.digest.hex, digest: SHA256.digest(of: bytes),
                size: bytes.count)
        }

        /// Whether it is a file of weights, which may be large; everything else is read as a document.
        package var isWeight: Bool { path.slashed.first == "models" }
        /// Whether it is the list of a file's pieces.
        package var isList: Bool { path.slashed.first == ".reprofs" }

        var mediaType: String {
            guard !isList else { return "application/vnd.reprofs.pieces.v1" }
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
    /// The SHA-256 of the image's decoded pixels, by which it is told whether it was made again; nil where it is not known.
    package let pixels: Digest?
    /// Sorted by path, so that the same snapshot gives the same manifest.
    package let layers: [Layer]
    /// The description of a model that ModelPack requires.
    package let config: Content
    /// How many layers were left out, because their paths are none in a snapshot's directory.
    package let leftOut: Int

    package init(snapshot: Digest, title: String, created: Timestamp, pixels: Digest? = nil, layers: [Layer]) {
        self.snapshot = snapshot
        self.title = title
        self.created = created
        self.pixels = pixels
        self.layers = layers.sorted { $0.path < $1.path }
        leftOut = 0
        let config = Self.config(title, created, self.layers)
        self.config = Content(SHA256.digest(of: config), size: config.count)
    }

    /// The bytes that it names, each once.
    package var contents: [Content] {
        var seen: Set<Digest> = []
        return ([config] + layers.map { Content($0.digest, size: $0.size) }).filter { seen.insert($0.digest).inserted }
    }

    /// The bytes of ``config`` of a manifest that was not read from somewhere.
    package var configBytes: [UInt8] { Self.config(title, created, layers) }

    private static func config(_ title: String, _ created: Timestamp, _ layers: [Layer]) -> [UInt8] {
        let config: JSON = [
            "descriptor": ["title": .string(title), "createdAt": .string(created.description)],
            "config": [:],
            "modelfs": ["type": "layers", "diffIds": .array(layers.map { .string("sha256:\($0.digest.hex)") })],
        ]
        return Array(config.canonical().utf8)
    }

    /// The bytes of the manifest; canonical, since other tools identify the pin by their SHA-256.
    package var bytes: [UInt8] {
        var notes: [(key: String, value: JSON)] = [
            (Self.snapshotKey, .string(snapshot.hex)), (Self.title, .string(title)),
            (Self.created, .string(created.description)),
        ]
        if let pixels { notes.append((Self.pixels, .string(pixels.hex))) }
        let manifest: JSON = [
            "schemaVersion": 2, "mediaType": .string(Self.mediaType), "artifactType": .string(Self.artifactType),
            "config": Self.descriptor(Self.configType, config.digest, config.size),
            "layers": .array(
                layers.map { layer in
                    var notes: [(key: String, value: JSON)] = [(Self.filePath, .string(layer.path))]
                    if let pieces = layer.pieces { notes.append((Self.pieces, .string("sha256:\(pieces.hex)"))) }
                    return Self.descriptor(
                        layer.mediaType, layer.digest, layer.size, [("annotations", .object(JSON.Object(notes)))])
                }),
            "annotations": .object(JSON.Object(notes)),
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

    /// Whether a manifest says that it is one of a pinned snapshot, whether or not it can be read as one.
    package static func isMeant(by bytes: [UInt8]) -> Bool {
        guard let json = try? JSONParser.parse(bytes) else { return false }
        return json["artifactType"]?.string == artifactType && json["annotations"]?[snapshotKey] != nil
    }

    /// Reads what ``bytes`` returned; nil for any other manifest, and for one with more than ``mostLayers``. Layers without a path in the
    /// snapshot's directory are left out.
    package init?(_ bytes: [UInt8]) {
        guard let json = try? JSONParser.parse(bytes), json["artifactType"]?.string == Self.artifactType,
            let notes = json["annotations"],
            let snapshot = notes[Self.snapshotKey]?.string.flatMap({ Digest(hex: $0) }),
            let created = notes[Self.created]?.string.flatMap({ Timestamp($0) })
        else { return nil }
        let listed = json["layers"]?.array ?? []
        guard listed.count <= Self.mostLayers, let config = json["config"].flatMap(Self.content) else { return nil }
        self.layers = listed.compactMap { layer in
            let notes = layer["annotations"]
            guard let path = notes?[Self.filePath]?.string, ViewPath(parsing: path)?.name != nil,
                let content = Self.content(layer)
            else { return nil }
            return Layer(
                path: path, digest: content.digest, size: content.size,
                pieces: notes?[Self.pieces].flatMap { $0.string.flatMap(Self.digest(named:)) })
        }.sorted { $0.path < $1.path }
        leftOut = listed.count - layers.count
        self.snapshot = snapshot
        self.created = created
        self.config = config
        pixels = notes[Self.pixels]?.string.flatMap { Digest(hex: $0) }
        title = notes[Self.title]?.string ?? "image"
    }

    /// The bytes that a descriptor names.
    static func content(_ descriptor: JSON) -> Content? {
        guard let digest = digest(descriptor), let size = descriptor["size"]?.size else { return nil }
        return Content(digest, size: size)
    }

    /// The digest that a descriptor names.
    static func digest(_ descriptor: JSON) -> Digest? {
        descriptor["digest"]?.string.flatMap(digest(named:))
    }

    static func digest(named text: String) -> Digest? {
        text.hasPrefix("sha256:") ? Digest(hex: text.dropFirst(7)) : nil
    }
}
