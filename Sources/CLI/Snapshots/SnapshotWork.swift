import Recipe
import Store
import Synchronization
import SystemPackage

/// Snapshots many images: several workers read them, and the results are stored in groups.
///
/// Interrupted work keeps what was stored and continues the next time, since unchanged images are not read again.
final class SnapshotWork: Sendable {
    struct Item: Sendable {
        let path: FilePath
        /// The directory in which it was found; nil for an image that was named itself.
        let root: FilePath?
    }

    /// Images in one transaction, since each transaction waits for the disk once.
    private static let group = 64
    /// Fewer images than this are done in order, by one worker.
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

    /// `skipsUnchanged`: images that were read before are skipped, even if there are new places to look for inputs. `isVerbose`: prints
    /// each image, even if there are many.
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

    /// Does all the work, and prints the results as they come.
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
            // New places to look for inputs may lead to more than was found before.
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

    /// The images to store now: a whole group, or all that there are.
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
                // If one cannot be stored, the others are stored without it.
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
