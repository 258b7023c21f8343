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
    private let file: OwnedDescriptor
    private let map: PieceMap?

    /// Nil while another process, or another task of this one, has it in a way that allows no second one.
    init?(
        _ content: PinManifest.Content, _ list: PieceList?, in directory: FilePath, _ files: BlobFiles
    ) throws(StoreError) {
        (digest, size, self.list, self.files) = (content.digest, content.size, list, files)
        path = directory.appending(digest.hex)
        guard let file = try Self.openAlone(path) else { return nil }
        self.file = file
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
        // The map may be of another boot, whose last writes may not have come to the disk, or of another list.
        let isValid = try map.isValid()
        if isValid, try FileFacts.of(file, path).changed <= map.changed() { return }
        guard Kernel.lock(file, .exclusive, waits: false) else {
            // Whoever has it open checked it then, and may be writing. Asking for more than a shared lock gave that up.
            guard isValid, Kernel.lock(file, .shared, waits: false), Self.isNamed(file, path) else { return nil }
            return
        }
        guard Self.isNamed(file, path) else { return nil }
        try checkAgain(list, map)
        guard Kernel.lock(file, .shared, waits: false), Self.isNamed(file, path) else { return nil }
    }

    /// Makes the map say which pieces are there and right. Nobody else may have the file open. Without a map what is there came in order.
    private func checkAgain(_ list: PieceList, _ map: PieceMap) throws(StoreError) {
        let reached = try FileFacts.of(file, path).size
        let states = try map.states()
        let there = (0..<list.count).filter { list.range(of: $0).upperBound <= reached && states?[$0] != 0 }
        let wrong = try file.wrongPieces(of: list, among: there, path, by: Self.share) { _ in }
        var pieces = [UInt8](repeating: 0, count: list.count)
        for piece in there { pieces[piece] = 1 }
        for piece in wrong { pieces[piece] = 0 }
        try map.write(pieces)
    }

    /// Reads pieces in order: others read and write beside this.
    private static func share(
        _ count: Int, _ body: @Sendable (Range<Int>) throws(StoreError) -> Void
    ) throws(StoreError) { try body(0..<count) }

    /// A file that has a second name is a blob already, of a process that ended before it took this name away. Nil while another process
    /// makes a blob of it.
    private static func openAlone(_ path: FilePath) throws(StoreError) -> OwnedDescriptor? {
        if let facts = try FileFacts.at(path, followLinks: false) {
            if facts.names > 1 || facts.kind != .file {
                try remove(path)
            } else if facts.mode & 0o200 == 0 {
                // Of a process that makes the blob, or ended while it did.
                guard let file = try? Kernel.open(path, .readOnly, options: .noFollow) else { return nil }
                // The lock ends with the descriptor.
                defer { withExtendedLifetime(file) {} }
                guard Kernel.lock(file, .exclusive, waits: false), isNamed(file, path) else { return nil }
                try Kernel.setMode(path, 0o600)
            }
        }
        return try Kernel.open(path, .readWrite, options: [.create, .noFollow], permissions: .ownerReadWrite)
    }

    /// Whether it can still become a blob: nobody took its name away, or made a blob of it.
    package var hasName: Bool { Self.isNamed(file, path) }

    /// Whether the name still stands for this file alone: who had it before may have made a blob of it meanwhile, to which nobody writes.
    private static func isNamed(_ file: OwnedDescriptor, _ path: FilePath) -> Bool {
        guard let own = try? FileFacts.of(file, path), let named = try? FileFacts.at(path, followLinks: false) else {
            return false
        }
        return own.isSameFile(as: named) && own.names == 1
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

    /// Bytes of pieces that have come. Throws `ioError` if the disk does not have them any more.
    package func read(_ range: Range<Int>) throws(StoreError) -> [UInt8] {
        let bytes = try? FileSource(file, count: size).read(at: range.lowerBound, count: range.count)
        guard let bytes, bytes.count == range.count else { throw .system("cannot read", path, .ioError) }
        return bytes
    }

    /// Pieces that had come have to come again. Only with a list.
    func drop(_ pieces: Range<Int>) throws(StoreError) { for piece in pieces { try map?.drop(piece) } }

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

    /// Makes a blob of them, on disk when this returns; nil if somebody else does so, or has done so, or if some of them have to come again:
    /// all are read again first, since anything may have been written to the file by now. `pace` is called with the number of bytes read;
    /// it may throw to end this. Without a list, throws `blobDamaged`, and takes all of them away, if they have another hash.
    package func finish(
        isPrivate: Bool, pace: @Sendable (Int) throws(StoreError) -> Void = { _ in }
    ) throws(StoreError) -> PublishedBlob? {
        if let list, let map {
            guard map.claimEnd() else { return nil }
            defer { map.releaseEnd() }
            // A blob's file that got or lost a name again would have to be read again.
            guard Self.isNamed(file, path), try isWhole(list, map, pace: pace) else { return nil }
            return try publish(HashedBytes(digest, pieces: list), isPrivate: isPrivate)
        }
        let hashed = try files.hashWithPieces(file, path)
        guard hashed.digest == digest, try reached == size else {
            try remove()
            throw .blobDamaged(digest)
        }
        return try publish(hashed, isPrivate: isPrivate)
    }

    /// Reads everything again; false if something is not here. A wrong piece is noted as one that has to come again.
    ///
    /// Each piece goes on from the last one's chaining value, and the last gives the digest: all of them together prove it.
    private func isWhole(
        _ list: PieceList, _ map: PieceMap, pace: @Sendable (Int) throws(StoreError) -> Void
    ) throws(StoreError) -> Bool {
        guard try !map.here(0..<list.count).contains(false) else { return false }
        if try FileFacts.of(file, path).size > size { try Kernel.cut(file, to: size, path) }
        let before = try FileFacts.of(file, path)
        let all = Array(0..<list.count)
        let wrong = try file.wrongPieces(of: list, among: all, path, by: Self.share, pace: pace)
        for piece in wrong { try drop(piece..<piece + 1) }
        let after = try FileFacts.of(file, path)
        return wrong.isEmpty && after.hasSameBytes(as: before)
    }

    private func publish(_ hashed: HashedBytes, isPrivate: Bool) throws(StoreError) -> PublishedBlob {
        try Kernel.sync(file, path)
        let blob: PublishedBlob
        do throws(StoreError) { blob = try files.adopt(path, hashed, size: size, isPrivate: isPrivate) } catch {
            // Others may open it again.
            if hasName { try? Kernel.setMode(path, 0o600) }
            throw error
        }
        try Kernel.syncDirectory(files.directory)
        try remove()
        guard let facts = try files.facts(of: digest) else { throw .blobMissing(digest) }
        return PublishedBlob(
            digest, size: size, .file(changed: facts.changed), isPrivate: blob.isPrivate, pieces: hashed.pieces)
    }

    /// Takes everything that came away.
    package func remove() throws(StoreError) { try Self.remove(path) }

    /// Also if another process does so at the same time. The map goes first: a map that was left alone would never be found again.
    static func remove(_ path: FilePath) throws(StoreError) {
        for name in [PieceMap.path(of: path), path] where try FileFacts.at(name, followLinks: false) != nil {
            do throws(StoreError) { try Kernel.unlink(name) } catch {
                guard case .system(_, _, .noSuchFileOrDirectory) = error else { throw error }
            }
        }
    }
}
