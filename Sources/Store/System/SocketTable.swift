/// Who owns the TCP sockets of this machine, from the kernel's tables. Source: proc_pid_net(5).
package enum SocketTable {
    /// The user who owns the other end of a connection between `port` and `own` at 127.0.0.1; nil if it is not known.
    package static func user(ofPort port: Int, to own: Int) -> UInt32? {
        // The table shows the address in memory order.
        let loopback = UInt32(0x7F00_0001).bigEndian
        return rows(of: "/proc/net/tcp").first { fields in
            self.port(of: fields[1], at: loopback) == port && self.port(of: fields[2], at: loopback) == own
        }.flatMap { UInt32($0[7]) }
    }

    /// The sockets that listen on a port, at any address, as the links in `/proc/PID/fd` name them.
    package static func listeners(on port: Int) -> Set<String> {
        let listening = ["/proc/net/tcp", "/proc/net/tcp6"].flatMap { rows(of: $0) }.filter {
            $0[3] == "0A" && self.port(of: $0[1]) == port
        }
        return Set(listening.map { "socket:[\($0[9])]" })
    }

    /// The fields of each socket: number, own end, other end, state and so on; the eighth is its user and the tenth its inode.
    private static func rows(of table: String) -> [[Substring]] {
        let text = ProcessFile.text(table) ?? ""
        return text.split(separator: "\n").dropFirst().map { $0.split(separator: " ") }.filter { $0.count > 9 }
    }

    /// The port of an end of a connection; nil if the end is not at this address.
    private static func port(of end: Substring, at address: UInt32? = nil) -> Int? {
        let parts = end.split(separator: ":")
        guard parts.count == 2, address == nil || UInt32(parts[0], radix: 16) == address else { return nil }
        return Int(parts[1], radix: 16)
    }
}
