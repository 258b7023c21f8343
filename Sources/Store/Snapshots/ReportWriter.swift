import CLinux
import Glibc
import Recipe
import SystemPackage

/// Who wrote a report, which decides what files it may name.
package struct ReportWriter: Sendable, Hashable {
    let rights: Rights
    /// If its root is not the mount's: the directories of this machine that it was seen to have, under any names. Nothing else that it
    /// names is what it sees. Nil for a process that sees what the mount sees.
    var places: [FilePath]?
    /// Its root directory, opened when the report came: while a process starts another program, it waits for the files that it closes, and
    /// reading its entries in /proc would block. Nil for a process that sees what the mount sees.
    private let container: Root?

    private final class Root: Sendable, Hashable {
        let directory: OwnedDescriptor?
        init(of process: Int32) { directory = try? Kernel.look(at: FilePath("/proc/\(process)/root")) }
        static func == (a: Root, b: Root) -> Bool { a === b }
        func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
    }

    /// The user of this process.
    package static var own: ReportWriter { ReportWriter(rights: .own, places: nil, container: nil) }

    private init(rights: Rights, places: [FilePath]?, container: Root?) {
        self.rights = rights
        self.places = places
        self.container = container
    }

    /// The process that a request came from.
    package init(user: UInt32, group: UInt32, process: Int32?) {
        rights = Rights(user: user, group: group, process: process)
        // A mount namespace alone does not matter: services have one, with the same root.
        let root = process.flatMap { FileFacts.knownAt(FilePath("/proc/\($0)/root")) }
        let own = FileFacts.knownAt("/")
        let isOther = root.flatMap { root in own.map { !root.isSameFile(as: $0) } } ?? false
        container = isOther ? process.map { Root(of: $0) } : nil
        places = container == nil ? nil : []
    }

    /// Why none of its reports is taken; nil if they are.
    package var refusal: String? {
        guard !rights.canBeTaken else { return nil }
        return
            "a report of user \(rights.user) is not taken: this mount runs as user \(geteuid()) and cannot read files "
            + "with the rights of others; mount as root, or run the tool as that user"
    }

    /// The same writer with the places that its report states, as pairs of `inside` and `outside`, if both are the same directory. So a
    /// container can only name what is mounted in it.
    ///
    /// Either path may be on a file system that never answers, so a child process looks.
    func seeing(_ stated: JSON?) -> ReportWriter {
        guard let container else { return self }
        var seen = self
        seen.places = []
        let members = (stated?.object?.members ?? []).prefix(64)
        guard !members.isEmpty, let root = container.directory,
            let reader = try? Reader.own()
        else { return seen }
        for (inside, outside) in members {
            guard let outside = outside.string.map({ FilePath($0) }), outside.isAbsolute,
                let names = ViewPath(parsing: inside)?.components, inside.utf8.first == UInt8(ascii: "/"),
                let its = try? reader.find(names, beneath: root, FilePath(inside)), its.kind == .directory,
                let own = try? reader.find(outside), own.device == its.device, own.inode == its.inode
            else { continue }
            seen.places?.append(outside)
        }
        return seen
    }

    /// The process that ran what is reported, which another one may deliver. A claim of another user is believed only if the process exists
    /// and is theirs; the mount's own user may claim anything.
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

    /// Reads what ``json`` returned; nil for anything else.
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
