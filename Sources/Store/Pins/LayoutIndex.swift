import GRDB
import Glibc
import Recipe
import SystemPackage

/// `index.json` of the OCI layout: the pins by name. It is derived from the catalogue, and read by other tools and by
/// `rebuild` alone.
struct LayoutIndex {
    struct Entry: Equatable {
        let name: String
        let manifest: Digest
        let size: Int
    }

    private static let nameKey = "org.opencontainers.image.ref.name"

    var entries: [Entry]

    init(_ entries: [Entry]) { self.entries = entries }

    var bytes: [UInt8] {
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

    /// Reads an index; nil where it is none. Entries of other kinds are left out.
    init?(_ bytes: [UInt8]) {
        guard let json = try? JSONParser.parse(bytes), let manifests = json["manifests"]?.array else { return nil }
        entries = manifests.compactMap { descriptor in
            guard let name = descriptor["annotations"]?[Self.nameKey]?.string,
                let size = descriptor["size"]?.number?.int,
                let digest = PinManifest.digest(descriptor)
            else { return nil }
            return Entry(name: name, manifest: digest, size: size)
        }
    }

    static func path(in store: FilePath) -> FilePath { store.appending("index.json") }

    /// The index in a store's directory as it is; nil where there is none that can be read.
    static func read(in store: FilePath) throws(StoreError) -> [UInt8]? {
        let path = path(in: store)
        guard let facts = try FileFacts.at(path, followLinks: false), facts.kind == .file, facts.size <= 64 << 20 else {
            return nil
        }
        return try Kernel.open(path, .readOnly, options: .noFollow).readAll(path)
    }
}

extension Store {
    /// Makes `index.json` name the pins that the catalogue has; true when it did not before.
    ///
    /// The pins are read while nobody else writes the file, so that whoever is last writes what is newest.
    @discardableResult
    func writeIndex() throws(StoreError) -> Bool {
        try Kernel.holding(path.appending("blobs"), .exclusive) { () throws(StoreError) in
            let wanted = try layoutIndex().bytes
            guard try LayoutIndex.read(in: path) != wanted else { return false }
            let staged = try Staged(in: path.appending("incoming"))
            try staged.file.writeAll(wanted, staged.path)
            try Kernel.sync(staged.file, staged.path)
            try Kernel.rename(staged.path, to: LayoutIndex.path(in: path))
            // Once more under its name: after one power cut of thousands btrfs had the name and an empty file.
            try Kernel.sync(staged.file, LayoutIndex.path(in: path))
            try Kernel.syncDirectory(path)
            return true
        }
    }

    /// The pins as the catalogue has them.
    func layoutIndex() throws(StoreError) -> LayoutIndex {
        LayoutIndex(
            try page(
                """
                SELECT pinName.name, blob.sha256, blob.size FROM pinName JOIN blob ON blob.id = pinName.manifest
                ORDER BY pinName.name
                """, [], Int(Int32.max)
            ) { LayoutIndex.Entry(name: $0["name"], manifest: try Digest(column: $0["sha256"]), size: $0["size"]) })
    }
}
