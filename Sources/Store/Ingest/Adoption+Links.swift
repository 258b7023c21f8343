import GRDB
import Glibc
import Recipe
import SystemPackage

// Links in a directory that is adopted, and whether the view already has them.

extension Store {
    /// Adopts a link that stays inside the directory; false if it leads out, so that its target has to be added instead.
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
            // An interrupted adoption may have made the link already.
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

    /// A relative target for an absolute link that leads into the adopted directory; nil for any other link.
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

    /// The node of the view that has the name under which an item would come in.
    func holder(of item: AdoptionItem) throws(StoreError) -> LiveRow? {
        try catalogue.read { db in
            try db.directory(liveNames: item.path.dropLast()).flatMap { try db.live(named: item.name, in: $0) }
        }
    }

    /// Whether a node of the view is the same link, or has the bytes of its target.
    func holds(_ row: LiveRow, link target: String, of item: AdoptionItem) throws(StoreError) -> Bool {
        if row.kind == .link { return row.target == target }
        guard row.kind == .file else { return false }
        return try holds(row, target: target, of: item)
    }

    /// Whether a file of the view has the bytes of a link's target: `add` follows links.
    func holds(_ row: LiveRow, target: String, of item: AdoptionItem) throws(StoreError) -> Bool {
        guard let target = Self.path(of: target, from: item.path.dropLast()) else { return false }
        guard let source = try? item.top.file(target) else {
            // The target has already been moved into the view.
            let other = AdoptionItem(top: item.top, path: target, kind: .file, size: 0)
            guard let blob = row.blob else { return false }
            return try holder(of: other)?.blob?.id == blob.id
        }
        return try holds(row, source)
    }

    /// The path that a relative link leads to; nil if it leads out of the view.
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
