import Foundation
import GRDB
import Glibc
package import Recipe
import SystemPackage

/// The hashes by which other tools identify a model's bytes, besides its SHA-256, and what the header of a safetensors file says.
package struct Identity: Sendable, Equatable {
    /// The first 8 hex digits of the SHA-256 of bytes 0x100000 to 0x10FFFF, as early A1111 wrote it; nil for a shorter file. Merges can
    /// share it.
    package var autoV1: String?
    /// The SHA-256 of a safetensors file's tensors, without its header; nil for other files. Editing the header changes a file's SHA-256,
    /// but not this. AutoV3 is its first 12 hex digits.
    package var tensors: Digest?
    /// The SHA-256 of the table of tensors: names, types, shapes, offsets. Files that share it and `tensors` have the same weights.
    package var layout: Digest?
    /// zlib's CRC-32 of the file as 8 upper-case hex digits, as Civitai lists it.
    package var crc32: String
    /// Nil if b3sum is not installed or has not read the file yet: see ``Store/readBLAKE3(of:)``.
    package var blake3: Digest?
    /// The header of a safetensors file, JSON.
    package var header: [UInt8]?
    /// What loading the file as a pickle would import; nil if it is not a pickle.
    package var pickle: PickleImports?
    /// The claims of the header: members of `__metadata__` that are reasonably short.
    package var claims: [String: String] = [:]
}

/// What was read of a file while it was being added.
package struct SourceIdentity: Sendable {
    let identity: Identity
    let facts: FileFacts
}

extension Identity {
    private static let slice = 0x10_0000..<0x11_0000
    /// A longer value in a header is a recipe or a log. Characters.
    private static let claimLimit = 1000

    /// Reads all of a file once. `progress` is called with the number of bytes read.
    init(
        _ file: OwnedDescriptor, _ path: FilePath, size: Int, progress: (Int) throws(StoreError) -> Void
    ) throws(StoreError) {
        let header = try Self.header(file, path, size: size)
        let start = header.map { $0.count + 8 } ?? .max
        let tensors = SHA256()
        let early = SHA256()
        var checksum = CRC32()
        var offset = 0
        _ = try file.forEachChunk(path) { chunk throws(StoreError) in
            let here = offset..<offset + chunk.count
            checksum.update(chunk)
            if start < here.upperBound {
                tensors.update(UnsafeRawBufferPointer(rebasing: chunk[max(0, start - here.lowerBound)...]))
            }
            let inside = here.clamped(to: Self.slice)
            if !inside.isEmpty {
                early.update(
                    UnsafeRawBufferPointer(
                        rebasing: chunk[(inside.lowerBound - here.lowerBound)..<(inside.upperBound - here.lowerBound)]))
            }
            offset = here.upperBound
            try progress(chunk.count)
        }
        crc32 = checksum.value
        if size > Self.slice.lowerBound { autoV1 = String(early.finish().hex.prefix(8)) }
        if let header {
            self.tensors = tensors.finish()
            read(header)
        }
        pickle = try Self.pickle(file, path, size: size)
    }

    fileprivate static func pickle(
        _ file: OwnedDescriptor, _ path: FilePath, size: Int
    ) throws(StoreError) -> PickleImports? {
        do throws(SourceError) { return try PickleImports.read(FileSource(file, count: size)) } catch {
            throw .system("cannot read (\(error))", path, .ioError)
        }
    }

    private mutating func read(_ header: [UInt8]) {
        guard let object = (try? JSONParser.parse(header))?.object else { return }
        self.header = header
        var table = object
        table["__metadata__"] = nil
        layout = SHA256.digest(of: Array(JSON.object(table).canonical().utf8))
        for (key, value) in object["__metadata__"]?.object?.members ?? [] {
            // The list of merged models is kept, since it is how they are found again.
            guard let text = value.string, !text.isEmpty,
                text.count <= (key == "sd_merge_models" ? 64 * Self.claimLimit : Self.claimLimit)
            else { continue }
            claims[key] = text
        }
    }

    /// The header of a safetensors file; nil if it is not one.
    private static func header(
        _ file: OwnedDescriptor, _ path: FilePath, size: Int
    ) throws(StoreError) -> [UInt8]? {
        let source = FileSource(file, count: size)
        do throws(SourceError) {
            guard let (length, isWhole) = try Safetensors.headerLength(source), isWhole else { return nil }
            return try source.read(at: 8, count: length)
        } catch { throw .system("cannot read (\(error))", path, .ioError) }
    }
}

extension Store {
    /// The models whose other hashes are not known yet, by their numbers, from the one after `place` on: those that were added since,
    /// or whose reading was cut off.
    package func unidentified(after place: Int64 = 0, limit: Int = .max) throws(StoreError) -> [Blob] {
        try page(
            """
            SELECT \(Blob.columns) FROM servedBlob AS blob WHERE id > ? AND changed IS NOT NULL
            AND EXISTS (SELECT 1 FROM version WHERE version.blob = blob.id)
            AND NOT EXISTS (SELECT 1 FROM identity WHERE identity.blob = blob.id AND identity.imports IS NOT NULL)
            ORDER BY id
            """, [place], limit, Blob.init)
    }

    /// Reads and stores the other hashes of a model. `progress` is called with the number of bytes read.
    package func identify(_ blob: Blob, progress: (Int) throws(StoreError) -> Void = { _ in }) throws(StoreError) {
        guard case .file(let file) = try contents(of: blob) else { return }
        let path = files.path(of: blob.digest)
        if try identity(of: blob) != nil {
            // An older version read it without looking for a pickle, which shows in the first or last bytes.
            let imports = try Identity.pickle(file, path, size: blob.size)
            return try catalogue.writeSoon { db in
                try db.setImports(imports.column, of: blob.id)
            }
        }
        let cache = PageCacheGuard(file, size: blob.size)
        defer { cache.restore() }
        try record(try Identity(file, path, size: blob.size, progress: progress), of: blob)
    }

    /// The other hashes of a file that is being added at the same time; nil if its bytes changed meanwhile. `isWanted` is checked
    /// repeatedly.
    package func identity(
        of source: OpenFile, while isWanted: () -> Bool
    ) throws(StoreError) -> SourceIdentity? {
        let file = source.descriptor
        let path = source.path
        let facts = try source.facts()
        let cache = PageCacheGuard(file, size: facts.size)
        defer { cache.restore() }
        let identity = try Identity(file, path, size: facts.size) { _ throws(StoreError) in
            if !isWanted() { throw .interrupted }
        }
        guard try FileFacts.of(file, path).hasSameBytes(as: facts) else { return nil }
        return SourceIdentity(identity: identity, facts: facts)
    }

    /// Stores what was read of a source for the blob that it became, if it was the same file.
    package func keep(_ source: SourceIdentity, of added: AddedBytes) throws(StoreError) {
        guard added.source.hasSameBytes(as: source.facts), let blob = try blob(added.digest) else { return }
        try record(source.identity, of: blob)
    }

    private func record(_ identity: Identity, of blob: Blob) throws(StoreError) {
        let header = try identity.header.map { bytes throws(StoreError) in
            try files.publish(bytes, isPrivate: blob.isPrivate)
        }
        // What a power cut takes is read again.
        try catalogue.writeSoon { db in
            try db.setIdentity(
                of: blob.id, autoV1: identity.autoV1, tensors: identity.tensors, layout: identity.layout,
                crc32: identity.crc32.lowercased(), header: try header.map { try db.blob($0, in: files) },
                imports: identity.pickle.column, claims: identity.claims.map { ($0.key, $0.value) })
            for hash in [identity.autoV1, identity.tensors?.hex, identity.crc32.lowercased()] {
                if let hash { try db.came(hash: hash) }
            }
            try db.touch(.hashes)
        }
    }

    /// The other hashes of a model's bytes; nil if they have not been read yet.
    package func identity(of blob: Blob) throws(StoreError) -> Identity? {
        try catalogue.read { db in
            guard
                let row = try Row.fetchOne(db, sql: "SELECT * FROM identity WHERE blob = ?", arguments: [blob.id])
            else { return nil }
            let digest = { (column: String) in
                try (row.value(column) as Data?).flatMap { $0.isEmpty ? nil : try Digest(column: $0) }
            }
            var identity = Identity(
                autoV1: try row.value("autoV1"), tensors: try digest("tensors"), layout: try digest("layout"),
                crc32: (try row.value("crc32") as String).uppercased(), blake3: try digest("blake3"),
                header: try (row.value("header") as Int64?).map { try documentBytes($0, db) },
                pickle: PickleImports(column: try row.value("imports")))
            for claim in try Row.fetchAll(db, sql: "SELECT key, value FROM claim WHERE blob = ?", arguments: [blob.id])
            {
                identity.claims[try claim.value("key")] = try claim.value("value") as String
            }
            return identity
        }
    }
}
