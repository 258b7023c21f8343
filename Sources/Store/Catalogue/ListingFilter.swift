import Foundation
import GRDB
package import Recipe

/// Which of the images or snapshots a listing has. What is nil is not asked for.
package struct ImageFilter: Sendable {
    /// Part of the path; letters of ASCII are the same in both cases.
    package var text: String?
    /// Images that were made, or snapshots that were recorded, since then.
    package var since: Timestamp?
    package var grade: Grade?
    /// Those that pin one of these versions' bytes.
    package var models: [VersionListing]?
    /// The newest so many.
    package var limit: Int?

    package init() {}

    func isWanted(_ grade: Grade) -> Bool { self.grade.map { $0 == grade } ?? true }
}

/// Which of the models a listing has. What is nil is not asked for.
package struct ModelFilter: Sendable {
    /// Part of the folder and the path; letters of ASCII are the same in both cases.
    package var text: String?
    /// Those whose names got other bytes, or none, since then.
    package var since: Timestamp?
    /// Those that nothing has used since then: no name got them, no mount saw one opened, no image that is listed was made with one.
    package var unusedSince: Timestamp?
    /// Those whose names hold nothing any more; false: those whose names hold something; nil: all.
    package var isDeleted: Bool?
    /// The newest so many.
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
    /// Rows of a listing that are read at once.
    private static let page = 500

    /// Gives what `read` makes of rows of these numbers to `take`, in their order, if `isWanted`. Where a listing is limited the
    /// first are the newest, and as many as that are given the other way round.
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

    /// A condition on rows of `snapshot`: they pin bytes whose rows ``rows(of:)`` gives for the argument.
    static func pins(_ argument: String) -> String {
        """
        (\(argument) IS NULL OR snapshot.models IN
            (SELECT pinSet FROM pin WHERE blob IN (SELECT value FROM json_each(\(argument)))))
        """
    }

    /// The rows of these versions' bytes, as JSON.
    func rows(of versions: [VersionListing]?) throws(StoreError) -> String? {
        guard let versions else { return nil }
        var rows: [Int64] = []
        for version in versions {
            let row = try one("SELECT id FROM blob WHERE sha256 = ?", [version.sha256.data]) { try $0.id("id") }
            if let row { rows.append(row) }
        }
        return Self.list(rows)
    }

    /// Numbers of rows as JSON, which SQLite takes as one argument.
    static func list(_ rows: [Int64]) -> String { "[" + rows.map { String($0) }.joined(separator: ",") + "]" }
}
