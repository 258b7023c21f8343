import CLinux
import Glibc
import SystemPackage

/// An extended attribute of the `user` namespace, by its whole name.
package struct FileAttribute {
    /// With its namespace: `user.…`.
    package let name: String
    /// As it was set; may be empty.
    package let value: [UInt8]

    /// Those of an open file or directory that are not ReproFS's own; none where its file system has none.
    static func all(of file: OwnedDescriptor) -> [FileAttribute] {
        guard let list = read({ flistxattr(file.rawValue, $0, $1) }) else { return [] }
        return list.split(separator: 0).compactMap { bytes in
            guard let name = String(validating: bytes, as: UTF8.self), name.hasPrefix("user."),
                !name.hasPrefix("user.reprofs."),
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
