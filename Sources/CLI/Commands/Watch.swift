import ArgumentParser
import Foundation
import Glibc
import Recipe
import Store
import Synchronization
import SystemPackage

struct WatchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch",
        abstract: "Snapshot every image that any tool writes into these directories, until interrupted.",
        discussion: """
            What came while nobody watched is done first. Where one running process had opened an image's models through a \
            mount, their bytes are those that it opened, also where the files were replaced since.
            """)

    @Argument(help: "Output directories; directories in them are watched, too.", completion: .directory)
    var directories: [String]
    @Option(
        name: .customLong("input"), help: "A directory to look for input images in; may be repeated.",
        completion: .directory)
    var inputs: [String] = []
    @Option(help: "The name under by-image for the directory, instead of its own; for one directory.") var label:
        EntryName?
    @OptionGroup var store: StoreOption

    func validate() throws {
        if directories.isEmpty { throw ValidationError("say which directories to watch") }
        if label != nil, directories.count > 1 { throw ValidationError("--label is for one directory") }
    }

    func run() throws {
        let inputs = try inputs.map { try Paths.absolute($0) }
        let store = try store.open()
        let roots = try directories.map { given -> FilePath in
            let path = try Paths.located(given)
            guard Paths.isDirectory(path) else { throw StoreError.conflict("there is no directory \(path)") }
            return Paths.real(path) ?? path
        }
        let ending = Ending()
        let interrupts = Interrupts { ending.ask() }
        defer { withExtendedLifetime(interrupts) {} }
        let watch = try FileWatch()
        // Before listing what is there: files that come meanwhile are events.
        for root in roots { try watch.add(root) }
        try roots.forEach { try take(ImageFiles.under($0).images, root: $0, inputs, store) }
        Terminal.complain("Watching \(roots.map(\.string).joined(separator: ", ")).")
        while !ending.isAsked {
            // A tool may write a file in several steps; each step ends with a close.
            let events = try watch.next(within: 200)
            var files: [FilePath] = []
            for event in events {
                switch event {
                case .file(let path): files.append(path)
                case .directory(let path): files += (try? ImageFiles.under(path).images) ?? []
                case .lost: for root in roots { files += try ImageFiles.under(root).images }
                }
            }
            for root in roots {
                let own = Set(
                    files.filter {
                        $0.starts(with: root) && ImageFiles.isImage($0.lastComponent?.string ?? "")
                            && !ImageFiles.isLeftAlone($0, under: root)
                    })
                if !own.isEmpty { take(own.sorted { $0.string < $1.string }, root: root, inputs, store) }
            }
        }
    }

    private func take(_ files: [FilePath], root: FilePath, _ inputs: [FilePath], _ store: Store) {
        // Files that have gone again were temporary.
        let items = files.filter { $0.withPlatformString { access($0, R_OK) } == 0 }.map {
            SnapshotWork.Item(path: $0, root: root)
        }
        _ = SnapshotWork(
            items, label: label, inputs: inputs, sources: [], store: store, skipsUnchanged: true, isVerbose: true
        ).run()
    }
}
