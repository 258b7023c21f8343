import NIOCore
import Recipe
import Synchronization

/// The hash of bytes that come one chunk after the other, or these bytes where they are few.
final class RunningHash: Sendable {
    private let state: Mutex<(hash: SHA256, bytes: [UInt8])>
    private let keeps: Bool

    /// `keeps`: the bytes themselves are wanted, not their hash.
    init(keeps: Bool) {
        self.keeps = keeps
        state = Mutex((SHA256(), []))
    }

    func take(_ chunk: ByteBuffer) {
        state.withLock { state in
            chunk.withUnsafeReadableBytes { bytes in
                if keeps { state.bytes.append(contentsOf: bytes) } else { state.hash.update(bytes) }
            }
        }
    }

    /// Of all of them; asked for once.
    var digest: Digest { state.withLock { $0.hash.finish() } }
    var bytes: [UInt8] { state.withLock { $0.bytes } }
}
