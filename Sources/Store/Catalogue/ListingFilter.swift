import Foundation
import GRDB
package import Recipe

/// Restricts a listing of images or snapshots. Members that are nil do not restrict it.
package struct ImageFilter: Sendable {
    /// A part of the path; ASCII letters match in either case.
    package var text: String?
    /// Images made, or snapshots recorded, since then.
    package var since: Timestamp?
    package var grade: Grade?
    /// Those that pin the bytes of one of these versions.
    package var models: [VersionListing]?
    /// At most this many, the newest.
    package var limit: Int?

    package init() {}

    func isWanted(_ grade: Grade) -> Bool { self.grade.map { $0 == grade } ?? true }
}

/// Restricts a listing of models. Members that are nil do not restrict it.
package struct ModelFilter: Sendable {
    /// A part of the folder and the path; ASCII letters match in either case.
    package var text: String?
    /// Models whose names got other bytes, or none, since then.
    package var since: Timestamp?
    /// Models that nothing has used since then: no name got them, no mount saw one opened, no listed image was made with one.
    package var unusedSince: Timestamp?
    /// True: models whose names no longer hold anything; false: the others; nil: all.
    package var isDeleted: Bool?
    /// At most this many, the newest.
    package var limit: Int?

    package init() {}

    /// A condition on rows of `model` and `path`, of ``arguments`` from `?2` on; where ``ModelUse/tables(of:)`` are.
    static let condition = """
        (?2 IS NULL OR instr(lower(path.text || '/' || model.name), lower(?2)))
        AND (?3 IS NULL OR EXISTS (SELECT 1 FROM event WHERE event.model = model.id AND event.recorded >= ?3))
        AND (?4 IS NULL OR \(ModelUse.last) < ?4)
        AND (?5 IS NULL OR (model.current IS NULL) = ?5)
        """

    var arguments: StatementArguments { [text, since?.nanoseconds, unusedSince?.nanoseconds, isDeleted] }
}

extension Store {
    /// How many rows of a listing are read at once.
    private static let page = 500

    /// Reads the rows with these numbers one by one, in their order, and passes those that `isWanted` accepts to `take`. A listing with a
    /// limit begins with the newest, stops there, and passes them on in reverse.
    func each<Element>(
        _ rows: [Int64], newest limit: Int?, _ read: ([Int64]) throws(StoreError) -> [Element],
        where isWanted: (Element) -> Bool, _ take: (Element) throws -> Void
    ) throws(StoreError) {
        var newest: [Element] = []
        do {
            for start in stride(from: 0, to: rows.count, by: Self.page) where newest.count < limit ?? .max {
                let found = try read(Array(rows[start..<min(start + Self.page, rows.count)])).filter(isWanted)
                if limit == nil { for element in found { try take(element) } } else { newest += found }
            }
            for element in newest.prefix(limit ?? 0).reversed() { try take(element) }
        } catch let error as StoreError { throw error } catch { throw .catalogue("\(error)") }
    }

    /// An SQL condition on rows of `snapshot`: they pin bytes whose rows ``rows(of:)`` lists in the argument.
    static func pins(_ argument: String) -> String {
        """
        (\(argument) IS NULL OR snapshot.models IN
            (SELECT pinSet FROM pin WHERE blob IN (SELECT value FROM json_each(\(argument)))))
        """
    }

    /// The row numbers of these versions' bytes, as JSON.
    func rows(of versions: [VersionListing]?) throws(StoreError) -> String? {
        guard let versions else { return nil }
        return Self.list(try catalogue.read { db in try versions.compactMap { try db.rowOfBlob($0.sha256) } })
    }

    /// Row numbers as JSON, which SQLite takes as one argument.
    static func list(_ rows: [Int64]) -> String { "[" + rows.map { String($0) }.joined(separator: ",") + "]" }
}
