import Glibc
import SystemPackage

/// Whose a connection from this machine is, as the kernel's table of them tells.
package enum LocalPeer {
    /// The user who has the end of a connection from `port` to `own` at 127.0.0.1; nil where that is not known.
    package static func user(ofPort port: Int, to own: Int) -> UInt32? {
        // Source: proc_pid_net(5). 127.0.0.1 stands there as it is in memory.
        let loopback = UInt32(0x7F00_0001).bigEndian
        guard let bytes = ProcessFile.bytes("/proc/net/tcp") else { return nil }
        for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n").dropFirst() {
            let fields = line.split(separator: " ", omittingEmptySubsequences: true)
            guard fields.count > 7, end(fields[1], loopback) == port, end(fields[2], loopback) == own else { continue }
            return UInt32(fields[7])
        }
        return nil
    }

    /// The port of an end at an address; nil for others.
    private static func end(_ text: Substring, _ address: UInt32) -> Int? {
        let parts = text.split(separator: ":")
        guard parts.count == 2, UInt32(parts[0], radix: 16) == address else { return nil }
        return Int(parts[1], radix: 16)
    }
}
