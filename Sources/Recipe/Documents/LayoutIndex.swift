/// `index.json` of the OCI layout: the pins by name. It is derived from the catalogue; only other tools and `rebuild` read it.
package struct LayoutIndex {
    /// One pin: a name and its manifest.
    package struct Entry: Equatable, Sendable {
        /// The pin's name, `org.opencontainers.image.ref.name`.
        package let name: String
        /// The digest of the pin's manifest, which is a blob of the store.
        package let manifest: Digest
        /// The size of the manifest. Bytes.
        package let size: Int

        package init(name: String, manifest: Digest, size: Int) {
            self.name = name
            self.manifest = manifest
            self.size = size
        }
    }

    private static let nameKey = "org.opencontainers.image.ref.name"

    /// The pins, as the index lists them.
    package var entries: [Entry]

    package init(_ entries: [Entry]) { self.entries = entries }

    /// The bytes of the index; canonical, so equal pins give equal bytes.
    package var bytes: [UInt8] {
        let index: JSON = [
            "schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json",
            "manifests": .array(
                entries.map { entry in
                    PinManifest.descriptor(
                        PinManifest.mediaType, entry.manifest, entry.size,
                        [
                            ("artifactType", .string(PinManifest.artifactType)),
                            ("annotations", [Self.nameKey: .string(entry.name)]),
                        ])
                }),
        ]
        return Array(index.canonical().utf8)
    }

    /// Reads an index; nil if it is not one. Entries of other kinds are left out.
    package init?(_ bytes: [UInt8]) {
        guard let json = try? JSONParser.parse(bytes), let manifests = json["manifests"]?.array else { return nil }
        entries = manifests.compactMap { descriptor in
            guard let name = descriptor["annotations"]?[Self.nameKey]?.string,
                let size = descriptor["size"]?.size,
                let digest = PinManifest.digest(descriptor)
            else { return nil }
            return Entry(name: name, manifest: digest, size: size)
        }
    }
}
