import CLinux
import Glibc
package import Recipe
import SystemPackage

/// A file as a source of bytes for the readers of containers.
package struct FileSource: ByteSource {
    /// Bytes.
    package let count: Int
    private let file: OwnedDescriptor

    package init(_ file: OwnedDescriptor, count: Int) {
        self.file = file
        self.count = count
    }

    /// Reads `count` bytes at an offset.
    package func read(at offset: Int, count: Int) throws(SourceError) -> [UInt8] {
        guard offset >= 0, count > 0 else { return [] }
        let wanted = min(count, max(0, self.count - offset))
        do {
            return try [UInt8](unsafeUninitializedCapacity: wanted) { buffer, filled in
                while filled < wanted {
                    let rest = UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[filled...])
                    let got = try file.descriptor.read(fromAbsoluteOffset: Int64(offset + filled), into: rest)
                    if got == 0 { break }
                    filled += got
                }
            }
        } catch { throw SourceError("\(error)") }
    }
}

/// Restores the page cache after a large file was read or written once, since other programs rely on it.
struct PageCacheGuard {
    private let file: OwnedDescriptor
    private let isGuarding: Bool

    /// For a file of `size` bytes that is about to be read; if most of it is cached, it stays cached.
    init(_ file: OwnedDescriptor, size: Int) {
        self.file = file
        let pages = reprofs_cached_pages(file.rawValue)
        isGuarding = pages >= 0 && pages < size / 4096 / 2
    }

    /// For a file that was just written and synced.
    init(written file: OwnedDescriptor) {
        self.file = file
        isGuarding = true
    }

    func restore() {
        if isGuarding { posix_fadvise(file.rawValue, 0, 0, POSIX_FADV_DONTNEED) }
    }
}

extension OwnedDescriptor {
    /// Passes the whole file to `body` in order, piece by piece; returns the number of bytes.
    func forEachChunk(
        _ path: FilePath, _ body: (UnsafeRawBufferPointer) throws(StoreError) -> Void
    ) throws(StoreError) -> Int {
        try forEachChunk(path, from: 0, to: .max, body)
    }

    /// The same for the bytes from an offset to the end of the file. Returns the offset that was reached.
    @discardableResult
    func forEachChunk(
        _ path: FilePath, from start: Int, to end: Int, _ body: (UnsafeRawBufferPointer) throws(StoreError) -> Void
    ) throws(StoreError) -> Int {
        let capacity = 256 << 10
        Activity.require(.bytes)
        FaultPoint.pass("reads", path)
        if start == 0 { posix_fadvise(rawValue, 0, 0, POSIX_FADV_SEQUENTIAL) }
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: capacity, alignment: 4096)
        defer { buffer.deallocate() }
        var offset = start
        while offset < end {
            let count = pread(rawValue, buffer.baseAddress, min(capacity, end - offset), off_t(offset))
            if count < 0 {
                if errno == EINTR { continue }
                throw .system("cannot read", path, Errno(rawValue: errno))
            }
            if count == 0 { break }
            try body(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            offset += count
        }
        return offset
    }

    /// Copies everything into the empty file `target`, sharing blocks if the file system can. If it cannot, `requireRoom` is first called
    /// with the number of bytes to write; holes stay holes. `ending` stops the copy.
    func copy(
        to target: OwnedDescriptor, _ path: FilePath, _ ending: Ending? = nil,
        requireRoom: (_ count: Int) throws(StoreError) -> Void
    ) throws(StoreError) {
        if Kernel.reflink(self, to: target) { return }
        let size = try FileFacts.of(self, path).size
        let pieces = pieces(size)
        try requireRoom(pieces.reduce(0) { $0 + $1.count })
        for piece in pieces {
            var offset = piece.lowerBound
            try forEachChunk(path, from: offset, to: piece.upperBound) { chunk throws(StoreError) in
                try ending?.check()
                try target.writeAll(chunk, at: offset, path)
                offset += chunk.count
            }
        }
        // The file may end in a hole.
        guard ftruncate(target.rawValue, off_t(size)) == 0 else {
            throw .system("cannot lengthen", path, Errno(rawValue: errno))
        }
    }

    /// The same into a file of the store, which leaves the reserve of the disk free.
    func copy(to target: OwnedDescriptor, _ path: FilePath, _ ending: Ending) throws(StoreError) {
        try copy(to: target, path, ending) { count throws(StoreError) in
            try Kernel.requireReserve(target, path, for: count)
        }
    }

    /// The ranges of a file of `size` bytes that are not holes; the whole file if the file system does not report holes.
    private func pieces(_ size: Int) -> [Range<Int>] {
        let (data, hole): (CInt, CInt) = (3, 4)
        var pieces: [Range<Int>] = []
        var end = 0
        while end < size {
            let start = lseek(rawValue, off_t(end), data)
            if start < 0 { return errno == ENXIO ? pieces : [0..<size] }
            end = min(size, lseek(rawValue, start, hole))
            guard end > start else { return start < size ? [0..<size] : pieces }
            pieces.append(start..<end)
        }
        return pieces
    }

    /// Has the disk begin to write what was written before these bytes in order, without waiting: it writes while the next bytes come, so that
    /// the sync at the end is short. Does so once for every 16 MiB.
    func startWriting(after bytes: Range<Int>) {
        let step = 16 << 20
        let (first, last) = (bytes.lowerBound / step, bytes.upperBound / step)
        guard first < last else { return }
        let startWriting: UInt32 = 2
        _ = sync_file_range(rawValue, first * step, (last - first) * step, startWriting)
    }

    /// All bytes of a file that is known to be small.
    func readAll(_ path: FilePath) throws(StoreError) -> [UInt8] {
        var bytes: [UInt8] = []
        _ = try forEachChunk(path) { chunk throws(StoreError) in bytes += chunk }
        return bytes
    }

    func writeAll(_ bytes: [UInt8], _ path: FilePath) throws(StoreError) {
        try FaultPoint.reach("cannot write", path)
        do { try descriptor.writeAll(bytes) } catch {
            throw .system("cannot write", path, (error as? Errno) ?? .ioError)
        }
    }

    func writeAll(_ bytes: [UInt8], at offset: Int, _ path: FilePath) throws(StoreError) {
        try bytes.withUnsafeBufferPointer { bytes throws(StoreError) in
            try writeAll(UnsafeRawBufferPointer(bytes), at: offset, path)
        }
    }

    func writeAll(_ bytes: UnsafeRawBufferPointer, at offset: Int, _ path: FilePath) throws(StoreError) {
        try FaultPoint.reach("cannot write", path)
        do { try descriptor.writeAll(toAbsoluteOffset: Int64(offset), bytes) } catch {
            throw .system("cannot write", path, (error as? Errno) ?? .ioError)
        }
    }

    /// Appends all of `bytes`.
    func writeAll(_ bytes: UnsafeRawBufferPointer, _ path: FilePath) throws(StoreError) {
        try FaultPoint.reach("cannot write", path)
        do { try descriptor.writeAll(bytes) } catch {
            throw .system("cannot write", path, (error as? Errno) ?? .ioError)
        }
    }
}
