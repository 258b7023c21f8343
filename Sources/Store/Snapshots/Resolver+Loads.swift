import Foundation
import GRDB
import Recipe

// The bytes that the process of a run was seen to open.
extension Resolver {
    /// The bytes that the run's process opened under the name, and whether the node may have used cached ones instead. Of several loads,
    /// those by the node itself are taken, or else the newest one before the run ended.
    func byLoad(_ reference: ModelReference) throws -> (resolution: Recipe.Resolution, mayBeKept: Bool)? {
        guard let run, let process = run.process else { return nil }
        let folders = reference.folder.map { Folder.searched(byStemIn: $0) }
        for path in reference.candidates {
            let names = reference.isStem ? Folder.modelSuffixes.map { path.description + $0 } : [path.description]
            for name in names {
                let rows = try Row.fetchAll(
                    db,
                    sql: """
                        SELECT load.id, load.first, load.folder, load.name, load.version, load.blob, blob.sha256, blob.size, blob.private FROM load
                        JOIN process ON process.id = load.process JOIN blob ON blob.id = load.blob
                        WHERE process.identity = ? AND load.name = ? AND load.folder <> '' AND load.first <= ?
                        ORDER BY load.first DESC, load.id DESC
                        """, arguments: [process, name, run.ended.nanoseconds])
                let found = try rows.filter { try folders?.contains($0.value("folder")) ?? true }
                guard let (row, mayBeKept) = try choose(found, for: reference.node),
                    let folder = try [row].named({ try $0.name("folder") }).first
                else { continue }
                let blob = try Blob(row)
                let resolution = Recipe.Resolution(
                    folder: folder, path: try own(row.value("name")), sha256: blob.digest,
                    size: blob.size, version: try row.value("version"))
                return (resolution, mayBeKept)
            }
        }
        return try byLinkedLoad(reference, process, before: run.ended).map { ($0, false) }
    }

    /// The same for the name of a link: its target was opened, under the target's own name.
    private func byLinkedLoad(
        _ reference: ModelReference, _ process: String, before ended: Timestamp
    ) throws -> Recipe.Resolution? {
        for path in reference.candidates {
            let names = reference.isStem ? Folder.modelSuffixes.map { path.description + $0 } : [path.description]
            for folder in try folders(of: reference, holding: path) {
                for name in names {
                    guard let inner = try? ModelPath(name), let found = try find(folder: folder, inner)?.resolution
                    else { continue }
                    let isSeen = try Bool.fetchOne(
                        db,
                        sql: """
                            SELECT 1 FROM linkName JOIN blob ON blob.id = linkName.blob JOIN load ON load.blob = blob.id
                            JOIN process ON process.id = load.process
                            WHERE linkName.path = ? AND blob.sha256 = ? AND process.identity = ? AND load.first <= ?
                            """, arguments: ["\(folder)/\(name)", found.sha256.data, process, ended.nanoseconds])
                    if isSeen == true { return found }
                }
            }
        }
        return nil
    }
}
