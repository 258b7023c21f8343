/// The version of this ReproFS.
package enum ReproFSVersion {
    package static let current = "0.3.0"
}
