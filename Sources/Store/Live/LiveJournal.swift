import Glibc
import Recipe
import Synchronization
import SystemPackage

/// What became of files that have no row yet, for the case that their mount is killed before they get one.
///
/// A file beside the drafts, one for each mount. A record is text without a NUL, ended by one; fields are
/// separated by slashes, which no name holds.
final class LiveJournal: Sendable {
    static let prefix = "journal-"
    /// Begins anew beyond this where every file has its row. Bytes.
    private static let limit = 1 << 20

    enum Record: Sendable, Equatable {
        case made(FreshFile)
        case renamed(Int64, parent: Int64, name: EntryName, changed: Timestamp)
        /// They have rows.
        case settled([Int64])
    }

    private struct State {
        var file: OwnedDescriptor
        /// Bytes.
        var size = 0
    }

    let mount: Int64
    let path: FilePath
    private let state: Mutex<State>

    /// A new journal for a mount's row, which no other mount of the store ever has.
    init(of mount: Int64, in directory: FilePath) throws(StoreError) {
        self.mount = mount
        path = directory.appending("\(Self.prefix)\(mount)")
        state = Mutex(State(file: try Self.make(path, .exclusiveCreate)))
    }

    private static func make(
        _ path: FilePath, _ options: FileDescriptor.OpenOptions
    ) throws(StoreError) -> OwnedDescriptor {
        try Kernel.open(
            path, .writeOnly, options: options.union([.create, .append, .noFollow]), permissions: [.ownerReadWrite])
    }

    /// It survives a kill of this process when this returns.
    func append(_ record: Record) throws(StoreError) {
        try state.withLock { state throws(StoreError) in
            let bytes = record.bytes
            try FaultPoint.reach("cannot write", path)
            // At once, and a part of a record is none.
            guard write(state.file.rawValue, bytes, bytes.count) == bytes.count else {
                let problem = Errno(rawValue: errno)
                ftruncate(state.file.rawValue, off_t(state.size))
                throw .system("cannot write", path, problem)
            }
            state.size += bytes.count
        }
    }

    /// Begins anew, with what has no row yet, once there is much that has. Where that fails the old one goes on.
    func shorten(to files: some Sequence<FreshFile>) {
        state.withLock { state in
            guard state.size > Self.limit else { return }
            // A kill leaves both, which tell the same.
            let next = FilePath(path.string + ".new")
            let records = files.flatMap { file in
                [.made(file), .renamed(file.id, parent: file.parent, name: file.name, changed: file.changed)]
                    as [Record]
            }
            let bytes = records.flatMap(\.bytes)
            do throws(StoreError) {
                let file = try Self.make(next, .truncate)
                try file.writeAll(bytes, next)
                try Kernel.rename(next, to: path)
                state = State(file: file, size: bytes.count)
            } catch {}
        }
    }

    /// The files of a journal that may have no row, by their numbers.
    static func files(in path: FilePath) throws(StoreError) -> [Int64: FreshFile] {
        let bytes = try Kernel.open(path, .readOnly).readAll(path)
        var files: [Int64: FreshFile] = [:]
        for part in bytes.split(separator: 0, omittingEmptySubsequences: false).dropLast() {
            guard let text = String(validating: part, as: UTF8.self), let record = Record(text) else { break }
            switch record {
            case .made(let file): files[file.id] = file
            case .renamed(let id, let parent, let name, let changed):
                files[id]?.parent = parent
                files[id]?.name = name
                files[id]?.changed = changed
            case .settled(let ids): for id in ids { files[id] = nil }
            }
        }
        return files
    }
}

extension LiveJournal.Record {
    var bytes: [UInt8] { Array("\(text)\0".utf8) }

    private var text: String {
        switch self {
        case .made(let file):
            let opener = file.opener.map {
                "\($0.pid)/\($0.started.nanoseconds)/\($0.identity)/\($0.executable ?? "")"
            }
            let owner = "\(file.user.map(String.init) ?? "")/\(file.group.map(String.init) ?? "")"
            let node = "\(file.id)/\(file.parent)/\(file.name)/\(file.mode)/\(owner)/\(file.made.nanoseconds)"
            return "made/\(node)/\(opener ?? "")"
        case .renamed(let id, let parent, let name, let changed):
            return "renamed/\(id)/\(parent)/\(name)/\(changed.nanoseconds)"
        case .settled(let ids): return "settled" + ids.map { "/\($0)" }.joined()
        }
    }

    init?(_ text: String) {
        if text.hasPrefix("settled/") {
            self = .settled(text.slashed.dropFirst().compactMap { Int64($0) })
            return
        }
        // The last field is a path, with slashes of its own.
        let fields = text.utf8.split(separator: UInt8(ascii: "/"), maxSplits: 11, omittingEmptySubsequences: false).map
        {
            String(decoding: $0, as: UTF8.self)
        }
        guard fields.count > 4, let id = Int64(fields[1]), let parent = Int64(fields[2]),
            let name = try? EntryName(fields[3])
        else {
            return nil
        }
        switch fields[0] {
        case "renamed":
            guard let changed = Int64(fields[4]) else { return nil }
            self = .renamed(id, parent: parent, name: name, changed: Timestamp(nanoseconds: changed))
        case "made":
            guard fields.count > 8, let mode = UInt32(fields[4]), let made = Int64(fields[7]) else { return nil }
            var opener: Opener?
            if fields.count == 12, let pid = Int32(fields[8]), let started = Int64(fields[9]) {
                opener = Opener(
                    identity: fields[10], pid: pid, started: Timestamp(nanoseconds: started),
                    executable: fields[11].isEmpty ? nil : fields[11])
            }
            let time = Timestamp(nanoseconds: made)
            self = .made(
                FreshFile(
                    id: id, parent: parent, name: name, mode: mode, user: UInt32(fields[5]),
                    group: UInt32(fields[6]), opener: opener, made: time, changed: time))
        default: return nil
        }
    }
}
