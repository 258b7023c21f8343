import Recipe
import Synchronization
import SystemPackage

/// Has all of a list of `count` done by `body`, a range of places at a time, in any order and by as many threads as whoever asks
/// likes; returns when all are done, or throws what one of them threw.
package typealias Sharing = (
    _ count: Int, _ body: @Sendable (Range<Int>) throws(StoreError) -> Void
) throws(StoreError) -> Void

extension OwnedDescriptor {
    /// Reads the whole file, and says which is the first piece that is not as the list has it; nil where all
    /// are, and so is the digest. `pace` is told of every byte read.
    func firstWrongPiece(
        _ list: PieceList, _ path: FilePath, by sharing: @escaping Sharing,
        pace: @Sendable (Int) throws(StoreError) -> Void
    ) throws(StoreError) -> Int? {
        let wrong = Atomic(Int.max)
        try sharing(list.count) { pieces throws(StoreError) in
            let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: PieceList.pieceSize, alignment: 4096)
            defer { buffer.deallocate() }
            for piece in pieces where piece < wrong.load(ordering: .relaxed) {
                let range = list.range(of: piece)
                var filled = 0
                try forEachChunk(path, from: range.lowerBound, to: range.upperBound) { chunk throws(StoreError) in
                    UnsafeMutableRawBufferPointer(rebasing: buffer[filled...]).copyMemory(from: chunk)
                    filled += chunk.count
                    try pace(chunk.count)
                }
                if !list.holds(piece, UnsafeRawBufferPointer(rebasing: buffer[..<filled])) {
                    wrong.min(piece, ordering: .relaxed)
                }
            }
        }
        let first = wrong.load(ordering: .relaxed)
        return first == .max ? nil : first
    }
}
