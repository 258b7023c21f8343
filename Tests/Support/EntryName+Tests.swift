package import Recipe

/// Names that tests make up; one that is no name ends the test.
extension EntryName: ExpressibleByStringInterpolation {}

extension ViewPath: ExpressibleByStringLiteral {
    package init(stringLiteral text: String) {
        guard let path = ViewPath(parsing: text) else { preconditionFailure("'\(text)' is no path") }
        self = path
    }
}
