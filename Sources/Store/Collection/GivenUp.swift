import GRDB
import Recipe

extension Store {
    /// Gives up bytes of versions and snapshots. Only a live name, a pin or `active/models` keeps them, and has to be removed first;
    /// nothing else that reaches them does. Versions and images stay listed, and say that their bytes are gone.
    package func forget(
        _ bytes: [WantedBytes], _ snapshots: [SnapshotRow], isDryRun: Bool
    ) throws(StoreError) -> CollectionReport {
        for wanted in bytes { try requireUnheld(wanted) }
        for snapshot in snapshots { try requireUnheld(snapshot) }
        var policy = CollectionPolicy(graceBefore: Timestamp(seconds: Timestamp.now().seconds - 3600, nanoseconds: 0))
        policy.forgotten.bytes = Set(bytes.map(\.digest))
        policy.forgotten.snapshots = snapshots.map(\.id)
        return try collect(policy, isDryRun: isDryRun)
    }

    /// Why the bytes of a version cannot be given up; nil if they can.
    package func hindrance(toForget version: VersionListing) throws(StoreError) -> String? {
        do { try requireUnheld(WantedBytes(version)) } catch .conflict(let why) { return why }
        return nil
    }

    private func requireUnheld(_ bytes: WantedBytes) throws(StoreError) {
        let name = bytes.name
        let blob = "(SELECT id FROM blob WHERE sha256 = ?)"
        let live = try one(
            """
            \(DirectoryRow.paths) SELECT path.text || '/' || model.name AS name FROM version
            JOIN model ON model.current = version.id JOIN path ON path.id = model.directory
            WHERE version.blob = (SELECT id FROM blob WHERE sha256 = ?2)
            """, [DirectoryRow.Root.models.rawValue, bytes.digest.data]
        ) { try $0.path("name") }
        if let live {
            throw .conflict(
                """
                \(live) holds the bytes of \(name) now, so they are not given up: first delete the name in a mount, or have \
                it hold another version with '\(ShellCommand.reprofs("restore"))'
                """)
        }
        let pin = try one(
            """
            SELECT pinName.name FROM pinName JOIN snapshot ON snapshot.id = pinName.snapshot JOIN pin ON pin.pinSet = snapshot.models
            WHERE pin.blob = \(blob)
            """, [bytes.digest.data]
        ) { try $0.name("name").text }
        if let pin { throw .kept("\(name)", by: pin) }
        let isActive = try one(
            "SELECT 1 FROM active JOIN pin ON pin.pinSet IN (active.pinSet, active.nextPinSet) WHERE pin.blob = \(blob)",
            [bytes.digest.data]
        ) { _ in true }
        if isActive == true {
            throw .conflict(
                "active/models shows \(name); show something else with '\(ShellCommand.reprofs("use live"))' first")
        }
    }

    private func requireUnheld(_ snapshot: SnapshotRow) throws(StoreError) {
        let pin = try one("SELECT name FROM pinName WHERE snapshot = ?", [snapshot.id]) { try $0.name("name").text }
        if let pin { throw .kept("\(snapshot.short)", by: pin) }
        let isActive = try one("SELECT 1 FROM active WHERE ? IN (snapshot, nextSnapshot)", [snapshot.id]) { _ in true }
        if isActive == true {
            throw .conflict(
                "active/models shows \(snapshot.short); show something else with '\(ShellCommand.reprofs("use live"))' first"
            )
        }
    }
}

extension Collector {
    func rows(of bytes: Set<Digest>) throws -> [Int64] { try bytes.compactMap { try db.rowOfBlob($0) } }

    /// The images whose snapshots pin these bytes, each once, with their present grades.
    func grades(pinning rows: [Int64]) throws -> [(image: String, grade: Grade)] {
        guard !rows.isEmpty else { return [] }
        let images = try Row.fetchAll(
            db,
            sql: """
                SELECT image.snapshot, imageName.directory, imageName.name FROM image
                JOIN snapshot ON snapshot.id = image.snapshot JOIN imageName ON imageName.id =
                    (SELECT id FROM imageName WHERE image = image.id ORDER BY newest DESC, time DESC, id DESC LIMIT 1)
                WHERE snapshot.models IN (SELECT pinSet FROM pin WHERE blob IN (SELECT value FROM json_each(?1)))
                ORDER BY image.id
                """, arguments: [Store.list(rows)])
        return try images.map { row in
            let document = try store.recipeDocument(of: row.id("snapshot"), named: row.value("name"), db)
            return (try db.text(of: row, dropping: 1), document.verdict.grade)
        }
    }
}

extension CollectionReport {
    mutating func holdBack(_ size: Int) {
        heldBack += 1
        heldBackBytes += size
    }
}

extension StoreError {
    /// A pin keeps bytes that were to be given up.
    fileprivate static func kept(_ what: String, by pin: String) -> Self {
        .conflict("the pin '\(pin)' keeps \(what); remove the pin first: \(ShellCommand.reprofs("unpin", pin))")
    }
}
