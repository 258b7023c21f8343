import ArgumentParser
import Recipe
import Store
import SystemPackage

/// `add --move`: moves whole models directories into the store, leaving nothing behind.
enum Adoption {
    /// What is to be moved.
    struct Plan {
        let directory: FilePath
        let items: [AdoptionItem]
    }

    /// Checks everything before anything is moved. Nil, with each reason printed, if something would be left behind.
    static func plan(_ directories: [FilePath], _ store: Store) throws -> [Plan]? {
        var plans: [Plan] = []
        var isPossible = true
        for directory in directories {
            let (items, refused) = try store.adoptable(directory)
            var obstacles = refused.map { ($0.path.string, $0.reason) }
            for item in items {
                guard let reason = try store.obstacle(to: item) else { continue }
                obstacles.append((directory.appending(ViewPath(item.path).description).string, reason))
            }
            for (path, reason) in obstacles { Terminal.complain("reprofs: \(path): \(reason)") }
            isPossible = isPossible && obstacles.isEmpty
            plans.append(Plan(directory: directory, items: items))
        }
        return isPossible ? plans : nil
    }

    /// Returns whether nothing is left in the directory.
    static func run(_ plan: Plan, _ store: Store) throws -> Bool {
        let (directory, items) = (plan.directory, plan.items)
        let view = LiveView(store)
        let progress = Progress(total: items.total(\.size))
        var counts = (versions: 0, others: 0, failed: 0)
        for item in items {
            let name = ViewPath(item.path).description
            do throws(StoreError) {
                switch item.kind {
                case .directory: try store.adoptDirectory(item)
                case .link:
                    guard try store.adoptLink(item, in: view) else {
                        throw StoreError.conflict(
                            "it leads out of the directory; add its target with '\(ShellCommand.reprofs("add"))', then remove the link"
                        )
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
                counts.failed += 1
                Terminal.complain(error, of: name)
            }
        }
        for item in items.reversed() where item.kind == .directory { _ = store.removeAdopted(item) }
        Terminal.say(
            "\(directory): \(counts.versions.of("model")) and \(counts.others.of("other file")) moved into the store"
                + (counts.failed > 0
                    ? ", \(counts.failed.grouped) left where \(counts.failed == 1 ? "it is" : "they are")." : "."))
        return counts.failed == 0
    }
}
