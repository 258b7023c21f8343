/// Whose the TCP sockets of this machine are, as the kernel's tables of them tell. Source: proc_pid_net(5).
package enum SocketTable {
    /// The user who has the end of a connection from `port` to `own` at 127.0.0.1; nil where that is not known.
    package static func user(ofPort port: Int, to own: Int) -> UInt32? {
        // The address stands in the table as it is in memory.
        let loopback = UInt32(0x7F00_0001).bigEndian
        return rows(of: "/proc/net/tcp").first { fields in
            self.port(of: fields[1], at: loopback) == port && self.port(of: fields[2], at: loopback) == own
        }.flatMap { UInt32($0[7]) }
    }

    /// The sockets that listen on a port, at any address, named as the links below `/proc/PID/fd` name them.
    package static func listeners(on port: Int) -> Set<String> {
        let listening = ["/proc/net/tcp", "/proc/net/tcp6"].flatMap { rows(of: $0) }.filter {
            $0[3] == "0A" && self.port(of: $0[1]) == port
        }
        return Set(listening.map { "socket:[\($0[9])]" })
    }

    /// The fields of each socket: of number, own end, other end, state and so on, its user is the eighth and its inode the tenth.
    private static func rows(of table: String) -> [[Substring]] {
        let text = ProcessFile.text(table) ?? ""
        return text.split(separator: "\n").dropFirst().map { $0.split(separator: " ") }.filter { $0.count > 9 }
    }

    /// The port of an end of a connection; nil where it is not at this address.
    private static func port(of end: Substring, at address: UInt32? = nil) -> Int? {
        let parts = end.split(separator: ":")
        guard parts.count == 2, address == nil || UInt32(parts[0], radix: 16) == address else { return nil }
        return Int(parts[1], radix: 16)
    }
}
