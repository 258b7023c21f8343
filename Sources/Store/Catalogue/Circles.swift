import GRDB

/// Finds rows that are each other's ancestors: no root leads to them, or a walk would never end. ReproFS itself never writes such rows.
enum Circles {
    private static let trees = ["directory", "live", "snapshot"]

    /// One row of each kind that no root leads to. Every row has one parent, so it is in a circle, or below one.
    static func find(in db: Database) throws -> [(table: String, row: String)] {
        var found: [(table: String, row: String)] = []
        for table in trees {
            let row = try String.fetchOne(
                db,
                sql: """
                    WITH RECURSIVE below(id) AS (
                        SELECT id FROM \(table) WHERE parent IS NULL
                        UNION SELECT \(table).id FROM \(table) JOIN below ON \(table).parent = below.id)
                    SELECT CAST(id AS TEXT) FROM \(table) WHERE id NOT IN (SELECT id FROM below) LIMIT 1
                    """)
            if let row { found.append((table, row)) }
        }
        let pin = try String.fetchOne(
            db,
            sql: """
                WITH RECURSIVE below(pinSet, position) AS (
                    SELECT id, 0 FROM pinSet
                    UNION SELECT pin.pinSet, pin.position FROM pin
                    JOIN below ON pin.pinSet = below.pinSet AND pin.parent = below.position)
                SELECT pinSet || '.' || position FROM pin
                WHERE (pinSet, position) NOT IN (SELECT pinSet, position FROM below) OR position = parent LIMIT 1
                """)
        if let pin { found.append(("pin", pin)) }
        return found
    }
}
