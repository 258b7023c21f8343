import Foundation
import GRDB
package import Recipe
package import SystemPackage

// What `reprofs list` shows. Rows are passed on one at a time, so memory is bounded however long a listing is.

package struct ModelListing: Sendable {
    /// The folder of the models directory.
    package let folder: String
    /// The path in the folder.
    package let name: String
    /// How many versions the name has had.
    package let versions: Int
    /// The version that is live.
    package let live: Int?
    /// The bytes of the live version; nil if the name holds none.
    package let sha256: Digest?
    /// Bytes.
    package let size: Int?
    /// What loading it as a pickle would import; nil if it is not a pickle.
    package let pickle: PickleImports?
}

/// A version as `list versions` shows it.
package struct VersionListing: Sendable {
    /// The folder of the models directory.
    package let folder: String
    /// Below ``folder``.
    package let name: String
    /// Counted from 1 for each name, in the order of arrival.
    package let number: Int
    /// Whether the name holds it now.
    package let isLive: Bool
    /// The hash of its bytes.
    package let sha256: Digest
    /// Bytes.
    package let size: Int
    /// When it came into the store.
    package let recorded: Timestamp
    /// When garbage collection removed its bytes.
    package let dropped: Timestamp?

    /// The path as `list models` shows it.
    package var fullName: String { "\(folder)/\(name)" }
}

extension Store {
    /// Every model, or some, by folder and name.
    package func forEachModel(
        _ filter: ModelFilter = .init(), _ body: (ModelListing) throws -> Void
    ) throws(StoreError) {
        try each(
            """
            \(DirectoryRow.paths), \(ModelUse.tables(of: "SELECT blob FROM version")), chosen AS (SELECT model.id, path.text || '/' || model.name AS name FROM model
                JOIN path ON path.id = model.directory WHERE \(ModelFilter.condition)
                ORDER BY CASE WHEN ?6 < 0 THEN 0 ELSE (SELECT max(recorded) FROM event WHERE event.model = model.id) END DESC
                LIMIT ?6)
            SELECT chosen.name AS name, model.versions, version.number, blob.sha256, blob.size, identity.imports
            FROM chosen JOIN model ON model.id = chosen.id
            LEFT JOIN version ON version.id = model.current LEFT JOIN blob ON blob.id = version.blob
            LEFT JOIN identity ON identity.blob = blob.id ORDER BY 1
            """, [DirectoryRow.Root.models.rawValue] + filter.arguments + [filter.limit ?? -1]
        ) { row in
            let (folder, name) = try Self.split(row.path("name"))
            try body(
                ModelListing(
                    folder: folder, name: name, versions: try row.value("versions"), live: try row.value("number"),
                    sha256: try (row.value("sha256") as Data?).map { try Digest(column: $0) },
                    size: try row.value("size"),
                    pickle: PickleImports(column: try row.value("imports"))))
        }
    }

    /// Every version of every model, or of those called `filter` (`folder/name`, `name`, or a file name).
    package func forEachVersion(of filter: String?, _ body: (VersionListing) throws -> Void) throws(StoreError) {
        try eachVersion(
            """
            ?2 IS NULL OR path.text || '/' || model.name = ?2
                OR substr(path.text || '/' || model.name, -length(?2) - 1) = '/' || ?2
            """, [filter], body)
    }

    /// The versions of models with this path, as `list models` shows it, or else of those whose path ends with it.
    package func versions(called text: String) throws(StoreError) -> [VersionListing] {
        var all: [VersionListing] = []
        try forEachVersion(of: text) { all.append($0) }
        let exact = all.filter { $0.fullName.utf8.elementsEqual(text.utf8) }
        return exact.isEmpty ? all : exact
    }

    /// The versions, under any name, whose bytes have a SHA-256 that begins with `prefix`.
    package func versions(ofBytes prefix: DigestPrefix) throws(StoreError) -> [VersionListing] {
        var all: [VersionListing] = []
        try eachVersion("blob.sha256 BETWEEN ?2 AND ?3", [Data(prefix.low), Data(prefix.high)]) { all.append($0) }
        return all
    }

    /// The versions, under any name, of a file's bytes. The file is read only if the store has bytes of its size.
    package func versions(ofFile path: FilePath) throws(StoreError) -> [VersionListing] {
        guard let facts = try FileFacts.at(path), facts.kind == .file,
            try one("SELECT 1 FROM blob WHERE size = ?", [facts.size], { _ in true }) == true,
            let digest = try digest(ofFile: path), let prefix = DigestPrefix(hex: digest.hex)
        else { return [] }
        return try versions(ofBytes: prefix)
    }

    func eachVersion(
        _ condition: String, _ arguments: StatementArguments, _ body: (VersionListing) throws -> Void
    ) throws(StoreError) {
        try each(
            """
            \(DirectoryRow.paths) SELECT path.text || '/' || model.name AS name, version.number, version.recorded, blob.sha256, blob.size,
            blob.dropped, model.current IS version.id AS isLive
            FROM version JOIN model ON model.id = version.model JOIN path ON path.id = model.directory
            JOIN blob ON blob.id = version.blob WHERE \(condition) ORDER BY 1, version.number
            """, [DirectoryRow.Root.models.rawValue] + arguments
        ) { row in
            let (folder, name) = try Self.split(row.path("name"))
            try body(
                VersionListing(
                    folder: folder, name: name, number: try row.value("number"), isLive: try row.value("isLive"),
                    sha256: try row.digest("sha256"), size: try row.size("size"),
                    recorded: try row.time("recorded"),
                    dropped: (try row.value("dropped") as Int64?).map { Timestamp(nanoseconds: $0) }))
        }
    }

    /// Rows with bad names are left out; `verify` reports them.
    func each(
        _ sql: String, _ arguments: StatementArguments, _ body: (Row) throws -> Void
    ) throws(StoreError) {
        try catalogue.read { db in
            let rows = try Row.fetchCursor(db, sql: sql, arguments: arguments)
            while let row = try rows.next() {
                do { try body(row) } catch  where error.isOfRow { continue }
            }
        }
    }

    /// The folder and what is below it.
    static func split(_ path: String) -> (folder: String, name: String) {
        let parts = path.utf8.split(separator: UInt8(ascii: "/"), maxSplits: 1).map {
            String(decoding: $0, as: UTF8.self)
        }
        return (parts[0], parts.count > 1 ? parts[1] : "")
    }
}
