import GRDB
package import Recipe

/// A past state of the models, identified by the last event before it, since nothing changed in between.
package struct MomentRow: Sendable {
    /// The row of that event; 0 for the time before all of them.
    package let id: Int64
    /// When that event was; the beginning of 1970 for the time before all of them.
    package let time: Timestamp
}

/// A model that had a version at a moment.
package struct MomentModel: Sendable {
    /// The model's row.
    package let id: Int64
    /// Its name in the directory.
    package let name: EntryName
    /// The number of the version that the name held then.
    package let version: Int
    /// When its bytes last changed, as the view shows it.
    package let modified: Timestamp
}

extension Store {
    /// The moment that `time` belongs to; nil if it is in the future.
    package func moment(at time: Timestamp) throws(StoreError) -> MomentRow? {
        guard time <= Timestamp.now() else { return nil }
        return try one(
            "SELECT id, since FROM event WHERE since <= ? ORDER BY since DESC, id DESC LIMIT 1", [time.nanoseconds],
            MomentRow.init) ?? MomentRow(id: 0, time: Timestamp(nanoseconds: 0))
    }

    /// The moment after the event of this row; nil if there is no such event.
    package func moment(_ id: Int64) throws(StoreError) -> MomentRow? {
        if id == 0 { return MomentRow(id: 0, time: Timestamp(nanoseconds: 0)) }
        return try one("SELECT id, since FROM event WHERE id = ?", [id], MomentRow.init)
    }

    /// The models of a directory that had a version at a moment, ordered by row.
    package func models(
        in directory: Int64, at moment: MomentRow, after id: Int64, limit: Int
    ) throws(StoreError) -> [MomentModel] {
        try page(
            "\(pastModels) WHERE model.directory = ?2 AND model.id > ?3 ORDER BY model.id",
            [moment.time.nanoseconds, directory, id], limit, MomentModel.init)
    }

    /// The model of this name in a directory at a moment; nil if the name held nothing.
    package func model(
        named name: EntryName, in directory: Int64, at moment: MomentRow
    ) throws(StoreError) -> MomentModel? {
        try one(
            "\(pastModels) WHERE model.directory = ?2 AND model.name = ?3",
            [moment.time.nanoseconds, directory, name.databaseValue],
            MomentModel.init)
    }

    /// The model of this row at a moment; nil if its name held nothing.
    package func model(_ id: Int64, at moment: MomentRow) throws(StoreError) -> MomentModel? {
        try one("\(pastModels) WHERE model.id = ?2", [moment.time.nanoseconds, id], MomentModel.init)
    }

    /// Whether any model in a directory or below it had a version at a moment.
    package func hasModels(below directory: Int64, at moment: MomentRow) throws(StoreError) -> Bool {
        try one(
            """
            WITH RECURSIVE below(id) AS (
                SELECT ?2 UNION SELECT directory.id FROM directory JOIN below ON directory.parent = below.id)
            SELECT 1 FROM below JOIN model ON model.directory = below.id
            WHERE \(held) IS NOT NULL LIMIT 1
            """, [moment.time.nanoseconds, directory]
        ) { _ in true } ?? false
    }
}

/// The version that a model held at time ?1.
private let held = """
    (SELECT event.version FROM event WHERE event.model = model.id AND event.since <= ?1
    ORDER BY event.since DESC, event.id DESC LIMIT 1)
    """
private let pastModels = """
    SELECT model.id, model.name, version.number, version.modified FROM model JOIN version ON version.id = \(held)
    JOIN blob ON blob.id = version.blob AND blob.dropped IS NULL
    """

extension MomentRow {
    init(_ row: Row) throws {
        id = try row.id("id")
        time = try row.time("since")
    }
}

extension MomentModel {
    init(_ row: Row) throws {
        id = try row.id("id")
        name = try row.name("name")
        version = try row.value("number")
        modified = try row.time("modified")
    }
}
