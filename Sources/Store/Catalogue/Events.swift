import Foundation
import GRDB
package import Recipe

/// A change of what a model's name holds.
package struct EventListing: Sendable {
    /// When the name came to hold it; for files that were added, that may be long before ``recorded``.
    package let time: Timestamp
    /// When it was recorded; the name may have held its bytes long before.
    package let recorded: Timestamp
    /// Folder and path.
    package let name: String
    /// What happened: one of ``Cause``.
    package let cause: String
    /// Numbers of the versions after and before the change; nil for none.
    package let version, previous: Int?
    /// The bytes that the name then held; nil if it held none.
    package let sha256: Digest?
    /// The process that did it; nil if it is not known.
    package let pid: Int32?
    /// That process's program; nil if it is not known.
    package let executable: String?

    init(_ row: Row) throws {
        time = try row.time("since")
        recorded = try row.time("recorded")
        name = try row.path("name")
        cause = try row.value("cause")
        version = try row.value("number")
        previous = try row.value("before")
        sha256 = try (row.value("sha256") as Data?).map { try Digest(column: $0) }
        pid = try row.value("pid")
        executable = try row.value("executable")
    }
}

extension Store {
    /// Every event in the order of time, or those of the model with this path, as `list models` shows it.
    package func forEachEvent(of model: String?, _ body: (EventListing) throws -> Void) throws(StoreError) {
        try eachEvent(
            "?2 IS NULL OR path.text || '/' || model.name = ?2 ORDER BY event.since, event.id", [model], body)
    }

    /// The newest events of a model, the newest first: so many at most.
    package func events(ofModel id: Int64, limit: Int) throws(StoreError) -> [EventListing] {
        var all: [EventListing] = []
        try eachEvent("event.model = ?2 ORDER BY event.since DESC, event.id DESC LIMIT ?3", [id, limit]) {
            all.append($0)
        }
        return all
    }

    private func eachEvent(
        _ condition: String, _ arguments: StatementArguments, _ body: (EventListing) throws -> Void
    ) throws(StoreError) {
        try each(
            """
            \(DirectoryRow.paths) SELECT event.since, event.recorded, path.text || '/' || model.name AS name, event.cause,
            new.number, old.number AS before, blob.sha256, process.pid, process.executable FROM event
            JOIN model ON model.id = event.model JOIN path ON path.id = model.directory
            LEFT JOIN version AS new ON new.id = event.version LEFT JOIN version AS old ON old.id = event.previous
            LEFT JOIN blob ON blob.id = new.blob LEFT JOIN process ON process.id = event.process WHERE \(condition)
            """, [DirectoryRow.Root.models.rawValue] + arguments
        ) { try body(EventListing($0)) }
    }
}
