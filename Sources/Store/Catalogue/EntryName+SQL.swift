import GRDB
import Recipe

// A name as TEXT, which SQLite compares by bytes. Names go into statements as they are. What comes out is a text of whoever wrote
// the file, which may be a backup or a store that somebody brought: it is checked like any other. So there is no conversion that
// GRDB could make by itself, and one row with a bad name does not spoil the others.

extension EntryName {
    var databaseValue: DatabaseValue { text.databaseValue }

    /// The name of a snapshot's directory: the first digits of its id.
    init(short: DatabaseValue, of id: Digest) throws(NameError) {
        let text = String.fromDatabaseValue(short) ?? ""
        guard text.utf8.count >= 8, id.hex.utf8.starts(with: text.utf8) else { throw .notOfItsID(text) }
        try self.init(text)
    }
}

extension Row {
    /// Throws a ``NameError`` where the text is not a name.
    func name(_ column: String) throws -> EntryName { try Self.name(self[column] as DatabaseValue) }
    func name(_ column: Int) throws -> EntryName { try Self.name(self[column] as DatabaseValue) }

    /// A path that was put together of names, for people. Throws a ``NameError`` where one of them is none.
    func path(_ column: String) throws -> String {
        let text = String.fromDatabaseValue(self[column]) ?? ""
        guard let path = ViewPath(parsing: text), path.description.utf8.elementsEqual(text.utf8) else {
            throw NameError.leavesTheFolder(text)
        }
        return text
    }

    private static func name(_ value: DatabaseValue) throws(NameError) -> EntryName {
        guard let text = String.fromDatabaseValue(value) else { throw .notUTF8("\(value)") }
        return try EntryName(text)
    }
}

extension Sequence {
    /// What can be made of these rows; those with names that are none are left out, and `verify` names them.
    func named<Result>(_ make: (Element) throws -> Result) rethrows -> [Result] {
        try compactMap { row in
            do { return try make(row) } catch  where error.isOfRow { return nil }
        }
    }
}
