import Glibc

/// Reports to the service manager that started this process: the protocol of sd_notify(3), one datagram for each message.
package enum ServiceManager {
    /// The mount answers from now on.
    package static func ready(_ status: String) { tell("READY=1\nSTATUS=\(status)") }

    /// The mount is being taken down.
    package static func stopping() { tell("STOPPING=1") }

    private static func tell(_ message: String) {
        // Unset, empty or of a kind that cannot be reached: no service manager waits for it.
        guard let name = getenv("NOTIFY_SOCKET").map({ Array(String(cString: $0).utf8) }),
            let first = name.first, first == UInt8(ascii: "/") || first == UInt8(ascii: "@")
        else { return }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        guard name.count < MemoryLayout.size(ofValue: address.sun_path) else { return }
        withUnsafeMutableBytes(of: &address.sun_path) { path in
            path.copyBytes(from: name)
            // A name that starts with a zero byte is not in the file system.
            if first == UInt8(ascii: "@") { path[0] = 0 }
        }
        let socket = Glibc.socket(AF_UNIX, CInt(SOCK_DGRAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        guard socket >= 0 else { return }
        defer { close(socket) }
        let length = socklen_t(MemoryLayout.offset(of: \sockaddr_un.sun_path).map { $0 + name.count } ?? 0)
        _ = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                sendto(socket, message, message.utf8.count, CInt(MSG_NOSIGNAL), $0, length)
            }
        }
    }
}
