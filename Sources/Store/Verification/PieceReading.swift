import Recipe
import Synchronization
import SystemPackage

/// Runs `body` for all places of a list with `count` places, a range at a time, in any order and on any number of threads. Returns when all
/// are done, or throws what one of them threw.
package typealias Sharing = (
    _ count: Int, _ body: @Sendable (Range<Int>) throws(StoreError) -> Void
) throws(StoreError) -> Void

extension OwnedDescriptor {
    /// Reads the whole file and returns the first piece that differs from the list; nil if all are as listed and the digest is right.
    /// `pace` is called with the number of bytes read.
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
