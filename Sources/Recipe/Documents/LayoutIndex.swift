/// `index.json` of the OCI layout: the pins by name. It is derived from the catalogue; only other tools and `rebuild` read it.
package struct LayoutIndex: Sendable {
    /// One pin: a name and its manifest.
    package struct Entry: Equatable, Sendable {
        /// The pin's name, `org.opencontainers.image.ref.name`.
        package let name: String
        /// The digest of the pin's manifest, which is a blob of the store.
        package let manifest: Digest
        /// The size of the manifest. Bytes.
        package let size: Int
        /// The id of the snapshot, and the SHA-256 of its image's file; nil where the index does not say: one before 0.3.0, or of another
        /// program.
        package let snapshot: Digest?, image: Digest?

        package init(name: String, manifest: Digest, size: Int, snapshot: Digest? = nil, image: Digest? = nil) {
            self.name = name
            self.manifest = manifest
            self.size = size
            self.snapshot = snapshot
            self.image = image
        }
    }

    private static let nameKey = "org.opencontainers.image.ref.name"
    private static let imageKey = "reprofs.image"

    /// The pins, as the index lists them.
    package var entries: [Entry]

    package init(_ entries: [Entry]) { self.entries = entries }

    /// The manifests by what a registry would know them by: the pins' names, and the tags of the snapshots and of the images.
    package var tags: [String: Entry] {
        var tags: [String: Entry] = [:]
        for entry in entries {
            let others = [entry.snapshot.map(RemoteTag.snapshot), entry.image.map(RemoteTag.image)]
            for tag in [entry.name] + others.compactMap({ $0 }) where tags[tag] == nil { tags[tag] = entry }
        }
        return tags
    }

    /// Whether another index lists the same pins, whatever else it says of them.
    package func hasPins(of other: LayoutIndex) -> Bool {
        entries.elementsEqual(other.entries) {
            $0.name == $1.name && $0.manifest == $1.manifest && $0.size == $1.size
        }
    }

    /// The bytes of the index; canonical, so equal pins give equal bytes.
    package var bytes: [UInt8] {
        let index: JSON = [
            "schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json",
            "manifests": .array(
                entries.map { entry in
                    var notes: [(key: String, value: JSON)] = [(Self.nameKey, .string(entry.name))]
                    if let snapshot = entry.snapshot { notes.append((PinManifest.snapshotKey, .string(snapshot.hex))) }
                    if let image = entry.image { notes.append((Self.imageKey, .string(image.hex))) }
                    return PinManifest.descriptor(
                        PinManifest.mediaType, entry.manifest, entry.size,
                        [
                            ("artifactType", .string(PinManifest.artifactType)),
                            ("annotations", .object(JSON.Object(notes))),
                        ])
                }),
        ]
        return Array(index.canonical().utf8)
    }

    /// Reads an index; nil if it is not one. Entries of other kinds are left out.
    package init?(_ bytes: [UInt8]) {
        guard let json = try? JSONParser.parse(bytes), let manifests = json["manifests"]?.array else { return nil }
        entries = manifests.compactMap { descriptor in
            let notes = descriptor["annotations"]
            guard let name = notes?[Self.nameKey]?.string,
                let size = descriptor["size"]?.size,
                let manifest = PinManifest.digest(descriptor)
            else { return nil }
            func digest(_ key: String) -> Digest? { notes?[key]?.string.flatMap { Digest(hex: $0) } }
            return Entry(
                name: name, manifest: manifest, size: size, snapshot: digest(PinManifest.snapshotKey),
                image: digest(Self.imageKey))
        }
    }
}
