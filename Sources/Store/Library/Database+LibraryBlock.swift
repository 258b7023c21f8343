import GRDB
import Recipe

// Images of one value of a facet are counted in blocks: a block covers the places up to the next block's, all in one month. Blocks tell how
// many images there are, how many in each month, and where the n-th one is, without reading the images.

enum LibraryBlock {
    /// The facet that every image has.
    static let all: Int64 = 1
    /// The largest number of images in one block.
    static let limit = 1000
}

extension Database {
    func add(_ row: LibraryRow, to facet: Int64) throws {
        let isFolded = row.fold.base != nil
        try execute(
            cachedStatement(sql: "INSERT INTO libraryMember VALUES (?, ?, ?)"), [facet, row.place, isFolded])
        let month = LibraryRow.month(of: row.place)
        guard let block = try block(of: facet, at: row.place), block.month == month.number else {
            // A block begins with its month, so that older images of the month belong to it, too.
            let start = month.beginning.map { LibraryRow.place($0) } ?? Int64.min
            try execute(
                cachedStatement(sql: "INSERT INTO libraryBlock VALUES (?, ?, ?, 1, ?)"),
                [facet, start, month.number, isFolded])
            return
        }
        try execute(
            cachedStatement(
                sql: "UPDATE libraryBlock SET images = images + 1, folded = folded + ? WHERE facet = ? AND start = ?"),
            [isFolded, facet, block.start])
        if block.images >= LibraryBlock.limit { try split(block, of: facet, images: block.images + 1) }
    }

    func remove(_ row: LibraryRow, from facet: Int64) throws {
        try execute(
            cachedStatement(sql: "DELETE FROM libraryMember WHERE facet = ? AND place = ?"), [facet, row.place])
        guard let block = try block(of: facet, at: row.place) else { return }
        if block.images <= 1 {
            try execute(
                cachedStatement(sql: "DELETE FROM libraryBlock WHERE facet = ? AND start = ?"), [facet, block.start])
        } else {
            try execute(
                cachedStatement(
                    sql:
                        "UPDATE libraryBlock SET images = images - 1, folded = folded - ? WHERE facet = ? AND start = ?"
                ), [row.fold.base != nil, facet, block.start])
        }
    }

    private func block(of facet: Int64, at place: Int64) throws -> (start: Int64, month: Int, images: Int)? {
        let row = try Row.fetchOne(
            cachedStatement(
                sql: """
                    SELECT start, month, images FROM libraryBlock WHERE facet = ? AND start <= ? ORDER BY start DESC LIMIT 1
                    """), arguments: [facet, place])
        return try row.map { try ($0.value(0), $0.value(1), $0.value(2)) }
    }

    private func split(_ block: (start: Int64, month: Int, images: Int), of facet: Int64, images: Int) throws {
        let kept = images / 2
        let start = try Int64.fetchOne(
            cachedStatement(
                sql: "SELECT place FROM libraryMember WHERE facet = ? AND place >= ? ORDER BY place LIMIT 1 OFFSET ?"),
            arguments: [facet, block.start, kept])
        guard let start else { return }
        try execute(
            cachedStatement(
                sql: """
                    INSERT INTO libraryBlock SELECT ?1, ?3, ?4, ?5, folded - (SELECT count(*) FROM libraryMember
                        WHERE libraryMember.facet = ?1 AND place >= ?2 AND place < ?3 AND libraryMember.folded)
                    FROM libraryBlock WHERE facet = ?1 AND start = ?2
                    """), [facet, block.start, start, block.month, images - kept])
        try execute(
            cachedStatement(
                sql: """
                    UPDATE libraryBlock SET images = ?3, folded = folded -
                        (SELECT folded FROM libraryBlock WHERE facet = ?1 AND start = ?4)
                    WHERE facet = ?1 AND start = ?2
                    """), [facet, block.start, kept, start])
    }
}
