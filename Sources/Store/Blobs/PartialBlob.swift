import Foundation
import Glibc
package import Recipe
import SystemPackage

/// Bytes that are on their way into the store, in `partial/<hash>`. What came stays when the process ends, and the next one goes on.
///
/// With a list of pieces they come in any order, and any number of processes bring them at once, each piece by one of them: see
/// ``PieceMap``. A piece that has come is right, and may be read. Without a list they come in order, to one process, and only all of them
/// together can be checked. A whole file that has the right hash becomes a blob, and only that.
package final class PartialBlob: Sendable {
    /// The directory, which belongs to its owner alone.
    static let directory = "partial"

    /// What the bytes are to be.
    package let digest: Digest
    /// Bytes.
    package let size: Int
    /// The list by which pieces are checked; nil if there is none.
    package let list: PieceList?
    private let files: BlobFiles
    private let path: FilePath
    /// The bytes, as far as they have come.
    package let file: OwnedDescriptor
    private let map: PieceMap?

    /// Nil while another process, or another task of this one, has it in a way that allows no second one.
    fileprivate init?(
        _ content: PinManifest.Content, _ list: PieceList?, in directory: FilePath, _ files: BlobFiles
    ) throws(StoreError) {
        (digest, size, self.list, self.files) = (content.digest, content.size, list, files)
        path = directory.appending(digest.hex)
        file = try Self.openAlone(path)
        guard Kernel.lock(file, list == nil ? .exclusive : .shared, waits: false), Self.isNamed(file, path) else {
            return nil
        }
        guard let list else {
            // Pieces that came out of order say nothing without their map.
            if try FileFacts.at(PieceMap.path(of: path), followLinks: false) != nil {
                try Kernel.unlink(PieceMap.path(of: path))
                try Kernel.cut(file, to: 0, path)
            }
            map = nil
            if try FileFacts.of(file, path).size > size { try Kernel.cut(file, to: 0, path) }
            return
        }
        let map = try PieceMap(of: path, list)
        self.map = map
        if try map.isValid() { return }
        // The map is of another boot, whose last writes may not have come to the disk, or of another list: what is there is checked again,
        // by nobody else meanwhile. Without a map it came in order.
        guard Kernel.lock(file, .exclusive, waits: false), Self.isNamed(file, path) else { return nil }
        let reached = try FileFacts.of(file, path).size
        let wasThere = try map.states()
        var pieces = [UInt8](repeating: 0, count: list.count)
        for piece in 0..<list.count where list.range(of: piece).upperBound <= reached && wasThere?[piece] != 0 {
            if try Self.holds(list, piece, file, path) { pieces[piece] = 1 }
        }
        try map.write(pieces)
        guard Kernel.lock(file, .shared, waits: false), Self.isNamed(file, path) else { return nil }
    }

    /// A file that has a second name is a blob already, of a process that ended before it took this name away.
    private static func openAlone(_ path: FilePath) throws(StoreError) -> OwnedDescriptor {
        if let facts = try FileFacts.at(path, followLinks: false), facts.names > 1 || facts.kind != .file {
            try remove(path)
        }
        return try Kernel.open(path, .readWrite, options: [.create, .noFollow], permissions: .ownerReadWrite)
    }

    /// Whether the name still stands for this file alone: who had it before may have made a blob of it meanwhile, to which nobody writes.
    private static func isNamed(_ file: OwnedDescriptor, _ path: FilePath) -> Bool {
        guard let own = try? FileFacts.of(file, path), let named = try? FileFacts.at(path, followLinks: false) else {
            return false
        }
        return own.isSameFile(as: named) && own.names == 1
    }

    private static func holds(
        _ list: PieceList, _ piece: Int, _ file: OwnedDescriptor, _ path: FilePath
    ) throws(StoreError) -> Bool {
        let range = list.range(of: piece)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(range.count)
        try file.forEachChunk(path, from: range.lowerBound, to: range.upperBound) { chunk throws(StoreError) in
            bytes += chunk
        }
        return bytes.withUnsafeBytes { list.holds(piece, $0) }
    }

    /// The bytes that still have to come, in ranges of at most `most`: pieces of the list, or what is after those that came in order.
    package func missing(atMost most: Int) throws(StoreError) -> [Range<Int>] {
        guard let list, let map else {
            let reached = try reached
            return reached < size ? [reached..<size] : []
        }
        var ranges: [Range<Int>] = []
        for (piece, isHere) in try map.here(0..<list.count).enumerated() where !isHere {
            let range = list.range(of: piece)
            if let last = ranges.last, last.upperBound == range.lowerBound, last.count + range.count <= most {
                ranges[ranges.count - 1] = last.lowerBound..<range.upperBound
            } else {
                ranges.append(range)
            }
        }
        return ranges
    }

    /// Which of some pieces have come, by whomever they were brought. Only with a list.
    package func here(_ pieces: Range<Int>) throws(StoreError) -> [Bool] {
        guard let map else { return pieces.map { _ in false } }
        return try map.here(pieces)
    }

    /// Bytes of pieces that have come.
    package func read(_ range: Range<Int>) throws(StoreError) -> [UInt8] {
        var bytes: [UInt8] = []
        try file.forEachChunk(path, from: range.lowerBound, to: range.upperBound) { chunk throws(StoreError) in
            bytes += chunk
        }
        return bytes
    }

    /// Takes it on to bring some pieces; false if somebody else brings one of them. They may have come meanwhile. Only with a list.
    package func claim(_ pieces: Range<Int>) -> Bool { map?.claim(pieces) ?? false }
    /// Gives up claims.
    package func release(_ pieces: Range<Int>) { map?.release(pieces) }

    /// How many bytes have come in order. Only without a list.
    private var reached: Int { get throws(StoreError) { try FileFacts.of(file, path).size } }

    /// Keeps all bytes of a piece that was claimed; false if they are not the right ones.
    package func write(_ bytes: [UInt8], piece: Int) throws(StoreError) -> Bool {
        guard let list, let map, bytes.withUnsafeBytes({ list.holds(piece, $0) }) else { return false }
        try Kernel.requireReserve(file, path, for: 0)
        let range = list.range(of: piece)
        try file.writeAll(bytes, at: range.lowerBound, path)
        try map.note(piece)
        file.startWriting(after: range)
        return true
    }

    /// Keeps the next bytes in order. Only without a list.
    package func append(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(StoreError) {
        try Kernel.requireReserve(file, path, for: 0)
        try file.writeAll(bytes, at: offset, path)
        file.startWriting(after: offset..<offset + bytes.count)
    }

    /// Makes a blob of them, on disk when this returns; nil if somebody else does so, or has done so. All of them must have come. Throws
    /// `blobDamaged`, and takes all of them away, if they have another hash.
    package func finish(isPrivate: Bool) throws(StoreError) -> PublishedBlob? {
        let hashed: HashedBytes
        if let list, let map {
            guard map.claimEnd() else { return nil }
            // A blob's file that got or lost a name again would have to be read again.
            guard Self.isNamed(file, path) else { return nil }
            // Each piece goes on from the last one's chaining value, and the last gives the digest: all of them together prove it.
            guard try missing(atMost: size).isEmpty else { throw .blobMissing(digest) }
            hashed = HashedBytes(digest, pieces: list)
        } else {
            hashed = try files.hashWithPieces(file, path)
            guard hashed.digest == digest, try reached == size else {
                try remove()
                throw .blobDamaged(digest)
            }
        }
        try Kernel.sync(file, path)
        let blob = try files.adopt(path, hashed, size: size, isPrivate: isPrivate)
        try Kernel.syncDirectory(files.directory)
        try remove()
        guard let facts = try files.facts(of: digest) else { throw .blobMissing(digest) }
        return PublishedBlob(
            digest, size: size, .file(changed: facts.changed), isPrivate: blob.isPrivate, pieces: hashed.pieces)
    }

    /// Takes everything that came away.
    package func remove() throws(StoreError) { try Self.remove(path) }

    /// Also if another process does so at the same time. The map goes first: a map that was left alone would never be found again.
    fileprivate static func remove(_ path: FilePath) throws(StoreError) {
        for name in [PieceMap.path(of: path), path] where try FileFacts.at(name, followLinks: false) != nil {
            do throws(StoreError) { try Kernel.unlink(name) } catch {
                guard case .system(_, _, .noSuchFileOrDirectory) = error else { throw error }
            }
        }
    }
}

extension Store {
    /// Bytes that are to come, as far as they have; nil while somebody else has them alone. Throws if there is no room for the rest, and for
    /// `more` bytes.
    package func partial(
        _ content: PinManifest.Content, _ list: PieceList?, besides more: Int = 0
    ) throws(StoreError) -> PartialBlob? {
        guard let partial = try PartialBlob(content, list, in: try makePartial(), files) else { return nil }
        try Kernel.requireReserve(
            files.incoming, for: try partial.missing(atMost: PieceList.pieceSize).total(\.count) + more)
        return partial
    }

    /// How much has come of what is on its way with a list, by hash. Bytes.
    package func partials() throws(StoreError) -> [(digest: Digest, present: Int)] {
        let directory = path.appending(PartialBlob.directory)
        guard try FileFacts.at(directory, followLinks: false)?.kind == .directory else { return [] }
        var found: [(digest: Digest, present: Int)] = []
        for name in try DirectoryListing.names(in: directory).sorted() {
            guard let digest = Digest(hex: name), let pieces = try? PieceMap.count(of: directory.appending(name)) else {
                continue
            }
            found.append((digest, pieces * PieceList.pieceSize))
        }
        return found
    }

    /// Takes the second name away of bytes that became a blob whose process ended before it could.
    func dropPartialName(of digest: Digest) throws(StoreError) {
        let path = path.appending(PartialBlob.directory).appending(digest.hex)
        guard let facts = try FileFacts.at(path, followLinks: false), facts.names > 1 else { return }
        try PartialBlob.remove(path)
    }

    /// The directory of what is on its way, which is made if there is none.
    func makePartial() throws(StoreError) -> FilePath {
        let directory = path.appending(PartialBlob.directory)
        if try FileFacts.at(directory, followLinks: false) == nil {
            do throws(StoreError) { try Kernel.makeDirectory(directory, permissions: 0o700) } catch {
                guard case .system(_, _, .fileExists) = error else { throw error }
            }
        }
        return directory
    }

    /// Takes away what came for nobody and was not gone on with since `time`; returns how many bytes that were. What a row of a blob
    /// stands for is needed: it may be the only copy once its remote is gone.
    func sweepPartial(before time: Timestamp) throws(StoreError) -> Int {
        let directory = path.appending(PartialBlob.directory)
        guard try FileFacts.at(directory, followLinks: false)?.kind == .directory else { return 0 }
        var bytes = 0
        for name in try DirectoryListing.names(in: directory) where !name.hasSuffix(".map") {
            let path = directory.appending(name)
            if let digest = Digest(hex: name), try blob(digest) != nil { continue }
            guard let facts = try FileFacts.at(path, followLinks: false), facts.modified < time,
                let file = try? Kernel.open(path, .readOnly, options: .noFollow),
                Kernel.lock(file, .exclusive, waits: false)
            else { continue }
            try PartialBlob.remove(path)
            bytes += facts.size
        }
        return bytes
    }
}
