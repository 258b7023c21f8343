import CLinux
import GRDB
import Recipe

/// The right to show other models in `active/models` for a while. One run at a time has it: two at once would leave the models of one of them
/// there. It ends with the process, however that ends: a mount of the store then shows again what it showed before.
package final class ActiveLoan: Sendable {
    private let store: Store
    private let lock: OwnedDescriptor
    /// Mounts that have acknowledged it show these models.
    package let generation: Int64

    fileprivate init(_ store: Store, _ lock: OwnedDescriptor, generation: Int64) {
        self.store = store
        self.lock = lock
        self.generation = generation
    }

    /// Shows again what was shown before, unless it has been switched since, and lets the next run begin.
    package func end() {
        // If this fails, a mount does it later, or whoever opens the store next.
        try? store.endLoan(generation)
        reprofs_unlock_whole_file(lock.rawValue)
    }
}

extension Store {
    /// Shows the models of a snapshot in `active/models` for a run. While another run shows its own, this throws and names that run's
    /// process.
    package func lendActive(to snapshot: SnapshotRow) throws(StoreError) -> ActiveLoan {
        try lendActive { db in try db.lend(snapshot: snapshot.id, models: snapshot.models) }
    }

    /// The same for models that are not those of a snapshot.
    package func lendActive(to models: [PinnedModel]) throws(StoreError) -> ActiveLoan {
        var tree = PinTree()
        for model in models {
            tree.add(
                .init(folder: model.folder, path: model.path, sha256: model.sha256, size: 0, version: model.version),
                .recorded, at: [model.folder] + model.path.components)
        }
        let pinned = tree
        return try lendActive { db in try db.lend(snapshot: nil, models: try db.pinSet(pinned)) }
    }

    private func lendActive(_ lend: (Database) throws -> Void) throws(StoreError) -> ActiveLoan {
        let lock = try StoreLease.active(path)
        let generation = try catalogue.write { db in
            // This process has the lock, so the process of any earlier loan has ended.
            try db.endLoan()
            try lend(db)
            return try db.generation()
        }
        return ActiveLoan(self, lock, generation: generation)
    }

    fileprivate func endLoan(_ generation: Int64) throws(StoreError) {
        try catalogue.write { db in try db.endLoan(generation) }
    }

    /// Ends a loan whose process has ended.
    package func endLapsedLoan() throws(StoreError) {
        guard !isReadOnly else { return }
        let view = try active()
        // A run that takes the lock after this check has another generation, so its loan is not ended.
        guard view.isLent, try !StoreLease.isActiveHeld(path) else { return }
        try endLoan(view.generation)
    }
}
