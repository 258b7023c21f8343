import GRDB
import Glibc
package import Recipe
package import SystemPackage

/// What giving a models directory back would write.
package struct ReleasePlan: Sendable {
    package struct Item: Sendable {
        package let row: LiveRow
        package let path: ViewPath
    }
    package var items: [Item] = []
    /// Bytes of all files.
    package var size = 0
}

extension Store {
    package func releasePlan() throws(StoreError) -> ReleasePlan {
        try catalogue.read { db in
            var plan = ReleasePlan()
            var pending: [(Int64, ViewPath)] = [(LiveRow.root, ViewPath([]))]
            while let (directory, path) = pending.popLast() {
                for row in try db.live(in: directory) {
                    plan.items.append(.init(row: row, path: path.appending(row.name)))
                    if row.kind == .directory { pending.append((row.id, path.appending(row.name))) }
                    plan.size += row.blob?.size ?? 0
                }
            }
            return plan
        }
    }

    /// Refuses where files would have to be copied and there is no room for them.
    package func requireRoom(for plan: ReleasePlan, in directory: FilePath) throws(StoreError) {
        let available = try Kernel.available(directory)
        guard plan.size >= available, let blob = plan.items.lazy.compactMap({ $0.row.blob }).first else { return }
        let probe = directory.appending(".reprofs-release")
        defer { _ = probe.withPlatformString { unlink($0) } }
        let file = try Kernel.open(probe, .writeOnly, options: [.create, .truncate], permissions: [.ownerReadWrite])
        if case .file(let source) = try contents(of: blob), Kernel.reflink(source, to: file) { return }
        throw .noSpace(directory, needed: plan.size, available: available)
    }

    /// Writes a node of the live view below `directory`. Files share blocks with the store where they can; with `isMove`
    /// they leave the store, and what rests on their bytes says so from then on. Cut off at any moment, every byte is in
    /// the store or in the directory, or in both.
    package func release(_ item: ReleasePlan.Item, to directory: FilePath, isMove: Bool) throws(StoreError) {
        var target = directory
        for name in item.path.components { target.append(name.text) }
        switch item.row.kind {
        case .directory:
            if try FileFacts.at(target) == nil { try Kernel.makeDirectory(target, permissions: 0o755) }
        case .link:
            guard target.withPlatformString({ symlink(item.row.target, $0) }) == 0 else {
                throw .system("cannot link", target, Errno(rawValue: errno))
            }
        case .file: try releaseFile(item.row, to: target, isMove: isMove)
        }
        guard item.row.kind != .link else { return }
        _ = target.withPlatformString { chmod($0, item.row.mode | (item.row.kind == .directory ? 0o700 : 0)) }
        if let user = item.row.user, let group = item.row.group {
            _ = target.withPlatformString { chown($0, user, group) }
        }
    }

    private func releaseFile(_ row: LiveRow, to target: FilePath, isMove: Bool) throws(StoreError) {
        let temporary = target.removingLastComponent().appending(".reprofs-release-\(row.id)")
        _ = temporary.withPlatformString { unlink($0) }
        if let blob = row.blob {
            let source = files.path(of: blob.digest)
            let isLast = try catalogue.read { db in
                try Int.fetchOne(
                    db.cachedStatement(sql: "SELECT count(*) FROM live WHERE blob = ? AND parent IS NOT NULL"),
                    arguments: [blob.id])
                    == 1
            }
            if isMove, isLast,
                source.withPlatformString({ from in temporary.withPlatformString { link(from, $0) } }) == 0
            {
                try catalogue.write { db in try db.setState(of: blob.id, .lost) }
                try Kernel.unlink(source)
                _ = temporary.withPlatformString { chmod($0, 0o644) }
            } else {
                try write(blob, to: temporary)
            }
            try Kernel.setTimes(temporary, accessed: row.accessed, modified: row.modified)
        } else {
            let source = try Kernel.open(livePath(row.id), .readOnly)
            let copy = try Kernel.open(
                temporary, .writeOnly, options: [.create, .exclusiveCreate], permissions: [.ownerReadWrite])
            if !Kernel.reflink(source, to: copy) {
                _ = try source.forEachChunk(temporary) { chunk throws(StoreError) in try copy.writeAll(chunk, temporary)
                }
            }
            try Kernel.sync(copy, temporary)
            let facts = try FileFacts.of(source, livePath(row.id))
            try Kernel.setTimes(temporary, accessed: nil, modified: facts.modified)
        }
        try Kernel.rename(temporary, to: target)
        try Kernel.syncDirectory(target.removingLastComponent())
    }
}
