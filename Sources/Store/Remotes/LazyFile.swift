/// A blob that is open while its bytes are on their way.
package final class LazyFile: Sendable {
    private let blobs: LazyBlobs
    private let number: Int
    private let partial: PartialBlob

    init(_ blobs: LazyBlobs, _ number: Int, _ partial: PartialBlob) {
        (self.blobs, self.number, self.partial) = (blobs, number, partial)
    }

    /// Bytes.
    package var size: Int { partial.size }

    /// Reads a range that is not empty and answers, now or later, on any thread. Returns what ``giveUp(_:)`` takes; nil if it was answered.
    package func read(_ range: Range<Int>, _ answer: @escaping LazyBlobs.Answer) -> Int? {
        blobs.read(number, range, answer)
    }

    /// Nobody waits for a read any more.
    package func giveUp(_ read: Int) { blobs.giveUp(reading: read, of: number) }

    deinit { blobs.close(number) }
}
