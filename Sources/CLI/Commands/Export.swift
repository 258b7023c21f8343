import ArgumentParser
import Foundation
import Glibc
import Recipe
import Reproduction
import Store
import SystemPackage

struct ExportCommand: AnswersInJSON {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Write a directory from which an image can be made again without ReproFS.",
        discussion: """
            It holds the models, inputs and node packs, the prompt, and a README. Models share their blocks with the store \
            where the filesystem can. Keys and passwords are taken out. What is not here, but at a remote, is fetched first.
            """)

    @OptionGroup var image: ImageArgument
    @Argument(help: "The directory; it must be absent or empty.", completion: .directory) var directory: String
    @Flag(help: "Print JSON.") var json = false
    @OptionGroup var store: StoreOption

    func run() throws {
        let target = try Paths.absolute(directory)
        let store = try store.openToRead()
        let found = try image.find(in: store)
        let run = try SnapshotRun(found.snapshot, named: found.name, store: store, isComplete: false)
        try fetchMissing(store.lostFiles(of: run.row), in: store) {
            if Paths.real(target) != nil { try Export.requireEmpty(try OpenDirectory(named: target), at: target) }
        }
        try run.requireBytes()
        let size = try Export(run: run, target: target).write()
        guard json else {
            return Terminal.say("Wrote \(size.asSize) to \(target); its README.md says how to use it.")
        }
        Terminal.say([
            "schema": DocumentSchema.export.json, "snapshot": .string(run.document.id.hex),
            "image": .string(found.name),
            "directory": .string(target.string), "bytes": .integer(size),
        ])
    }
}

/// The directory that an export writes.
struct Export {
    let run: SnapshotRun
    let target: FilePath

    /// Returns the size of the pinned files. Bytes.
    func write() throws -> Int {
        let (top, isNew) = try Paths.openDirectory(target)
        let made = MadeTree(top)
        try Self.requireEmpty(top, at: target)
        let pinned = try pinned()
        do {
            for file in pinned {
                try made.file(at: file.path) { name, parent throws(StoreError) in
                    try run.store.write(file.blob, to: name, in: parent)
                }
            }
            if let image = try image() {
                try made.file(at: ViewPath([try EntryName(image.name)])) { name, parent throws(StoreError) in
                    try parent.makeFile(name, mode: run.row.document.isPrivate ? 0o600 : 0o644).write(image.bytes)
                }
            }
            for name in ["models", "input", "custom_nodes", "output"] as [EntryName] {
                _ = try made.directory(at: [name])
            }
            try writeDocuments(pinned, in: made)
        } catch {
            // A partial export is useless.
            made.remove()
            if isNew { Paths.removeDirectory(target) }
            throw error
        }
        return pinned.total(\.blob.size)
    }

    static func requireEmpty(_ directory: OpenDirectory, at path: FilePath) throws {
        guard try directory.isEmpty else { throw CommandFailure("\(path) is not empty; nothing was written") }
    }

    /// The image itself, if its file still exists and holds nothing secret, under a name that no file of the export has.
    private func image() throws -> (name: String, bytes: [UInt8])? {
        guard let path = try run.store.file(ofImage: run.document.snapshot.image.sha256), let last = path.lastComponent
        else { return nil }
        let bytes = try OpenFile(named: path).bytes()
        // All of its texts are checked: a text that cannot be searched for keys does not count as clean.
        let isClean = (try Container.read(MemorySource(bytes))?.fields ?? []).allSatisfy { field in
            guard let json = try? JSONParser.parse(field.bytes) else { return false }
            return Redaction.clean(json, secretsOf: run.graph) == json
        }
        return isClean ? ("original-\(last.string)", bytes) : nil
    }

    private func pinned() throws -> [(path: ViewPath, blob: Blob)] {
        var all: [(path: ViewPath, blob: Blob)] = []
        for (top, set) in run.row.trees {
            all += try run.store.pinnedFiles(in: set).map { (ViewPath([top] + $0.path.components), $0.blob) }
        }
        return all
    }

    private func writeDocuments(_ pinned: [(path: ViewPath, blob: Blob)], in made: MadeTree) throws {
        // The export is as private as the image.
        let mode: UInt32 = run.row.document.isPrivate ? 0o600 : 0o644
        func write(_ text: String, to name: EntryName) throws {
            try made.file(at: ViewPath([name])) { name, parent throws(StoreError) in
                try parent.makeFile(name, mode: mode).write(Array(text.utf8))
            }
        }
        let clean = { (json: JSON) in Redaction.clean(json, secretsOf: run.graph) }
        let graph = clean(run.graph)
        try write(graph.python(), to: "prompt.json")
        let body: JSON = ["prompt": graph]
        try write(body.python(), to: "queue.json")
        if let workflow = run.document.workflow, let json = try? JSONParser.parse(workflow) {
            try write(clean(json).formatted(), to: "workflow.json")
        }
        if let environment = run.document.environment {
            try write(clean(environment).formatted(), to: "environment.json")
        }
        try write(clean(run.document.json).formatted(), to: "recipe.json")
        let sums = pinned.map { $0.blob.digest.line(for: $0.path.description) }.sorted().joined()
        try write(sums, to: "SHA256SUMS")
        if let packages = packages { try write(packages, to: "requirements.txt") }
        if let pixels = try run.store.pixels(ofSnapshot: run.row.id) { try write(Self.check(pixels), to: "check.py") }
        try write(readme(hasNodes: run.row.nodes != nil), to: "README.md")
    }

    /// The Python packages of the environment in pip's format; nil if they were not recorded.
    private var packages: String? {
        let names = (run.document.environment?["packages"]?.array ?? []).compactMap(\.string)
        return names.isEmpty ? nil : names.map { $0.onOneLine + "\n" }.joined()
    }

    /// The files of this export, and only those that are in it.
    private func contents(hasNodes: Bool) -> [String] {
        [
            run.document.environment.map { _ in "`environment.json`: versions, flags and packages" },
            packages.map { _ in "`requirements.txt`: the Python packages, for pip" },
            hasNodes ? "`custom_nodes/`: the code of the node packs" : nil,
            run.document.workflow.map { _ in "`workflow.json`: opens in ComfyUI's editor" },
            ((try? image()) ?? nil).map { "`\($0.name.onOneLine)`: the image itself" },
            "`recipe.json`: the recipe and its grade",
        ].compactMap { $0 }
    }

    /// A script that says whether a picture has these pixels, hashed as in ``PixelDigest``.
    private static func check(_ pixels: Digest) -> String {
        """
        #!/usr/bin/env python3
        \"""Says whether a picture has the pixels of the one that this directory was exported for: check.py output/PICTURE\"""
        import hashlib
        import sys

        from PIL import Image

        WANTED = "\(pixels.hex)"

        if len(sys.argv) != 2:
            sys.exit(__doc__)
        with open(sys.argv[1], "rb") as file:
            head = file.read(26)
        # Pillow makes 8 bits of what has 16, and 256 greys of 4 or 16, whatever mode it calls them.
        is_deep = head[:8] == b"\\x89PNG\\r\\n\\x1a\\n" and (head[24] == 16 or head[24] < 8 and head[25] == 0)
        picture = None if is_deep else Image.open(sys.argv[1])
        if picture is None or picture.mode not in ("1", "L", "LA", "P", "RGB", "RGBA"):
            sys.exit("pixels of this kind are not compared")
        made = hashlib.sha256(picture.convert("RGBA").tobytes()).hexdigest()
        sys.stdout.write("the same pixels\\n" if made == WANTED else "other pixels\\n")
        sys.exit(made != WANTED)

        """
    }

    private func readme(hasNodes: Bool) -> String {
        let environment = run.document.environment
        let version = environment?["comfyui"]?["version"]?.string
        let commit = environment?["comfyui"]?["commit"]?.string
        let flags = EnvironmentComparison.carriedFlags(of: environment).joined(separator: " ")
        var facts = ["ComfyUI \(version ?? "of an unknown version")" + (commit.map { ", commit \($0)" } ?? "")]
        for (key, label) in [("python", "Python"), ("torch", "torch")] {
            if let value = environment?[key]?.string { facts.append("\(label) \(value)") }
        }
        if let device = environment?["device"]?["name"]?.string { facts.append("device: \(device)") }
        let start = EnvironmentComparison.threads(of: environment).map { "\($0.name)=\($0.value) " }.joined()
        let pixels = (try? run.store.pixels(ofSnapshot: run.row.id)) ?? nil
        return """
            # \(run.document.name.onOneLine)

            Everything that this image was made from. Snapshot \(run.document.id.hex).

            It was made with:

            \(facts.map { "- \($0.onOneLine)" }.joined(separator: "\n"))

            To make it again:

            1. Check that every file is whole: `sha256sum -c SHA256SUMS`
            2. Start that ComfyUI on this directory, from within it, with the path of its own for COMFYUI:
               `\(start)python COMFYUI/main.py --base-directory "$PWD"\(flags.isEmpty ? "" : " " + flags.onOneLine)`
            3. Queue the prompt:
               `curl -H 'Content-Type: application/json' -d @queue.json http://127.0.0.1:8188/prompt`

            The image is then in `output/`.\(pixels == nil ? "" : " `python check.py output/PICTURE` says whether it has the same pixels.")

            \(contents(hasNodes: hasNodes).map { "- \($0)" }.joined(separator: "\n"))

            Keys and passwords were replaced by `\(Redaction.mark)`.

            """
    }
}
