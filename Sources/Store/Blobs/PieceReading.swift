import Recipe
import SystemPackage

/// Runs `body` for all places of a list with `count` places, a range at a time, in any order and on any number of threads. Returns when all
/// are done, or throws what one of them threw.
package typealias Sharing = (
    _ count: Int, _ body: @Sendable (Range<Int>) throws(StoreError) -> Void
) throws(StoreError) -> Void

extension OwnedDescriptor {
    /// Reads some pieces of the file and returns those that differ from the list, or that the disk does not give, in order. `pace` is called
    /// with the number of bytes read; it may wait, or throw to end the reading.
    func wrongPieces(
        of list: PieceList, among pieces: [Int], _ path: FilePath, by sharing: @escaping Sharing,
        pace: @Sendable (Int) throws(StoreError) -> Void
    ) throws(StoreError) -> [Int] {
        let wrong = Lock(.spare, [Int]())
        try sharing(pieces.count) { places throws(StoreError) in
            let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: PieceList.pieceSize, alignment: 4096)
            defer { buffer.deallocate() }
            for piece in pieces[places] {
                let range = list.range(of: piece)
                var filled = 0
                do throws(StoreError) {
                    try forEachChunk(path, from: range.lowerBound, to: range.upperBound) { chunk throws(StoreError) in
                        UnsafeMutableRawBufferPointer(rebasing: buffer[filled...]).copyMemory(from: chunk)
                        filled += chunk.count
                        try pace(chunk.count)
                    }
                } catch .system(_, _, .ioError) {
                    filled = 0
                }
                if !list.holds(piece, UnsafeRawBufferPointer(rebasing: buffer[..<filled])) {
                    wrong.withLock { $0.append(piece) }
                }
            }
        }
        return wrong.withLock { $0.sorted() }
    }
}
