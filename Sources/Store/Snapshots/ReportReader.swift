import Glibc
import Recipe
import SystemPackage

/// Opens what a report names, with the rights of its writer: the only way from a name in a report to a file. See ``Reader``.
final class ReportReader {
    let writer: ReportWriter
    private let reader: Reader

    /// The largest output, the largest input, and the most that one report may have read, where a file counts each time. Bytes.
    static let outputLimit = 4 << 30, inputLimit = 1 << 30, limit = 16 << 30
    private var rest = ReportReader.limit
    /// What of the report is in no snapshot, and why.
    private(set) var leftOut: [String] = []

    init(_ writer: ReportWriter) throws(StoreError) {
        self.writer = writer
        reader = try Reader(writer.rights)
    }

    /// Whether the writer is the user of this process, outside any container.
    var isOwn: Bool { writer.rights.user == geteuid() && writer.places == nil }

    /// Whether links are followed: in the directories of a container they lead elsewhere for it.
    var followsLinks: Bool { writer.places == nil }

    /// What is at this path; nil if there is nothing.
    func find(_ path: FilePath) throws(StoreError) -> Reader.Found? {
        guard path.isAbsolute else { throw .refusedReport("'\(path)' is not an absolute path") }
        guard let places = writer.places else { return try reader.find(path) }
        for place in places {
            guard path.starts(with: place) else { continue }
            let rest = path.components.dropFirst(place.components.count)
            guard let names = try? rest.map({ try EntryName($0.string) }) else { break }
            guard let directory = try reader.find(place)?.descriptor else { return nil }
            return try reader.find(names, beneath: directory, path)
        }
        throw .refusedReport(
            "'\(path)' is a path of a container; say in its REPROFS_PATHS under which path of this machine it is mounted there"
        )
    }

    /// Opens a regular file.
    func file(_ path: FilePath) throws(StoreError) -> OpenFile {
        guard let found = try find(path), found.kind == .file, let file = found.descriptor else {
            throw .notFound("the file \(path)")
        }
        return try OpenFile(file, path)
    }

    func directory(_ path: FilePath) throws(StoreError) -> OpenDirectory {
        guard let found = try find(path), found.kind == .directory, let directory = found.descriptor else {
            throw .notFound("the directory \(path)")
        }
        return OpenDirectory(directory, path)
    }

    /// A directory in another one, without following a link.
    func directory(_ name: EntryName, in directory: OpenDirectory) throws(StoreError) -> OpenDirectory {
        let path = directory.path(of: [name])
        guard let found = try reader.find([name], beneath: directory.descriptor, path), found.kind == .directory,
            let inner = found.descriptor
        else { throw .notFound("the directory \(path)") }
        return OpenDirectory(inner, path)
    }

    /// Throws if a file is too large, by itself or together with all that was read before.
    func require(_ size: Int, atMost limit: Int = .max, _ path: FilePath) throws(StoreError) {
        guard size <= limit else {
            throw .refusedReport("\(path) has \(size) bytes; a report may name files of up to \(limit)")
        }
        guard size <= rest else {
            throw .refusedReport("\(path) is one too many: all files that a report names may have \(Self.limit) bytes")
        }
        rest -= size
    }

    func leaveOut(_ what: String, _ error: StoreError) {
        leftOut.append("\(what) of a reported run is left out: \(error.refusal ?? "\(error)")")
    }

    /// Opens an image that is reported; throws `refusedReport` if its writer cannot read it, or it is too large.
    func image(_ path: FilePath) throws(StoreError) -> (file: OwnedDescriptor, facts: FileFacts) {
        do throws(StoreError) {
            let file = try file(path)
            let facts = try file.facts()
            try require(facts.size, atMost: Self.outputLimit, path)
            return (file.descriptor, facts)
        } catch .system(_, _, let errno) where [.permissionDenied, .notPermitted].contains(errno) {
            throw .refusedReport("user \(writer.rights.user), who wrote it, may not read \(path)")
        }
    }
}
