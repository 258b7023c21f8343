import Glibc
import Recipe
import SystemPackage

/// Captures the code of ComfyUI's node packs as documents: without models, caches and version control, and only what the report's writer
/// may read.
final class NodePacks: Sendable {
    private struct Key: Hashable {
        let path: FilePath
        let writer: ReportWriter
    }

    private struct Known: Sendable {
        let fingerprint: Digest
        let capture: Capture
    }

    struct File: Sendable {
        /// Empty if the pack is a single file.
        let path: String
        let blob: PublishedBlob
    }

    struct Capture: Sendable {
        var files: [File] = []
        /// Files and directories that are not code: models, caches, version control.
        var omitted = 0
        /// What else was left out, and why.
        var leftOut: [NodePackWalk.LeftOut] = []
        /// When the captured entries last changed, by path: files, and directories of which everything is captured.
        var changes: [String: Timestamp] = [:]

        /// Whether a file, or a directory with everything beneath it, is captured as it was at a time.
        func holds(_ path: String, asOf time: Timestamp) -> Bool {
            guard let changed = changes[path], changed <= time else { return false }
            return changes.allSatisfy { !($0.key.hasPrefix(path + "/") || path.isEmpty) || $0.value <= time }
        }

        /// The same with the times of a later walk over the same files.
        fileprivate func with(timesOf walk: NodePackWalk) -> Capture {
            var capture = self
            let captured = Set(files.map(\.path))
            let lost = Set(walk.files.map(\.name)).subtracting(captured)
            capture.changes = Dictionary(
                walk.files.filter { captured.contains($0.name) }.map { ($0.name, $0.facts.changed) },
                uniquingKeysWith: max)
            for (directory, changed) in walk.directories
            where !lost.contains(where: { directory.isEmpty || $0.hasPrefix(directory + "/") }) {
                capture.changes[directory] = changed
            }
            return capture
        }
    }

    /// What was captured of each directory, reused while its files are unchanged: packs rarely change between images.
    private let known = Lock(.nodePacks, [Key: Known]())
    private static let limit = 1000

    /// Publishes the files of the pack at `path` and returns them. `directories` are those that ComfyUI loads packs from.
    func capture(
        _ path: FilePath, by reader: ReportReader, from directories: PackDirectories, into files: BlobFiles
    ) throws(StoreError) -> Capture {
        try directories.require(path, reader)
        let walk = try NodePackWalk.of(path, reader)
        let lines = walk.files.map { "\($0.name)\0\($0.facts.size)\0\($0.facts.modified.nanoseconds)\n" }
        let fingerprint = SHA256.digest(of: Array(lines.joined().utf8))
        let key = Key(path: path, writer: reader.writer)
        if let same = known.withLock({ $0[key] }), same.fingerprint == fingerprint {
            return same.capture.with(timesOf: walk)
        }
        var capture = Capture(omitted: walk.omitted, leftOut: walk.leftOut)
        for file in walk.files {
            let opened: OpenFile
            do throws(StoreError) { opened = try reader.file(file.path) } catch {
                capture.leftOut.append(
                    .init(path: file.name, why: error.refusal ?? "the user who reported it cannot read it"))
                continue
            }
            guard try opened.facts() == file.facts else {
                capture.leftOut.append(.init(path: file.name, why: "it changed while it was read"))
                continue
            }
            try reader.require(file.facts.size, file.path)
            let blob = try files.publish(opened.descriptor, file.path, size: file.facts.size)
            capture.files.append(File(path: file.name, blob: blob))
        }
        let made = Known(fingerprint: fingerprint, capture: capture)
        known.withLock { known in
            if known.count >= Self.limit { known = [:] }
            known[key] = made
        }
        return capture.with(timesOf: walk)
    }
}

extension PinTree {
    /// The tree of the node packs that an environment lists, laid out as in `custom_nodes`.
    init(nodePacksOf environment: JSON) {
        self.init()
        for pack in environment["nodePacks"]?.array ?? [] {
            guard let name = pack["name"]?.string.flatMap({ try? ModelPath($0) }) else { continue }
            for file in pack["files"]?.array ?? [] {
                guard let digest = file["sha256"]?.string.flatMap({ Digest(hex: $0) }), let path = file["path"]?.string
                else { continue }
                // A pack that is a single file is listed with an empty path.
                guard let inner = ViewPath(parsing: path)?.components else { continue }
                add(
                    .init(folder: "custom_nodes", path: name, sha256: digest, size: 0, version: nil), .observed,
                    at: name.components + inner)
            }
        }
    }
}
