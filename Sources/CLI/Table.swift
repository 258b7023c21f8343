import Glibc
import Recipe

/// A listing as it is printed: JSON objects one by one in an array, or lines for people.
struct Table {
    private let asJSON: Bool
    private let schema: DocumentSchema
    private var isEmpty = true

    init(asJSON: Bool, of schema: DocumentSchema) {
        self.asJSON = asJSON
        self.schema = schema
    }

    /// Adds what is one line for people, and for programs a document of the table's schema with these members.
    mutating func row(_ line: String, _ members: JSON) { row(asJSON ? schema.document(members).compact() : line) }

    /// A row that is written already: JSON or a line, as the table is.
    mutating func row(_ text: String) {
        if asJSON {
            Terminal.say(part: (isEmpty ? "[\n  " : ",\n  ") + text)
        } else {
            Terminal.say(text)
        }
        isEmpty = false
    }

    func finish(empty message: String) {
        if asJSON { Terminal.say(part: isEmpty ? "[]\n" : "\n]\n") } else if isEmpty { Terminal.complain(message) }
    }
}
