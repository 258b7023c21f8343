import Foundation
import GRDB
package import Recipe

/// What `active/models` shows.
package struct ActiveView: Sendable {
    /// Incremented by each switch.
    package let generation: Int64
    /// When it was last switched.
    package let changed: Timestamp
    /// The name of the snapshot's directory; nil for the live view, and for a tree that is not a snapshot's.
    package let snapshot: EntryName?
    /// The row of the pinned tree; nil for the live view.
    package let models: Int64?
    /// Whether the snapshot's image could not be read by everybody, so that only its owner may see the names.
    package let isPrivate: Bool
    /// Whether a run shows its models, until it has ended.
    package let isLent: Bool

    /// The time of a directory of the view whose entries changed at `own`: different after every switch, even if `own` was set to the
    /// future.
    package func modified(_ own: Timestamp?) -> Timestamp {
        guard let own, own > changed else { return changed }
        return Timestamp(
            nanoseconds: own.nanoseconds.addingReportingOverflow(generation * Timestamp.visibleStep).partialValue)
    }

    init(_ row: Row) throws {
        generation = try row.value("generation")
        changed = try row.time("changed")
        snapshot = try (row.value("sha256") as Data?).map {
            try EntryName(short: row.value("short"), of: try Digest(column: $0))
        }
        models = try row.value("pinSet")
        isPrivate = try row.value("private") ?? false
        isLent = try row.value("isLent")
    }
}

/// A file of a tree that is pinned temporarily: for a variation, which is not a snapshot yet.
package struct PinnedModel: Sendable, Hashable {
    /// The folder of the models directory.
    package let folder: EntryName
    /// Below ``folder``, under the name that the prompt uses.
    package let path: ModelPath
    /// The bytes that are shown there.
    package let sha256: Digest
    /// The number of the version; nil if only the bytes are pinned.
    package let version: Int?

    package init(folder: EntryName, path: ModelPath, sha256: Digest, version: Int?) {
        self.folder = folder
        self.path = path
        self.sha256 = sha256
        self.version = version
    }
}

extension Store {
    /// What `active/models` shows now.
    package func active() throws(StoreError) -> ActiveView {
        let view = try one(
            """
            SELECT active.*, snapshot.short, snapshot.sha256, blob.private FROM active
            LEFT JOIN snapshot ON snapshot.id = active.snapshot LEFT JOIN blob ON blob.id = snapshot.document
            """, [], ActiveView.init)
        guard let view else { throw .catalogue("the row of the active view is gone") }
        return view
    }

    /// Shows the models of a snapshot in `active/models`, or the live view. Returns the new generation.
    @discardableResult
    package func use(_ snapshot: SnapshotRow?) throws(StoreError) -> Int64 {
        try catalogue.write { db in
            try db.use(snapshot: snapshot?.id, models: snapshot?.models)
            return try db.generation()
        }
    }
}

extension Store {
    /// The models that a snapshot pins, under the names that its prompt uses.
    package func pinnedModels(of snapshot: SnapshotRow) throws(StoreError) -> [PinnedModel] {
        try pinnedFiles(in: snapshot.models).compactMap { path, pin, blob in
            guard let folder = path.components.first, let name = ModelPath(path.components.dropFirst()) else {
                return nil
            }
            return PinnedModel(folder: folder, path: name, sha256: blob.digest, version: pin.version)
        }
    }
}
