import GRDB
import Recipe

// A name is stored as TEXT, which SQLite compares by bytes. What is read may come from a backup or a store from elsewhere, so it is checked
// like any other input. Therefore GRDB gets no conversion of its own, and one row with a bad name does not spoil the others.

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
    /// Throws a ``NameError`` if the text is not a name.
    func name(_ column: String) throws -> EntryName {
        guard let text = String.fromDatabaseValue(self[column]) else {
            throw NameError.notUTF8("\(self[column] as DatabaseValue)")
        }
        return try EntryName(text)
    }

    /// A path that was joined from names, for people. Throws a ``NameError`` if one of them is not a name.
    func path(_ column: String) throws -> String {
        let text = String.fromDatabaseValue(self[column]) ?? ""
        guard let path = ViewPath(parsing: text), path.description.utf8.elementsEqual(text.utf8) else {
            throw NameError.leavesTheFolder(text)
        }
        return text
    }
}

extension Sequence {
    /// What `make` returns for these rows; rows with bad names are left out, and `verify` reports them.
    func named<Result>(_ make: (Element) throws -> Result) rethrows -> [Result] {
        try compactMap { row in
            do { return try make(row) } catch  where error.isOfRow { return nil }
        }
    }
}

extension Cursor {
    /// The same for rows read one by one: their columns are found by name at once. For rows that were fetched before,
    /// GRDB compares the names of all columns each time.
    func named<Result>(_ make: (Element) throws -> Result) throws -> [Result] {
        var made: [Result] = []
        while let row = try next() {
            do { made.append(try make(row)) } catch  where error.isOfRow { continue }
        }
        return made
    }
}
