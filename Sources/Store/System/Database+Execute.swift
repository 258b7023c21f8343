import GRDB

extension Database {
    func execute(_ statement: Statement, _ arguments: StatementArguments) throws {
        try statement.execute(arguments: arguments)
    }
}
