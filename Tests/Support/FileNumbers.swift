import Foundation

/// What `lstat` says of a file, for tests that must not depend on which module has C's `struct stat`.
package struct FileNumbers: Equatable, Sendable {
    package let inode, device, names: Int
    package let user, group: UInt32
    /// The twelve bits that `chmod` sets.
    package let mode: Int
    package let isRegular, isDirectory: Bool

    package init(_ path: String) throws {
        let facts = try FileManager.default.attributesOfItem(atPath: path)
        func number(_ key: FileAttributeKey) -> Int { (facts[key] as? NSNumber)?.intValue ?? -1 }
        (inode, device, names) = (number(.systemFileNumber), number(.systemNumber), number(.referenceCount))
        user = UInt32(truncatingIfNeeded: number(.ownerAccountID))
        group = UInt32(truncatingIfNeeded: number(.groupOwnerAccountID))
        mode = number(.posixPermissions)
        let type = facts[.type] as? FileAttributeType
        (isRegular, isDirectory) = (type == .typeRegular, type == .typeDirectory)
    }
}
