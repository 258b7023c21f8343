import GRDB
import Recipe

// Everything that is written into `version`, `model` and `event`.

extension Database {
    func setModified(_ time: Timestamp, ofVersion version: Int64) throws {
        try execute(cachedStatement(sql: "UPDATE version SET modified = ? WHERE id = ?"), [time.nanoseconds, version])
    }

    func insertEvent(
        _ model: Int64, _ version: Int64?, _ previous: Int64?, _ cause: Cause, _ process: Int64?, since: Timestamp,
        now: Timestamp
    ) throws {
        try execute(
            cachedStatement(
                sql: """
                    INSERT INTO event (model, version, previous, cause, process, since, recorded)
                    VALUES (?, ?, ?, ?, ?, ?, ?)
                    """),
            [model, version, previous, cause.rawValue, process, since.nanoseconds, now.nanoseconds])
    }

    func setCurrent(_ version: Int64?, of model: Int64) throws {
        try execute(cachedStatement(sql: "UPDATE model SET current = ? WHERE id = ?"), [version, model])
    }

    /// The time of a model's directory never goes back, even if the clock does.
    func touch(model: Int64, at now: Timestamp) throws {
        try execute(
            cachedStatement(sql: "UPDATE model SET changed = max(?, changed + 1) WHERE id = ?"),
            [now.nanoseconds, model])
    }

    func makeModel(_ name: EntryName, in directory: Int64, now: Timestamp) throws -> Int64 {
        let known = try Int64.fetchOne(
            cachedStatement(sql: "SELECT id FROM model WHERE directory = ? AND name = ?"),
            arguments: [directory, name.databaseValue])
        if let known { return known }
        try execute(
            cachedStatement(sql: "INSERT INTO model (directory, name, changed) VALUES (?, ?, ?)"),
            [directory, name.databaseValue, now.nanoseconds])
        let id = lastInsertedRowID
        try touch(directory, .named)
        return id
    }

    func makeVersion(
        of model: Int64, blob: Int64, modified: Timestamp, now: Timestamp
    ) throws -> (Int64, Addition) {
        let known = try Row.fetchOne(
            cachedStatement(sql: "SELECT id, number FROM version WHERE model = ? AND blob = ?"),
            arguments: [model, blob])
        if let known { return try (known.id("id"), .returned(to: known.value("number"))) }
        try execute(
            cachedStatement(
                sql: "UPDATE model SET versions = versions + 1, changed = max(?, changed + 1) WHERE id = ?"),
            [now.nanoseconds, model])
        try execute(
            cachedStatement(
                sql: """
                    INSERT INTO version (model, number, blob, modified, recorded)
                    SELECT id, versions, ?, ?, ? FROM model WHERE id = ?
                    """), [blob, modified.nanoseconds, now.nanoseconds, model])
        let id = lastInsertedRowID
        let number =
            try Int.fetchOne(cachedStatement(sql: "SELECT number FROM version WHERE id = ?"), arguments: [id]) ?? 0
        return (id, .version(number))
    }

    /// Gives a version its former number, if that is free.
    func setNumber(_ number: Int, ofVersion blob: Int64, of model: Int64) throws {
        try execute(
            sql: "UPDATE OR IGNORE version SET number = ? WHERE model = ? AND blob = ?",
            arguments: [number, model, blob])
        try execute(
            sql: """
                UPDATE model SET versions = max(versions, (SELECT max(number) FROM version WHERE model = ?1)) WHERE id = ?1
                """, arguments: [model])
    }
}
