import NIOCore
import Synchronization

/// The body of a request, read as it is sent. What reading throws is kept: the client would say that the connection broke.
final class UploadBody: AsyncSequence, Sendable {
    typealias Element = ByteBuffer

    /// Bytes read at once.
    private static let step = 1 << 20
    private let range: Range<Int>
    private let bytes: @Sendable (Range<Int>) async throws -> ByteBuffer
    private let failed = Mutex<(any Error)?>(nil)

    init(range: Range<Int>, bytes: @escaping @Sendable (Range<Int>) async throws -> ByteBuffer) {
        self.range = range
        self.bytes = bytes
    }

    /// Why the bytes could not be read here.
    var failure: (any Error)? { failed.withLock { $0 } }

    func makeAsyncIterator() -> Iterator { Iterator(body: self, position: range.lowerBound) }

    struct Iterator: AsyncIteratorProtocol {
        fileprivate let body: UploadBody
        fileprivate var position: Int

        mutating func next() async throws -> ByteBuffer? {
            let end = Swift.min(position + UploadBody.step, body.range.upperBound)
            guard position < end else { return nil }
            do {
                let buffer = try await body.bytes(position..<end)
                guard buffer.readableBytes == end - position else {
                    throw RemoteError.localBytes("bytes \(position) to \(end)")
                }
                position = end
                return buffer
            } catch {
                // Cancelled with the request: that one says why.
                if !(error is CancellationError) { body.failed.withLock { $0 = error } }
                throw error
            }
        }
    }
}
