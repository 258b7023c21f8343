import Glibc
import SystemPackage

/// Extended attributes, which Swift's Glibc module has no calls for.
extension WritableTree {
    private typealias Set =
        @convention(c) (UnsafePointer<CChar>, UnsafePointer<CChar>, UnsafeRawPointer?, Int, CInt) -> CInt
    private typealias Get =
        @convention(c) (UnsafePointer<CChar>, UnsafePointer<CChar>, UnsafeMutableRawPointer?, Int) -> Int
    private typealias Remove = @convention(c) (UnsafePointer<CChar>, UnsafePointer<CChar>) -> CInt
    private static let set = dlsym(nil, "setxattr").map { unsafeBitCast($0, to: Set.self) }
    private static let get = dlsym(nil, "getxattr").map { unsafeBitCast($0, to: Get.self) }
    private static let remove = dlsym(nil, "removexattr").map { unsafeBitCast($0, to: Remove.self) }

    /// `flags`: 1, where it must be new; 2, where it must be there.
    package func setAttribute(_ attribute: String, _ value: String, of name: String, flags: CInt = 0) throws {
        guard let set = Self.set else { throw Errno.noFunction }
        guard set(path(name), attribute, value, value.utf8.count, flags) == 0 else { throw Errno(rawValue: errno) }
    }

    package func attribute(_ attribute: String, of name: String) throws -> String {
        guard let get = Self.get else { throw Errno.noFunction }
        var value = [UInt8](repeating: 0, count: 4096)
        let size = value.withUnsafeMutableBytes { get(path(name), attribute, $0.baseAddress, $0.count) }
        guard size >= 0 else { throw Errno(rawValue: errno) }
        return String(decoding: value[..<size], as: UTF8.self)
    }

    package func removeAttribute(_ attribute: String, of name: String) throws {
        guard let remove = Self.remove else { throw Errno.noFunction }
        guard remove(path(name), attribute) == 0 else { throw Errno(rawValue: errno) }
    }
}
