import ArgumentParser
import Glibc
import Recipe
import ReproFS
import Store
import SystemPackage

struct ReleaseCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "release", abstract: "Write the live view into a plain directory: undoes 'add --move'.",
        discussion: """
            A mount of this store at the directory is unmounted first. Files share their blocks with the store where the \
            file system can, else they are copied when there is room. With --move they leave the store: nothing is copied, \
            and images that were made from them cannot be reproduced from the store any more. Older versions stay in it.
            """)
    @Argument(help: "The directory: empty or absent, or where this store is mounted.", completion: .directory)
    var directory: String
    @Flag(help: "Take the files out of the store.") var move = false
    @OptionGroup var store: StoreOption

    func run() throws {
        let target = try Paths.mountPoint(directory)
        let store = try store.open()
        // A plain directory has no mount to end.
        if MountPoint.isMounted(target) {
            guard let shown = MountPoint.status(at: target.string)?["store"]?.string else {
                throw StoreError.conflict(
                    "what is mounted at \(target) does not say which store it shows; nothing was changed")
            }
            guard Paths.real(FilePath(shown)) == Paths.real(store.path) else {
                throw StoreError.conflict("\(target) is a mount of the store \(shown); nothing was changed")
            }
            try MountPoint.unmount(target)
        }
        let directory = try Paths.openDirectory(target).directory
        guard try directory.isEmpty else {
            throw StoreError.conflict("\(target) is not empty; nothing was changed")
        }
        let plan = try store.releasePlan()
        if !move { try store.requireRoom(for: plan, in: directory) }
        let progress = Progress(total: plan.size)
        for item in plan.items {
            try store.release(item, to: directory, isMove: move)
            progress.advance(by: item.row.blob?.size ?? 0, of: item.path.description)
        }
        let count = plan.items.count { $0.row.kind != .directory }
        Terminal.say("\(count.of("file")) \(count == 1 ? "is" : "are") in \(target).")
    }
}
