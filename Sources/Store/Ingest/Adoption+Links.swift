import GRDB
import Glibc
import Recipe
import SystemPackage

// Links of a directory that is adopted, and what has their names in the view already.

extension Store {
    /// A link that stays inside; false where it leads out, so that what it leads to is to be added.
    package func adoptLink(_ item: AdoptionItem, in view: LiveView) throws(StoreError) -> Bool {
        let target = try item.parent().target(ofLink: item.name).string
        let inner = Self.relative(target, from: item) ?? target
        let parent = try catalogue.write { db in try db.makeLiveDirectory(item.path.dropLast()) }
        do throws(StoreError) {
            let caller = Caller(user: geteuid(), group: getegid(), opener: nil)
            _ = try view.makeLink(item.name, to: inner, in: parent, by: caller)
        } catch {
            switch error {
            case .leavesView: return false
            // As an adoption left it that was cut off.
            case .exists:
                guard let old = try live(named: item.name, in: parent), try holds(old, link: inner, of: item) else {
                    throw error
                }
            default: throw error
            }
        }
        try catalogue.sync()
        try takeAway(item, kept: "link") { directory, name throws(StoreError) in
            guard try directory.facts(name)?.kind == .link else { return false }
            return try directory.target(ofLink: name).string == target
        }
        return true
    }

    /// The same link as a relative one where an absolute one leads into the directory that is adopted; nil for any other.
    static func relative(_ target: String, from item: AdoptionItem) -> String? {
        let wanted = FilePath(target).lexicallyNormalized()
        let really = Opener.link("/proc/self/fd/\(item.top.descriptor.rawValue)").map { FilePath($0) }
        for top in [item.top.path, really].compactMap({ $0 }) where wanted.isAbsolute && wanted.starts(with: top) {
            var path = FilePath(root: nil, item.path.dropLast().map { _ in FilePath.Component("..") })
            path.append(wanted.components.dropFirst(top.components.count))
            return path.isEmpty ? "." : path.string
        }
        return nil
    }

    /// Whether a node of the view has the bytes of a file.
    func holds(_ row: LiveRow, _ source: OpenFile) throws(StoreError) -> Bool {
        guard row.kind == .file else { return false }
        guard let blob = row.blob else { return try hasSameBytes(drafts().file([Self.draftName(row.fileRow)]), source) }
        guard blob.size == (try source.facts().size) else { return false }
        return try files.hash(source.descriptor, source.path) == blob.digest
    }

    /// The node that has the name in the view which something is to come under.
    func holder(of item: AdoptionItem) throws(StoreError) -> LiveRow? {
        try catalogue.read { db in
            try db.directory(liveNames: item.path.dropLast()).flatMap { try db.live(named: item.name, in: $0) }
        }
    }

    /// Whether a node of the view is the same link, or stands for the same bytes.
    func holds(_ row: LiveRow, link target: String, of item: AdoptionItem) throws(StoreError) -> Bool {
        if row.kind == .link { return row.target == target }
        guard row.kind == .file else { return false }
        return try holds(row, target: target, of: item)
    }

    /// Whether a file of the view has the bytes of what a link in the directory leads to: `add` followed it.
    func holds(_ row: LiveRow, target: String, of item: AdoptionItem) throws(StoreError) -> Bool {
        guard let target = Self.path(of: target, from: item.path.dropLast()) else { return false }
        guard let source = try? item.top.file(target) else {
            // It has come in already.
            let other = AdoptionItem(top: item.top, path: target, kind: .file, size: 0)
            guard let blob = row.blob else { return false }
            return try holder(of: other)?.blob?.id == blob.id
        }
        return try holds(row, source)
    }

    /// Where a relative link leads; nil for out of the view.
    private static func path(of target: String, from directory: ArraySlice<EntryName>) -> [EntryName]? {
        var path = Array(directory)
        for part in target.slashed where part != "." {
            if part == ".." {
                guard path.popLast() != nil else { return nil }
            } else {
                guard let name = try? EntryName(comingIn: Array(String(part).utf8)) else { return nil }
                path.append(name)
            }
        }
        return path.isEmpty ? nil : path
    }
}
