import Recipe
import Testing

@Suite struct `Piece lists` {
    private static let piece = PieceList.pieceSize

    private func bytes(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
        // Words that differ from each other are enough, and quick to make.
        (0...UInt64(count / 8)).map { ($0 &+ seed) &* 0x9E37_79B9_7F4A_7C15 }.withUnsafeBytes {
            Array($0.prefix(count))
        }
    }

    /// Bytes that arrive in parts of odd sizes.
    private func hash(_ bytes: [UInt8], step: Int = 65_537) -> HashedBytes {
        let hash = SHA256(keepsPieces: true)
        for start in stride(from: 0, to: bytes.count, by: step) {
            bytes[start..<min(start + step, bytes.count)].withUnsafeBytes { hash.update($0) }
        }
        return hash.finishWithPieces()
    }

    private func wrong(_ bytes: [UInt8], _ list: PieceList) -> [Int] {
        (0..<list.count).filter { piece in
            bytes[list.range(of: piece)].withUnsafeBytes { !list.holds(piece, $0) }
        }
    }

    /// What padding does to SHA-256 changes at 55 and 56 bytes of a block of 64.
    @Test(arguments: [1, 2, 3], [-65, -64, -9, -8, -1, 0, 1, 55, 56, 63, 64, 65])
    func `hold every piece of their file, whatever its size, and keep its digest`(pieces: Int, more: Int) throws {
        let bytes = bytes(pieces * Self.piece + more)
        let hashed = hash(bytes)
        #expect(hashed.digest == SHA256.digest(of: bytes))
        guard bytes.count > Self.piece else { return #expect(hashed.pieces == nil) }
        let list = try #require(hashed.pieces)
        #expect(list.count == (bytes.count + Self.piece - 1) / Self.piece)
        #expect(wrong(bytes, list) == [])
    }

    @Test func `find one wrong piece for one bit that flipped`() throws {
        let bytes = bytes(4 * Self.piece + 100)
        let list = try #require(hash(bytes).pieces)
        for (place, piece) in [
            (0, 0), (Self.piece - 1, 0), (Self.piece, 1), (2 * Self.piece + 7, 2), (4 * Self.piece, 4),
            (bytes.count - 1, 4),
        ] {
            var other = bytes
            other[place] ^= 0x10
            #expect(wrong(other, list) == [piece])
        }
        #expect(bytes[0..<100].withUnsafeBytes { !list.holds(0, $0) }, "a part of a piece")
    }

    @Test func `survive being written and read`() throws {
        let hashed = hash(bytes(3 * Self.piece))
        let list = try #require(hashed.pieces)
        #expect(list.bytes.count == 64 + 3 * 32)
        #expect(PieceList(bytes: list.bytes, of: hashed.digest, size: 3 * Self.piece) == list)
    }

    @Test func `are refused where they are of another file, cut off or longer`() throws {
        let hashed = hash(bytes(3 * Self.piece))
        let bytes = try #require(hashed.pieces).bytes
        func isRefused(_ bytes: [UInt8], size: Int = 3 * Self.piece, of digest: Digest? = nil) -> Bool {
            PieceList(bytes: bytes, of: digest ?? hashed.digest, size: size) == nil
        }
        #expect(!isRefused(bytes))
        #expect(isRefused(bytes, size: 3 * Self.piece + 1) && isRefused(bytes, size: 2 * Self.piece))
        #expect(isRefused(bytes, of: SHA256.digest(of: [])))
        #expect(isRefused([]) && isRefused(bytes + [0]) && isRefused(Array(bytes.dropLast())))
        for place in 0..<64 {
            var other = bytes
            other[place] ^= 1
            #expect(isRefused(other), "byte \(place) of the header")
        }
    }
}
