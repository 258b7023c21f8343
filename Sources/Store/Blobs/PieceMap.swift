import Recipe
import SystemPackage

/// Which pieces of a blob that is on its way have come: `partial/<hash>.map`, a header and a byte for each piece, which is 1 once the piece
/// was checked and written.
///
/// Whoever brings a piece holds a lock on its byte meanwhile, and whoever makes the blob holds one on the header, so any number of processes
/// bring one blob and each piece once. These locks belong to the open file: they hold between two users within a process, too, and end with
/// the process. A byte is not on disk when it is written; so it counts only until the machine starts anew, and then its piece is checked
/// again. A piece is written before it is noted: if the file changed after its map, something else wrote to it, or a process ended in
/// between, and all pieces are checked again.
struct PieceMap: Sendable {
    private static let mark = Array("REPROFSM".utf8)
    private static let headerSize = 64

    private let file: OwnedDescriptor
    private let path: FilePath
    private let header: [UInt8]
    private let count: Int

    static func path(of partial: FilePath) -> FilePath { FilePath(partial.string + ".map") }

    /// Opens the map, which is made if there is none.
    init(of partial: FilePath, _ list: PieceList) throws(StoreError) {
        path = Self.path(of: partial)
        count = list.count
        file = try Kernel.open(path, .readWrite, options: [.create, .noFollow], permissions: .ownerReadWrite)
        let header = Self.mark + Array(Opener.boot.utf8.prefix(8)) + SHA256.digest(of: list.bytes).bytes
        self.header = header + [UInt8](repeating: 0, count: Self.headerSize - header.count)
    }

    /// Whether it is of this list and this boot.
    func isValid() throws(StoreError) -> Bool {
        let found = try file.readAll(path)
        return found.count == Self.headerSize + count && found.starts(with: header)
    }

    /// When a piece was noted last.
    func changed() throws(StoreError) -> Timestamp { try FileFacts.of(file, path).changed }

    /// What it says of all pieces, whether or not that counts; nil if it has another length.
    func states() throws(StoreError) -> [UInt8]? {
        let found = try file.readAll(path)
        return found.count == Self.headerSize + count ? Array(found[Self.headerSize...]) : nil
    }

    /// Begins it anew.
    func write(_ states: [UInt8]) throws(StoreError) {
        try Kernel.cut(file, to: 0, path)
        try file.writeAll(header + states, at: 0, path)
    }

    /// Which of some pieces have come.
    func here(_ pieces: Range<Int>) throws(StoreError) -> [Bool] {
        var found: [Bool] = []
        found.reserveCapacity(pieces.count)
        try file.forEachChunk(
            path, from: Self.headerSize + pieces.lowerBound, to: Self.headerSize + pieces.upperBound
        ) { chunk throws(StoreError) in
            for byte in chunk { found.append(byte == 1) }
        }
        // A file that was cut short says nothing of the rest.
        return found + [Bool](repeating: false, count: pieces.count - found.count)
    }

    /// A piece was checked and written.
    func note(_ piece: Int) throws(StoreError) { try file.writeAll([1], at: Self.headerSize + piece, path) }
    /// What was noted of a piece does not hold any more: it has to come again.
    func drop(_ piece: Int) throws(StoreError) { try file.writeAll([0], at: Self.headerSize + piece, path) }

    func claim(_ pieces: Range<Int>) -> Bool { Kernel.claim(file, Self.bytes(of: pieces)) }
    func release(_ pieces: Range<Int>) { Kernel.release(file, Self.bytes(of: pieces)) }
    /// Whoever has this makes the blob. It ends when the map is closed, at the latest.
    func claimEnd() -> Bool { Kernel.claim(file, 0..<Self.headerSize) }
    func releaseEnd() { Kernel.release(file, 0..<Self.headerSize) }

    private static func bytes(of pieces: Range<Int>) -> Range<Int> {
        pieces.lowerBound + headerSize..<pieces.upperBound + headerSize
    }

    /// How much of a file of `size` bytes has come as its map says, whether or not that counts. Bytes.
    static func present(of partial: FilePath, size: Int) throws(StoreError) -> Int {
        let path = path(of: partial)
        let file = try Kernel.open(path, .readOnly, options: .noFollow)
        var (start, present) = (0, 0)
        try file.forEachChunk(
            path, from: headerSize, to: headerSize + PieceList.count(size)
        ) { chunk throws(StoreError) in
            for byte in chunk {
                if byte == 1 { present += min(size - start, PieceList.pieceSize) }
                start += PieceList.pieceSize
            }
        }
        return present
    }
}
