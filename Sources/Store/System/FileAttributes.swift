import CLinux
import Glibc
import SystemPackage

/// An extended attribute of the `user` namespace.
package struct FileAttribute: Sendable, Equatable {
    /// The prefix of attributes that ReproFS itself reports; programs cannot set them.
    package static let ownPrefix = "user.reprofs."

    /// With its namespace: `user.…`.
    package let name: String
    /// May be empty.
    package let value: [UInt8]

    /// An attribute that a program set.
    package init(name: String, value: [UInt8]) {
        self.name = name
        self.value = value
    }

    /// ReproFS's own attribute `user.reprofs.<key>`.
    package init(own key: String, _ value: String) {
        self.init(name: Self.ownPrefix + key, value: Array(value.utf8))
    }

    /// Whether this is its name, compared by bytes.
    package func isNamed(_ key: String) -> Bool { name.utf8.elementsEqual(key.utf8) }

    /// The attributes of an open file or directory that are not ReproFS's own; none if its file system has none.
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

    /// Sets it on an open file or directory, if the file system supports that.
    func set(on file: OwnedDescriptor) { fsetxattr(file.rawValue, name, value, value.count, 0) }

    /// Reads what a system call writes into a buffer; called with nil, it returns the size that is needed.
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
