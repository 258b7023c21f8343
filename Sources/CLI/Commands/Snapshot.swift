import ArgumentParser
import Foundation
import Glibc
import Recipe
import Store
import SystemPackage

struct SnapshotCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "snapshot", abstract: "Keep what images were made from.",
        discussion: """
            Each image's recipe is read, its models are pinned, and its input images too where they are found. Doing it \
            again gives the same snapshot, unless more is known by then. A directory stands for every image in it, but for those \
            of ComfyUI's input beside its output; name that to have them too.
            """)

    @Argument(help: "Images, or directories of them such as ComfyUI's output.", completion: .file())
    var images: [String]

    @Option(
        name: .customLong("input"), help: "A directory to look for input images in; may be repeated.",
        completion: .directory)
    var inputs: [String] = []

    @Option(help: "The name under by-image for a directory, instead of its own.")
    var label: EntryName?

    @Option(
        name: .customLong("from"),
        help: """
            Where a tool keeps more: InvokeAI's directory or its invokeai.db, or the address of a running A1111 or Forge; \
            may be repeated.
            """, completion: .file())
    var origins: [String] = []

    @Flag(name: .shortAndLong, help: "Name each image, even if there are many.") var verbose = false

    @OptionGroup var store: StoreOption

    func run() throws {
        let interrupts = Interrupts.ending
        defer { withExtendedLifetime(interrupts) {} }
        let store = try store.openOrMake()
        let inputs = try inputs.map { try Paths.absolute($0) }
        var items: [SnapshotWork.Item] = []
        var skipped = 0
        for given in images {
            let path = try Paths.located(given)
            guard Paths.isDirectory(path) else {
                items.append(.init(path: path, root: nil))
                continue
            }
            let root = Paths.real(path) ?? path
            let (found, others) = try ImageFiles.under(root)
            skipped += others
            items += found.map { .init(path: $0, root: root) }
        }
        let work = SnapshotWork(
            items, label: label, inputs: inputs, sources: try origins.map(source), store: store, isVerbose: verbose)
        let summary = work.run()
        if skipped > 0 {
            Terminal.complain(
                "\(skipped.of("file")) \(skipped == 1 ? "that is not an image, or a link, was" : "that are not images, or links, were") left out."
            )
        }
        for line in summary.lines { Terminal.say(line) }
        if try OtherHashes.readBLAKE3(store) { try Improvement.run(store) }
        if summary.failed > 0 { throw summary.done + summary.unchanged > 0 ? ExitCode.someFailed : ExitCode.failure }
    }

    private func source(_ origin: String) throws -> any RecordSource {
        if origin.hasPrefix("http://") || origin.hasPrefix("https://") {
            guard let url = URL(string: origin) else { throw ValidationError("--from: '\(origin)' is not an address") }
            return try WebUI(url)
        }
        guard let database = try InvokeDatabase(try Paths.absolute(origin)) else {
            throw ValidationError("--from: '\(origin)' is neither InvokeAI's database nor an address")
        }
        return database
    }
}

/// The images in a directory and below it.
enum ImageFiles {
    /// Images ordered by name, and the number of other files. A link counts as another file: whoever may write in a directory can name only
    /// files in it.
    ///
    /// ComfyUI's `input` beside its `output` is skipped: the files there were not made by this ComfyUI.
    static func under(_ directory: FilePath) throws -> (images: [FilePath], others: Int) {
        guard let stream = directory.withPlatformString({ opendir($0) }) else {
            throw CommandFailure("cannot list \(directory): \(Errno(rawValue: errno))")
        }
        var names: [(path: FilePath, text: String, kind: Int)] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
            guard name.first != UInt8(ascii: ".") else { continue }
            names.append((directory.appending(name), String(decoding: name, as: UTF8.self), Int(entry.pointee.d_type)))
        }
        closedir(stream)
        var found: (images: [FilePath], others: Int) = ([], 0)
        let hasOutput = names.contains { $0.text == "output" }
        for name in names.sorted(by: { $0.text < $1.text }) where !(hasOutput && name.text == "input") {
            let path = name.path
            var (isDirectory, isLink) = (name.kind == DT_DIR, name.kind == DT_LNK)
            if name.kind == DT_UNKNOWN {
                // Some file systems do not return types in listings.
                var facts = stat()
                guard path.withPlatformString({ lstat($0, &facts) }) == 0 else { continue }
                (isDirectory, isLink) = (facts.st_mode & S_IFMT == S_IFDIR, facts.st_mode & S_IFMT == S_IFLNK)
            }
            if isDirectory {
                let inner = try under(path)
                found.images += inner.images
                found.others += inner.others
            } else if !isLink, isImage(name.text) {
                found.images.append(path)
            } else {
                found.others += 1
            }
        }
        return found
    }

    /// Whether a file below a directory is in a part that ``under(_:)`` skips.
    static func isLeftAlone(_ file: FilePath, under root: FilePath) -> Bool {
        var place = file.removingLastComponent()
        while place != root, place.starts(with: root) {
            let above = place.removingLastComponent()
            if place.lastComponent == "input", Paths.isDirectory(above.appending("output")) { return true }
            place = above
        }
        return false
    }

    private static let suffixes = Set(Container.suffixes)

    static func isImage(_ name: String) -> Bool {
        name.splitAtLast(".").map { suffixes.contains("." + $0.after.lowercased()) } ?? false
    }
}

extension EntryName: ExpressibleByArgument {
    /// Nil also for a text with a backslash, which elsewhere would be a separator.
    package init?(argument: String) {
        guard let name = try? EntryName(comingIn: argument.utf8) else { return nil }
        self = name
    }
}
