import Glibc
import Recipe
import SystemPackage

/// The code of ComfyUI's node packs, captured as documents: without models, caches and version control.
final class NodePacks: Sendable {
    private struct Known: Sendable {
        let fingerprint: Digest
        let files: [File]
        let omitted: Int
    }

    struct File: Sendable {
        let path: String
        let blob: PublishedBlob
    }

    /// Bytes of a file of code at most; what is larger is data.
    private static let limit = 32 << 20
    private static let directories: Set<String> = [
        ".git", "__pycache__", ".cache", ".venv", "venv", "node_modules", ".mypy_cache", ".pytest_cache", ".ruff_cache",
        "models", "checkpoints", "ckpts",
    ]
    private static let suffixes = [".pyc", ".pyo", ".log", ".tmp"]

    /// What was captured of each directory, as long as its files are the same: a pack does not change between images.
    private let known = Lock(.nodePacks, [FilePath: Known]())

    /// The files of the pack at `path`, published; nil where it cannot be read.
    func capture(_ path: FilePath, into files: BlobFiles) throws(StoreError) -> (files: [File], omitted: Int)? {
        guard try FileFacts.at(path) != nil else { return nil }
        var found: [(path: FilePath, name: String, facts: FileFacts)] = []
        var omitted = 0
        try Self.list(path, under: "", &found, &omitted)
        let lines = found.map { "\($0.name)\0\($0.facts.size)\0\($0.facts.modified.nanoseconds)\n" }
        let fingerprint = SHA256.digest(of: Array(lines.joined().utf8))
        if let same = known.withLock({ $0[path] }), same.fingerprint == fingerprint {
            return (same.files, same.omitted)
        }
        var captured: [File] = []
        for file in found {
            let source = try Kernel.open(file.path, .readOnly)
            let blob = try files.publish(source, file.path, size: file.facts.size)
            captured.append(File(path: file.name, blob: blob))
        }
        let made = Known(fingerprint: fingerprint, files: captured, omitted: omitted)
        known.withLock { $0[path] = made }
        return (captured, omitted)
    }

    private static func list(
        _ path: FilePath, under prefix: String, _ found: inout [(path: FilePath, name: String, facts: FileFacts)],
        _ omitted: inout Int
    ) throws(StoreError) {
        // A pack may be one file.
        guard let facts = try FileFacts.at(path) else { return }
        guard facts.kind == .directory else {
            let name = path.lastComponent?.string ?? ""
            guard facts.kind == .file, prefix.isEmpty || !isOmitted(name, facts) else { return omitted += 1 }
            return found.append((path, prefix.isEmpty ? "" : prefix, facts))
        }
        for name in try DirectoryListing.names(in: path).sorted() {
            if directories.contains(name) {
                omitted += 1
                continue
            }
            try list(path.appending(name), under: prefix.isEmpty ? name : prefix + "/" + name, &found, &omitted)
        }
    }

    private static func isOmitted(_ name: String, _ facts: FileFacts) -> Bool {
        facts.size > limit || Folder.isModelFile(name) || suffixes.contains { name.endsInBytes(of: $0) }
    }
}

extension PinTree {
    /// The tree of the node packs that an environment lists, as `custom_nodes` has them.
    init(nodePacksOf environment: JSON) {
        self.init()
        for pack in environment["nodePacks"]?.array ?? [] {
            guard let name = pack["name"]?.string.flatMap({ try? ModelPath($0) }) else { continue }
            for file in pack["files"]?.array ?? [] {
                guard let digest = file["sha256"]?.string.flatMap({ Digest(hex: $0) }), let path = file["path"]?.string
                else { continue }
                // A pack that is one file is listed with an empty path.
                guard let inner = ViewPath(parsing: path)?.components else { continue }
                add(
                    .init(folder: "custom_nodes", path: name, sha256: digest, size: 0, version: nil), .observed,
                    at: name.components + inner)
            }
        }
    }
}
