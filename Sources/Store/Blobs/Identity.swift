import Foundation
import GRDB
import Glibc
package import Recipe
import SystemPackage

/// The hashes by which other tools know a model's bytes, beside its SHA-256.
package struct Identity: Sendable, Equatable {
    /// The first 8 hex of the SHA-256 of bytes 0x100000 to 0x10FFFF, as early A1111 wrote it; nil for a file that ends
    /// before. Merges can share it.
    package var autoV1: String?
    /// The SHA-256 of a safetensors file's tensors, without its header; nil for other files. Editing the header
    /// changes a file's SHA-256, but not this. AutoV3 is its first 12 hex.
    package var tensors: Digest?
}

extension Identity {
    private static let slice = 0x10_0000..<0x11_0000
    /// The specification's limit for a header. Bytes.
    private static let headerLimit = 100_000_000

    /// Reads what is needed of a file: all of a safetensors file, the slice of any other.
    init(_ file: OwnedDescriptor, _ path: FilePath, size: Int, progress: (Int) -> Void) throws(StoreError) {
        if size > Self.slice.lowerBound {
            let hash = SHA256()
            let bytes = try Self.read(
                file, path, at: Self.slice.lowerBound, count: min(size, Self.slice.upperBound) - Self.slice.lowerBound)
            bytes.withUnsafeBytes { hash.update($0) }
            autoV1 = String(hash.finish().hex.prefix(8))
        }
        guard let start = try Self.tensorStart(file, path, size: size) else { return }
        let hash = SHA256()
        var offset = 0
        _ = try file.forEachChunk(path) { chunk throws(StoreError) in
            let skipped = min(chunk.count, max(0, start - offset))
            if skipped < chunk.count { hash.update(UnsafeRawBufferPointer(rebasing: chunk[skipped...])) }
            offset += chunk.count
            progress(chunk.count)
        }
        tensors = hash.finish()
    }

    /// Where the tensors of a safetensors file begin; nil where it is none.
    private static func tensorStart(
        _ file: OwnedDescriptor, _ path: FilePath, size: Int
    ) throws(StoreError) -> Int? {
        let head = try read(file, path, at: 0, count: 9)
        guard head.count == 9, head[8] == UInt8(ascii: "{") else { return nil }
        let length = head[..<8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard length <= headerLimit, Int(length) <= size - 8 else { return nil }
        return 8 + Int(length)
    }

    private static func read(
        _ file: OwnedDescriptor, _ path: FilePath, at offset: Int, count: Int
    ) throws(StoreError) -> [UInt8] {
        do { return try FileSource(file, count: offset + count).read(at: offset, count: count) } catch {
            throw .system("cannot read (\(error))", path, .ioError)
        }
    }
}

extension Store {
    /// The models whose other hashes are not known yet: those that were added since, or whose reading was cut off.
    package func unidentified() throws(StoreError) -> [Blob] {
        try page(
            """
            SELECT id AS blob, sha256, size FROM blob WHERE changed IS NOT NULL AND NOT damaged
            AND EXISTS (SELECT 1 FROM version WHERE version.blob = blob.id)
            AND NOT EXISTS (SELECT 1 FROM identity WHERE identity.blob = blob.id) ORDER BY id
            """, [], Int(Int32.max), Blob.init)
    }

    /// Reads and keeps the other hashes of a model. `progress` is told of every byte read.
    package func identify(_ blob: Blob, progress: (Int) -> Void = { _ in }) throws(StoreError) {
        guard case .file(let file) = try contents(of: blob) else { return }
        let identity = try Identity(file, files.path(of: blob.digest), size: blob.size, progress: progress)
        try catalogue.write { db in
            try db.execute(
                sql: "INSERT OR REPLACE INTO identity VALUES (?, ?, ?)",
                arguments: [blob.id, identity.autoV1, identity.tensors?.data])
            try db.touch(.hashes)
        }
    }

    package func identity(of blob: Blob) throws(StoreError) -> Identity? {
        try one("SELECT autoV1, tensors FROM identity WHERE blob = ?", [blob.id]) { row in
            Identity(autoV1: row["autoV1"], tensors: try (row["tensors"] as Data?).map { try Digest(column: $0) })
        }
    }
}
