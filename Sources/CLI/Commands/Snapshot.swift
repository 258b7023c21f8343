import ArgumentParser
import Glibc
import Recipe
import Store
import SystemPackage

struct SnapshotCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "snapshot", abstract: "Keep what images were made from.",
        discussion: """
            Each image's recipe is read, its models are pinned, and its input images too where they are found. Doing it \
            again gives the same snapshot, unless more is known by then. A directory stands for every image in it.
            """)

    @Argument(help: "Images, or directories of them such as ComfyUI's output.")
    var images: [String]

    @Option(name: .customLong("input"), help: "A directory to look for input images in; may be repeated.")
    var inputs: [String] = []

    @Option(help: "The name under by-image for a directory, instead of its own.")
    var label: String?

    @OptionGroup var store: StoreOption

    func validate() throws {
        guard let label else { return }
        let isName = (try? ModelPath(label))?.components == [label]
        if !isName { throw ValidationError("--label must be a plain name") }
    }

    func run() throws {
        let store = try store.open()
        let inputs = try inputs.map { try Paths.absolute($0) }
        var counts = (done: 0, failed: 0, skipped: 0)
        for given in images {
            let path = try Paths.located(given)
            guard Paths.isDirectory(path) else {
                snapshot(path, root: nil, inputs: inputs, store: store, counts: &counts)
                continue
            }
            let root = Paths.real(path) ?? path
            let (found, others) = try ImageFiles.under(root)
            counts.skipped += others
            for image in found { snapshot(image, root: root, inputs: inputs, store: store, counts: &counts) }
        }
        if counts.skipped > 0 { Terminal.complain("\(counts.skipped) files that are no images were left out.") }
        if counts.failed > 0 { throw counts.done > 0 ? ExitCode.someFailed : ExitCode.failure }
    }

    private func snapshot(
        _ image: FilePath, root: FilePath?, inputs: [FilePath], store: Store,
        counts: inout (done: Int, failed: Int, skipped: Int)
    ) {
        do throws(StoreError) {
            let result = try store.snapshot(image, root: root, label: label, inputs: inputs)
            let note = result.supersedes.map { "  supersedes \($0.hex.prefix(12))" } ?? ""
            print(
                "\(result.id.hex.prefix(12))  \(result.grade)  \(image.lastComponent?.string ?? "")\(result.isNew ? note : "  as before")"
                    .withoutControls)
            counts.done += 1
        } catch {
            Terminal.complain("reprofs: \(error)".withoutControls)
            counts.failed += 1
        }
    }
}

/// The images in a directory and below it.
enum ImageFiles {
    /// Images by name, and how many other files there are. Links to directories are not followed.
    static func under(_ directory: FilePath) throws -> (images: [FilePath], others: Int) {
        guard let stream = directory.withPlatformString({ opendir($0) }) else {
            throw Failure(description: "cannot list \(directory): \(Errno(rawValue: errno))")
        }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        closedir(stream)
        var found: (images: [FilePath], others: Int) = ([], 0)
        for name in names.sorted() {
            let path = directory.appending(name)
            var facts = stat()
            guard path.withPlatformString({ lstat($0, &facts) }) == 0 else { continue }
            if facts.st_mode & S_IFMT == S_IFDIR {
                let inner = try under(path)
                found.images += inner.images
                found.others += inner.others
            } else if Container.suffixes.contains(where: { name.lowercased().hasSuffix($0) }) {
                found.images.append(path)
            } else {
                found.others += 1
            }
        }
        return found
    }

    struct Failure: Error, CustomStringConvertible {
        let description: String
    }
}
