import Foundation
import GRDB
package import Recipe
package import SystemPackage

extension Store {
    /// Opens a blob for reading, after checking that its bytes are those of its name.
    ///
    /// The file must have the recorded size and ctime; if the ctime differs, it is hashed first. A program gets an error when it opens the
    /// file, instead of being killed in the middle of a mapped read.
    package func contents(of blob: Blob) throws(StoreError) -> BlobContents {
        let state = try catalogue.read { db in try db.state(of: blob.id) }
        switch state {
        case .document: return .bytes(try document(blob))
        case .collected, nil: throw .blobMissing(blob.digest)
        case .lost?: return try recheck(blob, .lost)
        case .whole(let recorded)?:
            let path = files.path(of: blob.digest)
            try catalogue.place.require()
            if let file = try? files.open(blob.digest) {
                let facts = try FileFacts.of(file, path)
                if facts.kind == .file, facts.size == blob.size, facts.changed == recorded { return .file(file) }
            }
            return try recheck(blob, .whole(changed: recorded))
        }
    }

    /// All bytes of a blob that is known to be small.
    package func bytes(of blob: Blob) throws(StoreError) -> [UInt8] {
        switch try contents(of: blob) {
        case .bytes(let bytes): return bytes
        case .file(let file):
            do { return try FileSource(file, count: blob.size).read(at: 0, count: blob.size) } catch {
                throw .system("cannot read", files.path(of: blob.digest), .ioError)
            }
        }
    }

    /// The SHA-256 of any file; nil if it is not a regular file.
    package func digest(ofFile path: FilePath) throws(StoreError) -> Digest? {
        guard try FileFacts.at(path)?.kind == .file else { return nil }
        return try files.hash(try OpenFile(named: path).descriptor, path)
    }

    /// The digest of an image file's decoded pixels; nil if there is no image, or its pixels are not exact.
    package func pixels(ofFile path: FilePath) throws(StoreError) -> Digest? {
        guard try FileFacts.at(path)?.kind == .file else { return nil }
        let file = try OpenFile(named: path)
        let source = FileSource(file.descriptor, count: try file.facts().size)
        do throws(SourceError) {
            guard let metadata = try Container.read(source) else { return nil }
            return try PixelDigest.of(source, metadata)
        } catch { throw .system("cannot read (\(error))", path, .ioError) }
    }

    private func document(_ blob: Blob) throws(StoreError) -> [UInt8] {
        let compressed = try catalogue.read { db in
            try Data.fetchOne(db.cachedStatement(sql: "SELECT zstd FROM document WHERE blob = ?"), arguments: [blob.id])
        }
        guard let compressed else { throw .blobMissing(blob.digest) }
        guard let bytes = Compression.decompress(Array(compressed), size: blob.size) else {
            throw .blobDamaged(blob.digest)
        }
        return bytes
    }

    func documentBytes(_ digest: Digest, _ db: Database) throws -> [UInt8] {
        guard let row = try db.rowOfBlob(digest) else { throw StoreError.notFound("the document \(digest)") }
        return try documentBytes(row, db)
    }

    /// The bytes of a document, from the catalogue or from its file.
    func documentBytes(_ blob: Int64, _ db: Database) throws -> [UInt8] { try files.document(blob, db) }

    /// Whether the store can serve these bytes now.
    package func isServed(_ digest: Digest) throws(StoreError) -> Bool {
        let row = try one(
            "SELECT \(Blob.columns) FROM servedBlob AS blob WHERE sha256 = ? AND changed IS NOT NULL",
            [digest.data], Blob.init)
        guard let row else { return false }
        return try files.facts(of: digest)?.size == row.size
    }

    /// Hashes a file whose size or ctime is not the recorded one, and records the result unless that was `known`: otherwise each open
    /// of what is elsewhere would have to wait for the disk.
    private func recheck(_ blob: Blob, _ known: BlobState) throws(StoreError) -> BlobContents {
        func mark(_ state: BlobState) throws(StoreError) { if state != known { try self.mark(blob, state) } }
        // Who made the blob may have ended before its other name was gone, which changes the ctime.
        try? dropPartialName(of: blob.digest)
        let path = files.path(of: blob.digest)
        guard try FileFacts.at(path, followLinks: false)?.kind == .file else {
            try mark(.lost)
            throw .blobMissing(blob.digest)
        }
        let file = try files.open(blob.digest)
        let facts = try FileFacts.of(file, path)
        guard facts.size == blob.size, try isRight(file, path, blob.digest) else {
            try mark(.lost)
            throw .blobDamaged(blob.digest)
        }
        try mark(.whole(changed: facts.changed))
        return .file(file)
    }

    /// What the disk does not give is as good as wrong: it may be had from a remote.
    private func isRight(_ file: OwnedDescriptor, _ path: FilePath, _ digest: Digest) throws(StoreError) -> Bool {
        do throws(StoreError) { return try files.hash(file, path) == digest } catch .system(_, _, .ioError) {
            return false
        }
    }

    private func mark(_ blob: Blob, _ state: BlobState) throws(StoreError) {
        try catalogue.write { db in
            // Garbage collection may have removed it while it was read.
            if case .collected = try db.state(of: blob.id) { return }
            // Or it was evicted.
            if case .whole = state, try files.facts(of: blob.digest) == nil { return }
            try db.setState(of: blob.id, state)
        }
    }
}

extension BlobFiles {
    /// The bytes of a document, from its row or from its file.
    func document(_ blob: Int64, _ db: Database) throws -> [UInt8] {
        guard
            let row = try Row.fetchOne(
                db, sql: "SELECT \(Blob.columns) FROM blob WHERE id = ?", arguments: [blob])
        else { throw StoreError.notFound("document \(blob)") }
        let document = try Blob(row)
        let compressed = try Data.fetchOne(db, sql: "SELECT zstd FROM document WHERE blob = ?", arguments: [blob])
        if let compressed {
            guard let bytes = Compression.decompress(Array(compressed), size: document.size) else {
                throw StoreError.blobDamaged(document.digest)
            }
            return bytes
        }
        return try FileSource(try open(document.digest), count: document.size).read(at: 0, count: document.size)
    }
}
