import GRDB
import Glibc
package import Recipe
package import SystemPackage

/// A content-addressed store of models: an OCI image layout with a catalogue beside it.
///
/// It has blobs, names, versions, images and snapshots, but no inodes and no FUSE. All calls are synchronous and may be made from any
/// thread, and by any number of processes on one store.
package final class Store: Sendable {
    /// The store's directory, absolute.
    package let path: FilePath
    let catalogue: Catalogue
    let files: BlobFiles
    let nodePacks = NodePacks()
    let thumbnails: Thumbnails
    /// The known node classes, including those in files beside the catalogue when the store was opened.
    let classes: ClassTable
    /// The part of the live view that is in memory.
    let mirror: LiveMirror
    private let library: LibraryKeeper
    /// Places of images in recent queries of the library.
    let libraryAnchors = Lock(.anchors, LibraryAnchorCache())
    /// Held as long as the store is used, so that no process replaces the catalogue meanwhile.
    private let lease: OwnedDescriptor?
    /// Whether it is on a read-only file system. Then the catalogue is a copy that was made when the store was opened, and everything that
    /// is written to it is lost when this process ends.
    package let isReadOnly: Bool

    init(path: FilePath, catalogue: Catalogue, lease: OwnedDescriptor?, isReadOnly: Bool = false) {
        self.path = path
        self.catalogue = catalogue
        self.lease = lease
        self.isReadOnly = isReadOnly
        files = BlobFiles(root: path)
        thumbnails = Thumbnails(ofStore: path, isReadOnly: isReadOnly)
        classes = KnownClasses.table(ofStore: path)
        // Added before the participants that count a transaction's changes.
        library = LibraryKeeper(catalogue, files)
        mirror = LiveMirror(catalogue)
    }

    /// What a change of the schema needs from the rest of the store.
    private static func migration(of path: FilePath, _ lease: OwnedDescriptor) -> Migration {
        Migration(
            isAlone: { () throws(StoreError) in try StoreLease.alone(path, lease) },
            backUp: { name, copy in try Backups(path).keep(name, copy) },
            takeOver: { db in try LiveTakeover(path).run(db) })
    }

    /// The catalogue's newest commit by any process: what is read after it holds while it is the newest.
    package var newestCommit: Commit { catalogue.newest }

    /// Opens the store at `path` and cleans up what ended processes left in it. `patience` is how long a change waits for another process's
    /// change. Seconds.
    package static func open(_ path: FilePath, patience: Double = 30) throws(StoreError) -> Store {
        try require(path)
        try requireOwnDirectories(path)
        if try isReadOnly(path) {
            let lease = try StoreLease.sharedUnwritten(path)
            let catalogue = try Catalogue(copyOf: cataloguePath(path))
            return Store(path: path, catalogue: catalogue, lease: lease, isReadOnly: true)
        }
        let lease = try StoreLease.shared(path)
        let store = Store(
            path: path,
            catalogue: try Catalogue(cataloguePath(path), migration: migration(of: path, lease), patience: patience),
            lease: lease)
        Ballast(in: path).restore()
        try store.files.sweepIncoming()
        // What cannot be sorted now is left to whoever opens the store next.
        try? store.sweepOutgoing()
        try? store.endLapsedLoan()
        try? store.writeDueIndex()
        return store
    }

    /// Opens the store at `path` for a quick look that may fail: it waits for no other process, cleans up and migrates nothing, and does
    /// not copy a catalogue that cannot be written.
    package static func glance(at path: FilePath) throws(StoreError) -> Store {
        try require(path)
        guard try !isReadOnly(path) else { throw .readOnlyStore(path) }
        let lease = try StoreLease.shared(path)
        let migration = Migration(isAlone: { () throws(StoreError) in throw .olderStore(path) })
        return Store(
            path: path, catalogue: try Catalogue(cataloguePath(path), migration: migration, patience: 0), lease: lease)
    }

    /// Makes a store at `path`, which must be absent or empty; only its owner may enter it.
    package static func create(_ path: FilePath) throws(StoreError) -> Store {
        let isNew = try FileFacts.at(path) == nil
        if let facts = try FileFacts.at(path) {
            if try hasLayout(path) { throw .noCatalogue(path) }
            guard facts.kind == .directory, try DirectoryListing.entries(in: path).isEmpty else {
                throw .notEmpty(path)
            }
        } else {
            try makeParents(path)
            try makeDirectory(path, permissions: 0o700)
        }
        do throws(StoreError) { try probe(path) } catch {
            // The directory did not exist before.
            if isNew { _ = path.withPlatformString { rmdir($0) } }
            throw error
        }
        try makeMissingDirectories(path)
        try write(LayoutIndex([]).bytes, to: LayoutIndex.path(in: path))
        let store = Store(
            path: path, catalogue: try Catalogue(cataloguePath(path), migration: .none),
            lease: try StoreLease.shared(path))
        Ballast(in: path).restore()
        // Last, because it makes the directory a store.
        try write(layout, to: path.appending("oci-layout"))
        try Kernel.syncDirectory(path)
        return store
    }

    /// Throws if the file system of `directory` lacks something that a store's promises depend on, and says what.
    package static func probe(_ directory: FilePath) throws(StoreError) {
        // A full disk only lacks room; a store on it can still be mounted.
        do throws(StoreError) { try FileSystemProbe.run(in: directory) } catch {
            guard case .system(_, _, .noSpace) = error else { throw error }
        }
    }

    /// The directories that every store has, parents first.
    static let directories = ["blobs", "blobs/sha256", "incoming", "live", "backup"]

    /// Throws if one of a store's directories is a link or not a directory: the store deletes and writes files in there.
    static func requireOwnDirectories(_ path: FilePath) throws(StoreError) {
        for name in directories + ["quarantine", PartialBlob.directory] {
            let directory = path.appending(name)
            guard let facts = try FileFacts.at(directory, followLinks: false), facts.kind != .directory else {
                continue
            }
            throw .conflict("\(directory) is not a directory of the store's own; nothing was changed")
        }
    }

    /// The content of `oci-layout`, which makes a directory an OCI image layout.
    static let layout = Array(#"{"imageLayoutVersion":"1.0.0"}"#.utf8)

    static func makeMissingDirectories(_ path: FilePath) throws(StoreError) {
        for name in directories where try FileFacts.at(path.appending(name)) == nil {
            try makeDirectory(path.appending(name), permissions: 0o700)
        }
    }

    static func cataloguePath(_ store: FilePath) -> FilePath { store.appending("catalogue.sqlite") }

    /// Whether a directory has the layout and the catalogue of a store.
    package static func isStore(_ path: FilePath) throws(StoreError) -> Bool {
        for name in ["oci-layout", "catalogue.sqlite"] where try FileFacts.at(path.appending(name)) == nil {
            return false
        }
        return true
    }

    /// Whether `path` is on a file system that is mounted read-only.
    package static func isReadOnly(_ path: FilePath) throws(StoreError) -> Bool {
        try Kernel.fileSystem(of: path).f_flag & UInt(ST_RDONLY) != 0
    }

    /// Throws if there is no store, with the command that makes one.
    package static func require(_ path: FilePath) throws(StoreError) {
        guard try isStore(path) else { throw try hasLayout(path) ? .noCatalogue(path) : .notAStore(path) }
    }

    private static func hasLayout(_ path: FilePath) throws(StoreError) -> Bool {
        try FileFacts.at(path.appending("oci-layout")) != nil
    }

    private static func makeParents(_ path: FilePath) throws(StoreError) {
        let parent = path.removingLastComponent()
        guard !parent.isEmpty, parent != path, try FileFacts.at(parent) == nil else { return }
        try makeParents(parent)
        try makeDirectory(parent, permissions: 0o755)
    }

    /// Makes a directory whose name is on disk when this returns.
    private static func makeDirectory(_ path: FilePath, permissions: mode_t) throws(StoreError) {
        try Kernel.makeDirectory(path, permissions: permissions)
        try Kernel.syncDirectory(path.removingLastComponent())
    }

    private static func write(_ bytes: [UInt8], to path: FilePath) throws(StoreError) {
        let file = try Kernel.open(
            path, .writeOnly, options: [.create, .truncate], permissions: [.ownerReadWrite])
        try file.writeAll(bytes, path)
        try Kernel.sync(file, path)
    }
}

extension Store {
    /// When the store was made.
    package func created() throws(StoreError) -> Timestamp {
        guard let facts = try FileFacts.at(path.appending("oci-layout")) else { throw .notAStore(path) }
        return facts.modified
    }

    /// The space on the store's file system.
    package func space() throws(StoreError) -> DiskSpace { try Kernel.space(of: path) }

    /// How many rows there are of each kind.
    package struct Counts: Sendable {
        /// Versions and blobs count even if their bytes were collected.
        package let models, versions, blobs, images, snapshots: Int
    }

    /// Counts the rows of each kind.
    package func counts() throws(StoreError) -> Counts {
        try catalogue.read { db in
            func count(_ table: String) throws -> Int {
                try Int.fetchOne(db, sql: "SELECT count(*) FROM \(table)") ?? 0
            }
            return Counts(
                models: try count("model"), versions: try count("version"), blobs: try count("blob"),
                images: try count("image"), snapshots: try count("snapshot"))
        }
    }
}
