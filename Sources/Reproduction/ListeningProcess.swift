import Foundation
import Store

/// Finds the process that listens at an address of this machine.
package enum ListeningProcess {
    /// Nil if the address is another machine's, or /proc does not show the listener.
    package static func at(_ address: String) -> Int32? {
        guard let url = URL(string: address), let host = url.host,
            ["127.0.0.1", "localhost", "::1", "[::1]", "0.0.0.0"].contains(host)
        else { return nil }
        let port = url.port ?? (url.scheme == "https" ? 443 : 80)
        let sockets = SocketTable.listeners(on: port)
        guard !sockets.isEmpty else { return nil }
        return ProcessFile.names(in: "/proc").compactMap { Int32($0) }.first { process in
            ProcessFile.told(of: process) {
                ProcessFile.names(in: "/proc/\(process)/fd").contains { descriptor in
                    Opener.link("/proc/\(process)/fd/\(descriptor)").map { sockets.contains($0) } ?? false
                }
            } ?? false
        }
    }
}
