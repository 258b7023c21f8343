import GRDB
import Recipe

extension DatabaseError {
    /// A message for people, without SQL or codes.
    var sentence: String {
        switch resultCode {
        case .SQLITE_CORRUPT, .SQLITE_NOTADB:
            "it is damaged; '\(ShellCommand.reprofs("rebuild"))' makes a new one from its backups, the pins and the blobs"
        case .SQLITE_IOERR: "it cannot be read or written: the disk or its file system fails"
        case .SQLITE_CANTOPEN, .SQLITE_PERM, .SQLITE_AUTH: "it cannot be opened by this user"
        case .SQLITE_READONLY: "it cannot be written by this user"
        case .SQLITE_NOMEM: "there is not enough memory for it"
        default: message ?? "SQLite gives no reason"
        }
    }
}
