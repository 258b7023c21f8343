package import SystemPackage

extension FilePath {
    /// The directory of the tests, where their fixtures lie.
    package static let tests = FilePath(#filePath).removingLastComponent().removingLastComponent()
}
