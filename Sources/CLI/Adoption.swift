import ArgumentParser
import Recipe
import Store
import SystemPackage

/// `add --move`: takes whole models directories into the store, leaving nothing behind.
enum Adoption {
    /// Says whether nothing is left in `directory`.
    static func run(_ directory: FilePath, _ store: Store) throws -> Bool {
        let (items, refused) = try store.adoptable(directory)
        let view = LiveView(store)
        var progress = ProgressLine(total: items.total(\.size))
        var counts = (versions: 0, others: 0, failed: refused.count)
        for refusal in refused { Terminal.complain("reprofs: \(refusal.path): \(refusal.reason)") }
        for item in items {
            let name = ViewPath(item.path).description
            do throws(StoreError) {
                switch item.kind {
                case .directory: try store.adoptDirectory(item)
                case .link:
                    guard try store.adoptLink(item, in: view) else {
                        throw StoreError.conflict(
                            "it leads out of the directory; add what it leads to with 'reprofs add', then remove it")
                    }
                    counts.others += 1
                case .file:
                    let beside = SourceReading(item.open, size: item.size, store)
                    switch try store.adopt(item, progress: { progress.advance(by: $0, of: name) }) {
                    case .version(let added):
                        counts.versions += 1
                        try beside?.keep(as: added)
                    case .plain: counts.others += 1
                    }
                }
            } catch {
                progress.clear()
                counts.failed += 1
                Terminal.complain(error, of: name)
            }
        }
        progress.clear()
        for item in items.reversed() where item.kind == .directory { _ = store.removeAdopted(item) }
        Terminal.say(
            "\(directory): \(counts.versions) models and \(counts.others) other files moved into the store"
                + (counts.failed > 0 ? ", \(counts.failed) left where they are." : "."))
        return counts.failed == 0
    }
}
