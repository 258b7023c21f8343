import CFuse
import Glibc
package import SystemPackage

/// Puts the mount into a process of its own that outlives the command.
///
/// The fork comes before this process has any thread or connection: neither survives one.
package enum Background {
    package enum Role {
        /// The command: the mount is ready, or its error came back.
        case parent(Result<Void, MountError>)
        /// The mount's process; it tells the command how it went.
        case child(Messenger)
    }

    /// Tells the waiting command, once.
    package struct Messenger: Sendable {
        fileprivate let pipe: FileDescriptor

        package func ready() { send("R") }
        package func failed(_ error: any Error) { send("E\(error)") }

        private func send(_ message: String) {
            _ = try? pipe.writeAll(Array(message.utf8))
            try? pipe.close()
        }
    }

    /// Forks. In the child, standard input and output lead to nothing and standard error to `log`.
    package static func start(log: FilePath) throws(MountError) -> Role {
        let ends: (readEnd: FileDescriptor, writeEnd: FileDescriptor)
        do { ends = try FileDescriptor.pipe() } catch { throw MountError("cannot make a pipe: \(error)") }
        let child = reprofs_fork()
        guard child >= 0 else { throw MountError("cannot start a process: \(Errno(rawValue: errno))") }
        guard child == 0 else {
            try? ends.writeEnd.close()
            return .parent(outcome(ends.readEnd))
        }
        try? ends.readEnd.close()
        setsid()
        chdir("/")
        closeInherited(except: ends.writeEnd)
        do { try redirect(to: log) } catch { throw MountError("cannot open the log \(log): \(error)") }
        return .child(Messenger(pipe: ends.writeEnd))
    }

    /// Whoever started the command may wait for the end of a pipe that it inherited; a mount must not hold it open.
    private static func closeInherited(except kept: FileDescriptor) {
        guard let list = opendir("/proc/self/fd") else { return }
        var open: [CInt] = []
        while let entry = readdir(list) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if let number = CInt(name), number > 2, number != dirfd(list), number != kept.rawValue {
                open.append(number)
            }
        }
        closedir(list)
        for number in open { close(number) }
    }

    private static func redirect(to log: FilePath) throws {
        let nothing = try FileDescriptor.open("/dev/null", .readWrite)
        _ = try nothing.duplicate(as: .standardInput)
        _ = try nothing.duplicate(as: .standardOutput)
        let text = try FileDescriptor.open(
            log, .writeOnly, options: [.create, .append], permissions: [.ownerReadWrite])
        // A log that was never read is not worth a disk.
        if try text.seek(offset: 0, from: .end) > 8 << 20 { try text.resize(to: 0) }
        _ = try text.duplicate(as: .standardError)
    }

    private static func outcome(_ pipe: FileDescriptor) -> Result<Void, MountError> {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while let count = try? buffer.withUnsafeMutableBytes({ try pipe.read(into: $0) }), count > 0 {
            bytes += buffer[..<count]
        }
        switch bytes.first {
        case UInt8(ascii: "R"): return .success(())
        case UInt8(ascii: "E"): return .failure(MountError(String(decoding: bytes.dropFirst(), as: UTF8.self)))
        default: return .failure(MountError("the mount's process ended before it was ready; its log says why"))
        }
    }
}
