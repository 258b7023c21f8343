package import Recipe

/// Names that tests make up; one that is not a name ends the test.
extension EntryName: ExpressibleByStringInterpolation {}

extension ViewPath: ExpressibleByStringLiteral {
    package init(stringLiteral text: String) {
        guard let path = ViewPath(parsing: text) else { preconditionFailure("'\(text)' is not a path") }
        self = path
    }
}
