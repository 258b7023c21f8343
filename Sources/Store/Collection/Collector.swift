import GRDB
import Recipe
import SystemPackage

/// What one run of garbage collection is to remove.
struct CollectionPlan {
    struct File {
        let digest: Digest
        /// Of the blob's file; 0 if there is none. Bytes.
        let size: Int
    }

    var report = CollectionReport()
    /// Files to unlink once the rows that say so are on disk.
    var files: [File] = []
    var documents = 0
    /// The space that the documents took. Bytes.
    var documentBytes = 0
}

/// The marking of one run, in one transaction.
struct Collector {
    let store: Store
    let policy: CollectionPolicy
    let db: Database
    private let now = Timestamp.now()

    init(store: Store, policy: CollectionPolicy, db: Database) {
        self.store = store
        self.policy = policy
        self.db = db
    }

    func mark() throws -> CollectionPlan {
        var plan = CollectionPlan()
        if policy.forgetBefore != nil || !policy.forgotten.snapshots.isEmpty {
            try db.forgetSnapshots(before: policy.forgetBefore, rows: policy.forgotten.snapshots, &plan.report)
        }
        let given = try rows(of: policy.forgotten.bytes)
        let before = try grades(pinning: given)
        try markRoots()
        defer { try? db.execute(sql: "DROP TABLE temp.root") }
        try db.execute(
            sql: "DELETE FROM temp.root WHERE blob IN (SELECT value FROM json_each(?))", arguments: [Store.list(given)])
        try drop(&plan)
        try removeOrphans(&plan)
        for (change, after) in zip(before, try grades(pinning: given)) where change.grade != after.grade {
            plan.report.grades.append(.init(image: change.image, before: change.grade, after: after.grade))
        }
        if !plan.files.isEmpty || plan.documents > 0 { try db.touch(.hashes) }
        return plan
    }

    /// Collects everything that something reaches in a temporary table.
    private func markRoots() throws {
        try db.execute(sql: "CREATE TEMP TABLE root (blob INTEGER PRIMARY KEY)")
        let superseded = policy.supersededBefore?.nanoseconds
        try db.execute(
            sql: """
                INSERT OR IGNORE INTO temp.root
                SELECT version.blob FROM version JOIN model ON model.id = version.model
                    WHERE ?1 IS NULL OR model.current = version.id OR version.recorded >= ?1
                    OR EXISTS (SELECT 1 FROM event WHERE event.model = model.id AND event.recorded >= ?1
                        AND (event.version = version.id OR event.previous = version.id))
                UNION ALL SELECT blob FROM live WHERE blob IS NOT NULL AND parent IS NOT NULL
                UNION ALL SELECT blob FROM pin WHERE blob IS NOT NULL
                UNION ALL SELECT document FROM snapshot
                UNION ALL SELECT prompt FROM snapshot WHERE prompt IS NOT NULL
                UNION ALL SELECT workflow FROM snapshot WHERE workflow IS NOT NULL
                UNION ALL SELECT parameters FROM snapshot WHERE parameters IS NOT NULL
                UNION ALL SELECT records FROM snapshot WHERE records IS NOT NULL
                UNION ALL SELECT environment FROM snapshot WHERE environment IS NOT NULL
                UNION ALL SELECT document FROM certificate
                UNION ALL SELECT manifest FROM pinName
                UNION ALL SELECT blob FROM pinLayer
                -- What was opened lately is evidence for a snapshot that is still to be made.
                UNION ALL SELECT blob FROM load WHERE last >= ?2
                """, arguments: [superseded, superseded ?? policy.graceBefore.nanoseconds])
        // What was read of a model's header stays when its bytes are removed.
        try db.execute(
            sql: """
                INSERT OR IGNORE INTO temp.root SELECT header FROM identity WHERE header IS NOT NULL
                AND (blob IN root OR blob IN (SELECT blob FROM version))
                """)
    }

    /// Removes the bytes of versions that nothing reaches any longer: the rows stay as tombstones.
    private func drop(_ plan: inout CollectionPlan) throws {
        let candidates = try Row.fetchAll(
            db,
            sql: """
                SELECT \(Blob.columns) FROM blob WHERE (changed IS NOT NULL OR damaged) AND dropped IS NULL
                AND id NOT IN root AND \(Blob.isNamed)
                """
        ).map(Blob.init)
        for blob in candidates {
            guard let file = try fileToFree(of: blob, &plan) else { continue }
            for row in try Row.fetchAll(
                db.cachedStatement(
                    sql: """
                        SELECT version.number, model.id, model.directory, model.name FROM version
                        JOIN model ON model.id = version.model WHERE version.blob = ?
                        """), arguments: [blob.id])
            {
                plan.report.versions.append(
                    .init(
                        name: try db.text(of: row), number: try row.value("number"), sha256: blob.digest,
                        size: blob.size))
                try db.touch(model: row.id("id"), at: now)
            }
            try db.setState(of: blob.id, .collected(now))
            try db.deleteDocument(blob.id)
            plan.files.append(file)
        }
    }

    /// Removes blobs that were never a version and that nothing reaches any longer.
    private func removeOrphans(_ plan: inout CollectionPlan) throws {
        let candidates = try Row.fetchAll(
            db,
            sql: """
                SELECT \(Blob.columns), changed IS NOT NULL OR damaged AS isFile, length(zstd) AS stored FROM blob
                LEFT JOIN document ON document.blob = blob.id
                WHERE id NOT IN root AND NOT \(Blob.isNamed)
                AND NOT EXISTS (SELECT 1 FROM live WHERE live.blob = blob.id)
                """)
        for row in candidates {
            let blob = try Blob(row)
            if try row.value("isFile") {
                guard let file = try fileToFree(of: blob, &plan) else { continue }
                plan.files.append(file)
            } else {
                plan.documents += 1
                plan.documentBytes += try row.value("stored") as Int? ?? 0
            }
            try db.deleteIdentity(of: blob.id)
            try db.deleteDocument(blob.id)
            try db.deleteLoads(of: blob.id)
            try db.deleteBlob(blob.id)
        }
    }

    /// A blob's file if it is old enough, and not open in any mount or program on this machine; nil if it stays.
    private func fileToFree(of blob: Blob, _ plan: inout CollectionPlan) throws -> CollectionPlan.File? {
        guard try store.isUnusedPartial(blob.digest) else {
            plan.report.inUse.append(blob.digest)
            return nil
        }
        let path = store.files.path(of: blob.digest)
        guard let facts = try FileFacts.at(path, followLinks: false) else { return .init(digest: blob.digest, size: 0) }
        guard facts.changed < policy.graceBefore || policy.forgotten.bytes.contains(blob.digest) else {
            plan.report.holdBack(facts.size)
            return nil
        }
        guard let isOpen = try? store.files.isOpen(blob.digest) else { return nil }
        guard isOpen else { return .init(digest: blob.digest, size: facts.size) }
        plan.report.inUse.append(blob.digest)
        return nil
    }
}
