import Foundation
import GRDB
package import Recipe

extension Database {
    /// Keeps the list of a blob's pieces if hashing its bytes made one and there is none yet.
    func keepPieces(_ published: PublishedBlob, of blob: Int64) throws {
        if let pieces = published.pieces { try keepPieces(pieces, of: blob) }
    }

    /// The same after the blob's file was read. `isNew` replaces a list that turned out to be wrong.
    func keepPieces(_ pieces: PieceList, of blob: Int64, isNew: Bool = false) throws {
        try execute(
            cachedStatement(sql: "INSERT OR \(isNew ? "REPLACE" : "IGNORE") INTO pieceList VALUES (?, ?)"),
            [blob, Data(pieces.bytes)])
    }
}

extension Store {
    /// The list of a blob's pieces; nil if its file is a single piece, or has not been read since lists are kept.
    package func pieces(of blob: Blob) throws(StoreError) -> PieceList? {
        guard blob.size > PieceList.pieceSize else { return nil }
        return try one("SELECT list FROM pieceList WHERE blob = ?", [blob.id]) {
            // An invalid list is as good as none: the file is hashed as a whole, and gets a new one.
            (try? $0.value("list") as Data).flatMap { PieceList(bytes: Array($0), of: blob.digest, size: blob.size) }
        } ?? nil
    }
}
