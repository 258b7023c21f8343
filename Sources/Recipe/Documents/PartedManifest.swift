/// A manifest for blobs that are too large for their registry: each of their parts is a layer of its own.
///
/// A registry takes no manifest that names what it does not have. Therefore the manifest of a snapshot with such a blob is stored as a blob
/// itself; the snapshot's tags lead to this one, which names that blob, the parts, and all the rest.
package struct PartedManifest: Equatable {
    /// No part but a blob's last is smaller, so that nobody is made to ask for a large blob byte by byte. Bytes.
    package static let smallestPart = 1 << 20
    package static let artifactType = "application/vnd.reprofs.parted.v1"
    private static let partType = "application/vnd.reprofs.part.v1"
    private static let snapshotType = "application/vnd.reprofs.manifest.v1+json"
    private static let otherType = "application/octet-stream"
    private static let configType = "application/vnd.oci.empty.v1+json"
    private static let blobKey = "reprofs.part.of"
    /// What OCI has for a manifest that needs no config.
    package static let config = Array("{}".utf8)

    /// The parts of each blob, in their order in it: nothing is between two of them.
    package let parts: [Digest: [PinManifest.Content]]
    /// The manifest of the snapshot; nil where this is about one blob alone.
    package let snapshot: PinManifest.Content?
    /// What the manifest of the snapshot names beside the blobs that are in parts.
    package let others: [PinManifest.Content]

    package init(
        parts: [Digest: [PinManifest.Content]], snapshot: PinManifest.Content? = nil,
        others: [PinManifest.Content] = []
    ) {
        (self.parts, self.snapshot, self.others) = (parts, snapshot, others)
    }

    private static var configContent: PinManifest.Content { .init(SHA256.digest(of: config), size: config.count) }

    /// What the registry keeps for it.
    package var contents: [PinManifest.Content] {
        [Self.configContent] + [snapshot].compactMap { $0 } + parts.values.joined() + others
    }

    /// The bytes of the manifest; the same for equal ones.
    package var bytes: [UInt8] {
        var layers: [JSON] = []
        if let snapshot { layers.append(PinManifest.descriptor(Self.snapshotType, snapshot.digest, snapshot.size)) }
        for (blob, parts) in parts.sorted(by: { $0.key.hex < $1.key.hex }) {
            let notes: JSON = [Self.blobKey: .string("sha256:\(blob.hex)")]
            layers += parts.map {
                PinManifest.descriptor(Self.partType, $0.digest, $0.size, [("annotations", notes)])
            }
        }
        layers += others.map { PinManifest.descriptor(Self.otherType, $0.digest, $0.size) }
        let config = Self.configContent
        let manifest: JSON = [
            "schemaVersion": 2, "mediaType": .string(PinManifest.mediaType),
            "artifactType": .string(Self.artifactType),
            "config": PinManifest.descriptor(Self.configType, config.digest, config.size), "layers": .array(layers),
        ]
        return Array(manifest.canonical().utf8)
    }

    /// Reads what ``bytes`` returned; nil for any other manifest, for one with more than ``PinManifest/mostLayers``, and for one in which a part
    /// is too small, or parts have more bytes than can be counted.
    package init?(_ bytes: [UInt8]) {
        guard let json = try? JSONParser.parse(bytes), json["artifactType"]?.string == Self.artifactType,
            let layers = json["layers"]?.array, layers.count <= PinManifest.mostLayers
        else { return nil }
        var (parts, sizes): ([Digest: [PinManifest.Content]], [Digest: Int]) = ([:], [:])
        var snapshot: PinManifest.Content?
        var others: [PinManifest.Content] = []
        for layer in layers {
            guard let content = PinManifest.content(layer) else { return nil }
            switch layer["mediaType"]?.string {
            case Self.partType:
                guard let blob = layer["annotations"]?[Self.blobKey]?.string.flatMap(PinManifest.digest(named:)),
                    content.size > 0, parts[blob]?.last.map({ $0.size >= Self.smallestPart }) != false
                else { return nil }
                let (size, isTooLarge) = sizes[blob, default: 0].addingReportingOverflow(content.size)
                if isTooLarge { return nil }
                sizes[blob] = size
                parts[blob, default: []].append(content)
            case Self.snapshotType:
                guard snapshot == nil else { return nil }
                snapshot = content
            default: others.append(content)
            }
        }
        self.init(parts: parts, snapshot: snapshot, others: others)
    }
}
