import CFuse
import Glibc
import Logging
import Store
import SystemPackage

/// Agrees with the kernel on passthrough: that it reads blobs directly, if it can and may.
///
/// libfuse negotiates this from 3.17 on. With an older one, ``Mount/channel`` shows the kernel's INIT request to this class, which finds
/// the offer in it and completes the reply. Source: <linux/fuse.h>, protocol 7.40.
final class Negotiation: Sendable {
    private enum Wire {
        // Offsets in struct fuse_in_header, fuse_init_in and fuse_init_out. Bytes.
        static let opcode = 4
        static let unique = 8
        static let requestHeader = 40
        static let replyHeader = 16
        static let requestFlags2 = requestHeader + 16
        static let replyFlags = 12
        static let replyFlags2 = 32
        static let replyStackDepth = 36
        static let replySize = 64

        static let initialize: UInt32 = 26
        static let isExtended: UInt32 = 1 << 30
        /// Bit 37 of the flags, which is bit 5 of their second word.
        static let passthrough: UInt32 = 1 << 5
    }

    private struct State {
        /// The number of the INIT request, until it is answered.
        var request: UInt64?
        var isOffered = false
        var isSettled = false
    }

    private let state = Lock(.session, State())
    private let store: Store
    private let status: PassthroughStatus
    private let backings: Backings
    private let mountPoint: FilePath
    /// How many file systems the kernel may stack; nil if passthrough is not to be agreed, for the reason in the status.
    private let stackDepth: UInt32?
    /// Whether the helper registers the files, because this process may not.
    private let takesHelper: Bool

    init(
        _ store: Store, at mountPoint: FilePath, isWanted: Bool, _ status: PassthroughStatus, _ backings: Backings
    ) {
        self.store = store
        self.mountPoint = mountPoint
        self.status = status
        self.backings = backings
        guard isWanted else {
            status.turnOff(.notAskedFor)
            stackDepth = nil
            takesHelper = false
            return
        }
        let depth: UInt32 = reprofs_is_on_overlay(store.blobDirectory.string) != 0 ? 2 : 1
        do throws(StoreError) {
            try store.detachBlobs()
            stackDepth = depth
            takesHelper = false
        } catch {
            if case .system(_, _, .notPermitted) = error {
                stackDepth = depth
                takesHelper = true
            } else {
                status.turnOff(.noClone("\(error)"))
                stackDepth = nil
                takesHelper = false
            }
        }
    }

    /// Whether INIT has been answered; from then on the hooks below only pass on requests and replies.
    var isSettled: Bool { state.withLock { $0.isSettled } }

    /// Has libfuse negotiate, if it can.
    func negotiate(_ connection: UnsafeMutablePointer<fuse_conn_info>) {
        guard reprofs_library_passes_through() != 0, let stackDepth else { return }
        guard reprofs_offers_passthrough(connection) != 0 else { return }
        reprofs_want_passthrough(connection, stackDepth)
        state.withLock { $0.isOffered = true }
    }

    /// Looks at a request from the kernel for INIT.
    func received(_ request: UnsafeRawBufferPointer) {
        guard request.count >= Wire.requestFlags2 + 4,
            request.loadUnaligned(fromByteOffset: Wire.opcode, as: UInt32.self) == Wire.initialize
        else { return }
        let flags = request.loadUnaligned(fromByteOffset: Wire.requestFlags2, as: UInt32.self)
        let unique = request.loadUnaligned(fromByteOffset: Wire.unique, as: UInt64.self)
        state.withLock { state in
            state.request = unique
            if reprofs_library_passes_through() == 0 { state.isOffered = flags & Wire.passthrough != 0 }
        }
    }

    /// Sends a reply, and completes it first if it is the one to INIT. Returns the number of bytes that were sent, as `writev` does.
    func send(_ device: CInt, _ parts: UnsafeBufferPointer<iovec>) -> Int {
        let (request, isOffered) = state.withLock { ($0.request, $0.isOffered) }
        guard let request, let header = parts.first?.iov_base,
            header.loadUnaligned(fromByteOffset: Wire.unique, as: UInt64.self) == request
        else { return writev(device, parts.baseAddress, CInt(parts.count)) }
        var sent: Int
        if let stackDepth, isOffered, reprofs_library_passes_through() == 0, parts.count == 2,
            parts[1].iov_len >= Wire.replySize
        {
            sent = complete(parts, device, stackDepth)
        } else {
            sent = writev(device, parts.baseAddress, CInt(parts.count))
        }
        state.withLock { $0.isSettled = true }
        if sent > 0 {
            if stackDepth != nil { settle(device, isOffered) }
            // Only now, since the kernel sets its read-ahead when it gets the reply.
            MountTable.readAhead(at: mountPoint)
        }
        return sent
    }

    private func complete(_ parts: UnsafeBufferPointer<iovec>, _ device: CInt, _ stackDepth: UInt32) -> Int {
        var reply = [UInt8](UnsafeRawBufferPointer(start: parts[1].iov_base, count: parts[1].iov_len))
        return reply.withUnsafeMutableBytes { reply in
            func set(_ offset: Int, _ change: (UInt32) -> UInt32) {
                let value = change(reply.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
                reply.storeBytes(of: value, toByteOffset: offset, as: UInt32.self)
            }
            set(Wire.replyFlags) { $0 | Wire.isExtended }
            set(Wire.replyFlags2) { $0 | Wire.passthrough }
            set(Wire.replyStackDepth) { _ in stackDepth }
            let completed = [parts[0], iovec(iov_base: reply.baseAddress, iov_len: reply.count)]
            return writev(device, completed, 2)
        }
    }

    /// Tries passthrough with one file, so that the status is known before it is asked for.
    private func settle(_ device: CInt, _ isOffered: Bool) {
        guard isOffered else {
            var system = utsname()
            uname(&system)
            let release = withUnsafeBytes(of: system.release) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
            return status.turnOff(.oldKernel(release))
        }
        guard let file = try? store.anyFile() else { return }
        if takesHelper {
            backings.helper.begin(on: device)
            // A helper that is not there now may be started later.
            if let backing = backings.helper.open(file) { backings.helper.close([backing]) }
            return
        }
        let backing = reprofs_backing_open(device, file.rawValue)
        guard backing > 0 else { return status.turnOff(PassthroughStatus.Reason(refusal: errno)) }
        _ = reprofs_backing_close(device, UInt32(backing))
        backings.begin(on: device)
        status.turnOn()
    }
}

extension Mount {
    /// How libfuse reads requests and sends replies: with its usual system calls, but ``Negotiation`` and the gate see them.
    static var channel: fuse_custom_io {
        var channel = fuse_custom_io()
        channel.read = { device, buffer, size, data in
            guard let data else { return Glibc.read(device, buffer, size) }
            let mount = Mount.of(data)
            mount.gate.enter()
            let count = Glibc.read(device, buffer, size)
            let problem = errno
            mount.gate.take()
            if count < 0 {
                if problem == ENODEV { mount.disconnected() }
                errno = problem
            }
            if count > 0, !mount.negotiation.isSettled {
                mount.negotiation.received(UnsafeRawBufferPointer(start: buffer, count: count))
            }
            return count
        }
        channel.writev = { device, parts, count, data in
            guard let data, let parts else { return Glibc.writev(device, parts, count) }
            let negotiation = Mount.of(data).negotiation
            if negotiation.isSettled { return Glibc.writev(device, parts, count) }
            return negotiation.send(device, UnsafeBufferPointer(start: parts, count: Int(count)))
        }
        channel.splice_receive = { from, fromOffset, to, toOffset, size, flags, _ in
            splice(from, fromOffset, to, toOffset, size, flags)
        }
        channel.splice_send = { from, fromOffset, to, toOffset, size, flags, _ in
            splice(from, fromOffset, to, toOffset, size, flags)
        }
        return channel
    }
}
