import Recipe
import SystemPackage

/// Finds the code of one node pack. It ends whatever the directory contains: every directory is entered once, a link is followed only if no
/// link led to it, and the number of files, their size and their depth are bounded. What is left out is reported.
struct NodePackWalk {
    struct File: Sendable {
        let path: FilePath
        /// The path in the pack; empty if the pack is a single file.
        let name: String
        let facts: FileFacts
    }

    struct LeftOut: Sendable, Hashable {
        let path: String
        let why: String
        var json: JSON { ["path": .string(path), "why": .string(why)] }
    }

    /// The largest file of code; a larger one is data. Bytes.
    static let fileLimit = 32 << 20
    /// The most that one pack may hold: files, bytes, names examined, and nested directories.
    static let countLimit = 20_000, sizeLimit = 256 << 20, visitLimit = 200_000, depthLimit = 64
    /// The largest number of sentences about what was left out; the last one says how many more there are.
    private static let tellingLimit = 100

    private static let directories: Set<String> = [
        ".git", "__pycache__", ".cache", ".venv", "venv", "node_modules", ".mypy_cache", ".pytest_cache", ".ruff_cache",
    ]
    private static let suffixes = [".pyc", ".pyo", ".log", ".tmp"]

    private(set) var files: [File] = []
    /// Directories by their paths in the pack, with the time when their contents last changed; without those of which something was left
    /// out.
    var directories: [String: Timestamp] {
        found.filter { directory, _ in
            !incomplete.contains { directory.isEmpty || ($0 + "/").hasPrefix(directory + "/") }
        }
    }
    /// How many entries are not code, or not files.
    private(set) var omitted = 0
    private var found: [String: Timestamp] = [:]
    /// Paths of directories of which something was left out.
    private var incomplete: Set<String> = []
    private(set) var leftOut: [LeftOut] = []
    private let reader: ReportReader
    private var size = 0
    private var visited = 0
    private var untold = 0
    private var entered: Set<Place> = []

    private struct Place: Hashable { let device, inode: UInt64 }

    /// As far as whoever reported the pack may see.
    static func of(_ path: FilePath, _ reader: ReportReader) throws(StoreError) -> NodePackWalk {
        var walk = NodePackWalk(reader)
        if let file = try? reader.file(path) {
            walk.take(
                File(path: path, name: "", facts: try file.facts()), called: path.lastComponent?.string ?? "", [])
            return walk
        }
        try walk.enter(try reader.directory(path), [], isLinked: false)
        if walk.untold > 0 { walk.leftOut.append(.init(path: "", why: "\(walk.untold) more are not listed")) }
        return walk
    }

    private init(_ reader: ReportReader) { self.reader = reader }

    private mutating func enter(
        _ directory: OpenDirectory, _ names: [EntryName], isLinked: Bool
    ) throws(StoreError) {
        let facts = try directory.facts()
        guard entered.insert(Place(device: facts.device, inode: facts.inode)).inserted else {
            return leave(names, "it is a directory that another path in the pack leads to")
        }
        guard names.count < Self.depthLimit else { return leave(names, "it is nested too deeply") }
        found[ViewPath(names).description] = facts.changed
        for bytes in try directory.entries() {
            visited += 1
            guard visited <= Self.visitLimit else { return leave(names, "the pack holds too many names") }
            guard let name = try? EntryName(bytes: bytes) else {
                omit(names)
                continue
            }
            let inner = names + [name]
            do throws(StoreError) { try look(at: name, in: directory, inner, isLinked: isLinked) } catch {
                leave(inner, error.refusal ?? "the user who reported it cannot read it")
            }
        }
    }

    private mutating func look(
        at name: EntryName, in directory: OpenDirectory, _ names: [EntryName], isLinked: Bool
    ) throws(StoreError) {
        guard !Self.directories.contains(name.text) else { return omit(names.dropLast()) }
        let path = directory.path(of: [name])
        // A user who could open the directory may see the facts of its names. A name may be the mount point of a file system that never
        // answers.
        guard let facts = try directory.facts(name, asksNobody: true) else { return }
        switch facts.kind {
        case .directory: try enter(try reader.directory(name, in: directory), names, isLinked: isLinked)
        case .file: take(File(path: path, name: ViewPath(names).description, facts: facts), called: name.text, names)
        case .other: omit(names.dropLast())
        case .link:
            guard reader.followsLinks else {
                return leave(names, "it is a link, which leads somewhere else in a container")
            }
            guard !isLinked else { return leave(names, "it is a link in a directory that a link led to") }
            guard let found = try reader.find(path), let descriptor = found.descriptor else {
                return omit(names.dropLast())
            }
            if found.kind == .directory {
                try enter(OpenDirectory(descriptor, path), names, isLinked: true)
            } else {
                let facts = try FileFacts.of(descriptor, path)
                take(File(path: path, name: ViewPath(names).description, facts: facts), called: name.text, names)
            }
        }
    }

    private mutating func take(_ file: File, called name: String, _ names: [EntryName]) {
        let isData =
            file.facts.size > Self.fileLimit || Folder.isModelFile(name)
            || Self.suffixes.contains { name.endsInBytes(of: $0) }
        guard !isData || file.name.isEmpty && file.facts.size <= Self.fileLimit else {
            return omit(names.dropLast())
        }
        guard files.count < Self.countLimit, size + file.facts.size <= Self.sizeLimit else {
            return leave(names, "the pack holds too much")
        }
        size += file.facts.size
        files.append(file)
    }

    private mutating func omit(_ directory: some Collection<EntryName>) {
        omitted += 1
        incomplete.insert(ViewPath(Array(directory)).description)
    }

    private mutating func leave(_ names: [EntryName], _ why: String) {
        incomplete.insert(ViewPath(names.dropLast()).description)
        let left = LeftOut(path: ViewPath(names).description, why: why)
        if leftOut.count < Self.tellingLimit { leftOut.append(left) } else { untold += 1 }
    }
}
