import Recipe
import Store
import Synchronization
import SystemPackage

/// Snapshots many images: several workers read them, and what they have read is stored in groups.
///
/// What is stored is stored: work that is cut off goes on the next time, for what has not changed is not read again.
final class SnapshotWork: Sendable {
    struct Item: Sendable {
        let path: FilePath
        /// The directory that it was found in; nil for an image that was named itself.
        let root: FilePath?
    }

    /// Images in one transaction: each transaction waits for the disk once.
    private static let group = 64
    /// Fewer images than this are done one after the other, in their order.
    private static let few = 8

    private struct State {
        var ready: [PreparedImage] = []
        var summary = SnapshotSummary()
        var results: Results
    }

    private let items: [Item]
    private let label: EntryName?
    private let inputs: [FilePath]
    private let sources: [any RecordSource]
    private let store: Store
    private let skipsUnchanged: Bool
    private let state: Mutex<State>
    private let progress: Progress
    /// Held while a group is being stored, so that groups do not wait for each other inside SQLite.
    private let storing = Mutex(())

    /// `skipsUnchanged`: what was read once is not read again, although there may be new places to look for inputs. `isVerbose`:
    /// each image is told, also where they are many.
    init(
        _ items: [Item], label: EntryName?, inputs: [FilePath], sources: [any RecordSource], store: Store,
        skipsUnchanged: Bool = false, isVerbose: Bool = false
    ) {
        self.skipsUnchanged = skipsUnchanged
        self.items = items
        self.label = label
        self.inputs = inputs
        self.sources = sources
        self.store = store
        progress = Progress(total: items.count, counts: .things("image"))
        state = Mutex(State(results: Results([.left, .left], isVerbose: isVerbose)))
    }

    /// Does it all; says what came of each image on the way.
    func run() -> SnapshotSummary {
        Workers.forEach(of: items.count, share: 1, limit: items.count < Self.few ? 1 : min(16, Workers.processors)) {
            places in
            read(items[places.lowerBound])
        }
        keep(state.withLock { state in take(all: true, &state) })
        return state.withLock { state in
            state.results.finish()
            return state.summary
        }
    }

    private func read(_ item: Item) {
        do throws(StoreError) {
            // New places to look for inputs may give more than was found then.
            if item.root != nil, skipsUnchanged || inputs.isEmpty, sources.isEmpty,
                try store.unchangedSnapshot(item.path) != nil
            {
                return state.withLock { state in
                    state.summary.unchanged += 1
                    progress.advance(by: 1, of: item.path.lastComponent?.string ?? "")
                }
            }
            let image = try store.prepare(item.path, root: item.root, label: label, inputs: inputs, sources: sources)
            keep(
                state.withLock { state in
                    state.ready.append(image)
                    return take(all: items.count < Self.few, &state)
                })
        } catch { fail(error) }
    }

    /// The images that are to be stored now: a whole group, or all that there are.
    private func take(all: Bool, _ state: inout State) -> [PreparedImage] {
        guard all || state.ready.count >= Self.group else { return [] }
        defer { state.ready = [] }
        return state.ready
    }

    private func keep(_ images: [PreparedImage]) {
        guard !images.isEmpty else { return }
        storing.withLock { _ in
            do throws(StoreError) {
                report(images, try store.commit(images))
            } catch {
                guard images.count > 1 else { return fail(error) }
                // One that cannot be stored must not keep the others from it.
                for image in images {
                    do throws(StoreError) { report([image], try store.commit([image])) } catch { fail(error) }
                }
            }
        }
    }

    private func report(_ images: [PreparedImage], _ results: [SnapshotResult]) {
        state.withLock { state in
            for (image, result) in zip(images, results) {
                let note =
                    result.isNew ? result.supersedes.map { "  supersedes \($0.hex.prefix(12))" } ?? "" : "  as before"
                state.results.add("\(result.id.hex.prefix(12))", "\(result.grade)", "\(image.name)\(note, .faint)")
                state.summary.add(result)
                progress.advance(by: 1, of: image.name)
            }
        }
    }

    private func fail(_ error: StoreError) {
        state.withLock { state in
            Terminal.complain(error)
            state.summary.failed += 1
            progress.advance(by: 1, of: "")
        }
    }
}
