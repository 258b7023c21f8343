/// Why something cannot be mounted.
package struct MountError: Error, CustomStringConvertible {
    package let description: String
    package init(_ description: String) { self.description = description }
}
