import Foundation
import Store

/// Finds the process that answers at an address of this machine.
package enum ListeningProcess {
    /// Nil where the address is of another machine, or /proc does not show who listens.
    package static func at(_ address: String) -> Int32? {
        guard let url = URL(string: address), let host = url.host,
            ["127.0.0.1", "localhost", "::1", "[::1]", "0.0.0.0"].contains(host)
        else { return nil }
        let port = url.port ?? (url.scheme == "https" ? 443 : 80)
        // The kernel gives its tables in pieces, and what comes and goes between two of them can hide a row.
        for _ in 0..<5 { if let found = holder(of: port) { return found } }
        return nil
    }

    private static func holder(of port: Int) -> Int32? {
        let sockets = Set(["/proc/net/tcp", "/proc/net/tcp6"].flatMap { listeners(in: $0, port: port) })
        guard !sockets.isEmpty else { return nil }
        return names(in: "/proc").compactMap { Int32($0) }.first { process in
            ProcessFile.told(of: process) {
                names(in: "/proc/\(process)/fd").contains { descriptor in
                    Opener.link("/proc/\(process)/fd/\(descriptor)").map { sockets.contains($0) } ?? false
                }
            } ?? false
        }
    }

    private static func names(in directory: String) -> [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
    }

    /// The sockets that listen on a port, as /proc names them. Source: proc_net_tcp.txt of the kernel.
    private static func listeners(in table: String, port: Int) -> [String] {
        let text = (try? String(contentsOfFile: table, encoding: .utf8)) ?? ""
        return text.split(separator: "\n").dropFirst().compactMap { line in
            let fields = line.split(separator: " ")
            guard fields.count > 9, fields[3] == "0A", let local = fields[1].split(separator: ":").last,
                Int(local, radix: 16) == port
            else { return nil }
            return "socket:[\(fields[9])]"
        }
    }
}
