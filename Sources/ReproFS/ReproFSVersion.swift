/// The version of this ReproFS.
package enum ReproFSVersion {
    /// As CHANGELOG numbers it; documents name it as who wrote them.
    package static let current = "0.3.0"
}
