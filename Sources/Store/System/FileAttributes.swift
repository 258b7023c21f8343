import CLinux
import Glibc
import SystemPackage

/// An extended attribute of the `user` namespace, by its whole name.
package struct FileAttribute: Sendable, Equatable {
    /// What ReproFS itself tells begins so; nobody else sets it.
    package static let ownPrefix = "user.reprofs."

    /// With its namespace: `user.…`.
    package let name: String
    /// As it was set; may be empty.
    package let value: [UInt8]

    /// What a program noted.
    package init(name: String, value: [UInt8]) {
        self.name = name
        self.value = value
    }

    /// `user.reprofs.` and `key`.
    package init(own key: String, _ value: String) {
        self.init(name: Self.ownPrefix + key, value: Array(value.utf8))
    }

    /// Whether this is its name, byte for byte.
    package func isNamed(_ key: String) -> Bool { name.utf8.elementsEqual(key.utf8) }

    /// Those of an open file or directory that are not ReproFS's own; none where its file system has none.
    static func all(of file: OwnedDescriptor) -> [FileAttribute] {
        guard let list = read({ flistxattr(file.rawValue, $0, $1) }) else { return [] }
        return list.split(separator: 0).compactMap { bytes in
            guard let name = String(validating: bytes, as: UTF8.self), name.hasPrefix("user."),
                !name.hasPrefix(ownPrefix),
                let value = read({ fgetxattr(file.rawValue, name, $0, $1) })
            else { return nil }
            return FileAttribute(name: name, value: value)
        }
    }

    /// Gives it to an open file or directory, where the file system takes it.
    func set(on file: OwnedDescriptor) { fsetxattr(file.rawValue, name, value, value.count, 0) }

    /// What the kernel writes into a buffer whose size it tells where that is nil.
    private static func read(_ call: (UnsafeMutablePointer<CChar>?, Int) -> Int) -> [UInt8]? {
        let size = call(nil, 0)
        guard size >= 0 else { return nil }
        guard size > 0 else { return [] }
        let bytes = [CChar](unsafeUninitializedCapacity: size) { buffer, count in
            count = max(0, call(buffer.baseAddress, size))
        }
        return bytes.map { UInt8(bitPattern: $0) }
    }
}
