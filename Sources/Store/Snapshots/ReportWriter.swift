import CLinux
import Glibc
import Recipe
import SystemPackage

/// Who wrote a report, and so what of the file system it can speak of.
package struct ReportWriter: Sendable, Hashable {
    let rights: Rights
    /// Directories of this machine that it was seen to have, under whatever names, where its root is not the mount's: nothing else
    /// of what it names is what it sees. Nil for a process that sees what the mount sees.
    var places: [FilePath]?
    /// The process, as long as it is there to be asked.
    private let container: Int32?

    /// Whoever runs this process.
    package static var own: ReportWriter { ReportWriter(rights: .own, places: nil, container: nil) }

    private init(rights: Rights, places: [FilePath]?, container: Int32?) {
        self.rights = rights
        self.places = places
        self.container = container
    }

    /// The process that a request came from.
    package init(user: UInt32, group: UInt32, process: Int32?) {
        rights = Rights(user: user, group: group, process: process)
        // A namespace of its own alone does not matter: services have one, with the same root.
        let root = process.flatMap { try? FileFacts.at(FilePath("/proc/\($0)/root")) }
        let own = try? FileFacts.at("/")
        container = root.flatMap { root in own.map { root.isSameFile(as: $0) } ?? true ? nil : process }
        places = container == nil ? nil : []
    }

    /// Why a report of it is not taken at all; nil where it is.
    package var refusal: String? {
        guard !rights.canBeTaken else { return nil }
        return
            "a report of user \(rights.user) is not taken: this mount runs as user \(geteuid()) and cannot read files "
            + "with the rights of others; mount as root, or run the tool as that user"
    }

    /// The same writer with the places that its report states, as `inside` and `outside`: those where both are one directory. So a
    /// container can only speak of what it has mounted itself.
    func seeing(_ stated: JSON?) -> ReportWriter {
        guard let container else { return self }
        var seen = self
        var shared: [FilePath] = []
        for (inside, outside) in (stated?.object?.members ?? []).prefix(64) {
            guard let outside = outside.string.map({ FilePath($0) }), outside.isAbsolute,
                let names = ViewPath(parsing: inside)?.components, inside.utf8.first == UInt8(ascii: "/"),
                let root = try? OpenDirectory(named: FilePath("/proc/\(container)/root")),
                let its = try? root.directory(names).facts(), let own = try? FileFacts.at(outside),
                its.isSameFile(as: own)
            else { continue }
            shared.append(outside)
        }
        seen.places = shared
        return seen
    }

    /// The process that ran what is reported: another one may deliver it. Of another user only one that is there and is theirs is
    /// believed; whoever runs the mount may say what they want.
    func process(claimed: String??, seen: String?) -> String? {
        guard let claimed else { return seen }
        guard rights.user != geteuid(), let identity = claimed, identity != seen else { return claimed }
        guard
            let pid = identity.utf8.split(separator: UInt8(ascii: "-")).dropFirst().first.flatMap({
                Int32(String($0) ?? "")
            }),
            Opener(process: pid)?.identity == identity,
            (try? FileFacts.at(FilePath("/proc/\(pid)")))?.user == rights.user
        else { return seen }
        return identity
    }

    // MARK: - In the catalogue

    var json: JSON {
        [
            "user": .integer(rights.user), "group": .integer(rights.group),
            "groups": .array(rights.groups.map { .integer($0) }), "seesAll": .bool(rights.seesAll),
            "places": places.map { .array($0.map { .string($0.string) }) } ?? .null,
        ]
    }

    /// Reads what ``json`` gave; nil for anything else.
    init?(_ json: JSON) {
        func id(_ json: JSON?) -> UInt32? { json?.number?.int.flatMap { UInt32(exactly: $0) } }
        guard let user = id(json["user"]), let group = id(json["group"]), let seesAll = json["seesAll"]?.bool,
            let groups = json["groups"]?.array?.compactMap({ id($0) })
        else { return nil }
        self.init(
            rights: Rights(user: user, group: group, groups: groups, seesAll: seesAll),
            places: json["places"]?.array?.compactMap { $0.string.map { FilePath($0) } }, container: nil)
    }
}

// MARK: - What it names

extension ReportWriter {
    /// A regular file that its report names, opened with its rights.
    func file(_ path: FilePath) throws(StoreError) -> OpenFile {
        let place = try place(of: path)
        return try rights.perform { () throws(StoreError) in
            guard let (directory, names) = place else {
                // Opening a device may do something to it.
                guard try FileFacts.at(path)?.kind == .file else { throw .notFound("the file \(path)") }
                return try OpenFile(named: path)
            }
            return try OpenDirectory(named: directory).file(names)
        }
    }

    /// An image that it reports; `refusedReport` where it cannot read it.
    func image(_ path: FilePath) throws(StoreError) -> (file: OwnedDescriptor, facts: FileFacts) {
        do throws(StoreError) {
            let file = try file(path)
            return (file.descriptor, try file.facts())
        } catch .system(_, _, let errno) where [.permissionDenied, .notPermitted].contains(errno) {
            throw .refusedReport("user \(rights.user), who wrote it, may not read \(path)")
        }
    }

    /// The same for a directory.
    func directory(_ path: FilePath) throws(StoreError) -> OpenDirectory {
        let place = try place(of: path)
        return try rights.perform { () throws(StoreError) in
            guard let (directory, names) = place else { return try OpenDirectory(named: path) }
            return try OpenDirectory(named: directory).directory(names)
        }
    }

    /// Whether links are followed: in what a container has mounted they lead somewhere else for it.
    var followsLinks: Bool { places == nil }

    /// The place beneath which a path of a container lies, and its names there; nil for one that is a path here.
    private func place(of path: FilePath) throws(StoreError) -> (FilePath, [EntryName])? {
        guard path.isAbsolute else { throw .refusedReport("'\(path)' is no absolute path") }
        guard let places else { return nil }
        for place in places {
            guard path.starts(with: place) else { continue }
            let rest = path.components.dropFirst(place.components.count)
            guard let names = try? rest.map({ try EntryName($0.string) }) else { break }
            return (place, names)
        }
        throw .refusedReport(
            "'\(path)' is a path of a container; say in its REPROFS_PATHS under which path of this machine it is mounted there"
        )
    }
}
