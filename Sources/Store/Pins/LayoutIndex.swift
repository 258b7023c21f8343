import GRDB
import Glibc
import Recipe
import SystemPackage

extension LayoutIndex {
    static func path(in store: FilePath) -> FilePath { store.appending("index.json") }

    /// The bytes of a store's index; nil if it cannot be read.
    static func read(in store: FilePath) throws(StoreError) -> [UInt8]? {
        let path = path(in: store)
        guard let facts = try FileFacts.at(path, followLinks: false), facts.kind == .file, facts.size <= 64 << 20 else {
            return nil
        }
        return try Kernel.open(path, .readOnly, options: .noFollow).readAll(path)
    }
}

extension Store {
    /// Makes `index.json` list the pins of the catalogue; returns whether that changed it.
    ///
    /// The pins are read while no other process writes the file, so that the last writer writes the newest state.
    @discardableResult
    func writeIndex() throws(StoreError) -> Bool {
        try Kernel.holding(path.appending("blobs"), .exclusive) { () throws(StoreError) in
            let change = try catalogue.read { db in try db.indexDue() }
            let isChanged = try replaceIndex(by: try layoutIndex().bytes)
            if change != nil { try catalogue.writeSoon { db in try db.noteIndex(with: change) } }
            return isChanged
        }
    }

    /// Makes `index.json` again if a process ended after it changed the pins and before it wrote them there.
    func writeDueIndex() throws(StoreError) {
        if try catalogue.read({ db in try db.indexDue() }) != nil { try writeIndex() }
    }

    private func replaceIndex(by wanted: [UInt8]) throws(StoreError) -> Bool {
        guard try LayoutIndex.read(in: path) != wanted else { return false }
        let staged = try Staged(in: path.appending("incoming"))
        try staged.file.writeAll(wanted, staged.path)
        try Kernel.sync(staged.file, staged.path)
        try Kernel.rename(staged.path, to: LayoutIndex.path(in: path))
        // Synced again under its name: after one power cut in thousands, btrfs had the name and an empty file.
        try Kernel.sync(staged.file, LayoutIndex.path(in: path))
        try Kernel.syncDirectory(path)
        return true
    }

    /// The pins of the catalogue.
    func layoutIndex() throws(StoreError) -> LayoutIndex {
        LayoutIndex(
            try page(
                """
                SELECT pinName.name, blob.sha256, blob.size, snapshot.sha256 AS snapshot, image.sha256 AS image FROM pinName
                JOIN blob ON blob.id = pinName.manifest JOIN snapshot ON snapshot.id = pinName.snapshot
                JOIN image ON image.id = snapshot.image ORDER BY pinName.name
                """, [], Int(Int32.max)
            ) {
                try LayoutIndex.Entry(
                    name: $0.value("name"), manifest: $0.digest("sha256"), size: $0.size("size"),
                    snapshot: $0.digest("snapshot"), image: $0.digest("image"))
            })
    }
}
