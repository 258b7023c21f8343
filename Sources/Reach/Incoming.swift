import NIOCore
import Recipe
import Remote
import Store
import Synchronization

/// Bytes of a range as they come, cut at the borders of pieces.
final class PieceCollector: Sendable {
    private let list: PieceList
    private let state: Mutex<(piece: Int, bytes: [UInt8], wrong: [Int])>

    /// `start` is the first byte of a piece.
    init(_ list: PieceList, from start: Int) {
        self.list = list
        state = Mutex((start / PieceList.pieceSize, [], []))
    }

    /// Passes on every piece that is whole now. Called for one chunk after the other.
    func take(_ chunk: ByteBuffer, _ keep: (_ bytes: [UInt8], _ piece: Int) throws -> Bool) throws {
        try state.withLock { state in
            try chunk.withUnsafeReadableBytes { chunk in
                var rest = chunk[...]
                while !rest.isEmpty, state.piece < list.count {
                    let size = list.range(of: state.piece).count
                    let part = rest.prefix(size - state.bytes.count)
                    state.bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: part))
                    rest = rest.dropFirst(part.count)
                    guard state.bytes.count == size else { return }
                    if try !keep(state.bytes, state.piece) { state.wrong.append(state.piece) }
                    state.bytes.removeAll(keepingCapacity: true)
                    state.piece += 1
                }
            }
        }
    }

    /// The pieces that were not taken.
    var wrong: [Int] { state.withLock { $0.wrong } }
    /// The piece whose bytes come next.
    var next: Int { state.withLock { $0.piece } }
}

/// Where the next bytes in order go.
private final class Place: Sendable {
    private let offset: Mutex<Int>
    init(_ offset: Int) { self.offset = Mutex(offset) }
    /// Returns where `count` bytes begin.
    func advance(by count: Int) -> Int {
        offset.withLock { offset in
            defer { offset += count }
            return offset
        }
    }
}

// How bytes come in, by their hash.
extension Reaching {
    /// The most that is asked for at once: registries read their files in blocks of 4 MiB, and many small requests are slow. Bytes.
    static let range = 16 << 20
    /// Up to this size bytes come into memory. Bytes.
    private static let small = 1 << 20
    /// How often a piece, or a file without a list, is asked for.
    private static let tries = 3
    /// Between two looks at what somebody else fetches.
    private static let pause = Duration.milliseconds(200)

    /// Bytes in the store as a file, from here if they are here. They are those of the hash, or this throws.
    func fetch(
        _ content: PinManifest.Content, _ list: PieceList?, called name: String
    ) async throws -> (blob: PublishedBlob, isFetched: Bool) {
        while true {
            if let here = try store.arrived(content) { return (here, false) }
            guard content.size > Self.small else { return (try await fetchSmall(content, called: name), true) }
            if let partial = try store.partial(content, list) {
                // Whoever had it until now may have finished it.
                if let here = try store.arrived(content) {
                    try partial.remove()
                    return (here, false)
                }
                if let blob = try await fetch(into: partial, called: name) { return (blob, true) }
            }
            try await timers.sleep(for: Self.pause)
        }
    }

    /// What is wrong at the remote is known to be so from now on. Returns what to throw.
    func damaged(_ digest: Digest, _ name: String) throws(StoreError) -> ReachError {
        try store.noteLoss(of: digest, at: remote, isGone: false)
        return .damaged(digest, remote: remote.name, what: name)
    }

    /// The bytes of something small, which are those of the hash.
    func bytes(_ content: PinManifest.Content, called name: String) async throws -> [UInt8] {
        guard let bytes = try await bytes(content) else { throw try damaged(content.digest, name) }
        return bytes
    }

    /// The bytes of something small; nil if those of the hash do not come. Nothing is noted.
    func bytes(_ content: PinManifest.Content) async throws -> [UInt8]? {
        for _ in 1...Self.tries {
            let came = RunningHash(keeps: true)
            if content.size > 0 {
                try await repository.read(content.digest, size: content.size, 0..<content.size) { came.take($0) }
            }
            let bytes = came.bytes
            if SHA256.digest(of: bytes) == content.digest { return bytes }
        }
        return nil
    }

    private func fetchSmall(_ content: PinManifest.Content, called name: String) async throws -> PublishedBlob {
        let bytes = try await bytes(content, called: name)
        show(.moved(bytes.count, of: name))
        return try store.keep(bytes, as: content.digest)
    }

    /// Nil if somebody else makes a blob of it.
    private func fetch(into partial: PartialBlob, called name: String) async throws -> PublishedBlob? {
        let length = try await size(of: partial.digest, expected: partial.size)
        guard let length else { throw ReachError.notThere(name, remote: remote.name) }
        guard length == partial.size else {
            throw try damaged(partial.digest, name)
        }
        let isPrivate = try store.isPrivate(partial.digest)
        if let list = partial.list {
            try await fetch(into: partial, list, called: name)
            return try partial.finish(isPrivate: isPrivate)
        }
        return try await fetchInOrder(into: partial, called: name, isPrivate)
    }

    /// Pieces in any order, but for those that others fetch; one that is wrong is fetched again alone.
    private func fetch(into partial: PartialBlob, _ list: PieceList, called name: String) async throws {
        let came = partial.size - (try partial.missing(atMost: Self.range)).total(\.count)
        if came > 0 { show(.moved(came, of: name)) }
        var tries: [Int: Int] = [:]
        while true {
            // A piece that was wrong comes alone.
            let missing = try partial.missing(atMost: tries.isEmpty ? Self.range : PieceList.pieceSize)
            if missing.isEmpty { return }
            let outcomes = try await forEach(missing) { try await fetch($0, into: partial, list, called: name) }
            let wrong = outcomes.compactMap { $0 }.flatMap { $0 }
            for piece in wrong { tries[piece, default: 0] += 1 }
            guard !tries.values.contains(where: { $0 >= Self.tries }) else {
                throw try damaged(partial.digest, name)
            }
            if outcomes.contains(where: { $0 == nil }) { try await timers.sleep(for: Self.pause) }
        }
    }

    /// Returns the pieces that were not right; nil if somebody else fetches some of them.
    private func fetch(
        _ range: Range<Int>, into partial: PartialBlob, _ list: PieceList, called name: String
    ) async throws -> [Int]? {
        let pieces = list.pieces(of: range)
        guard partial.claim(pieces) else { return nil }
        defer { partial.release(pieces) }
        guard try !partial.here(pieces).contains(true) else { return nil }
        let collector = PieceCollector(list, from: range.lowerBound)
        try await repository.read(partial.digest, size: partial.size, range) { chunk in
            try collector.take(chunk) { bytes, piece in
                guard try partial.write(bytes, piece: piece) else { return false }
                show(.moved(bytes.count, of: name))
                return true
            }
        }
        return collector.wrong
    }

    /// One stream: only all of it shows whether it is right.
    private func fetchInOrder(
        into partial: PartialBlob, called name: String, _ isPrivate: Bool
    ) async throws -> PublishedBlob {
        var partial = partial
        for attempt in 1... {
            if let rest = try partial.missing(atMost: partial.size).first {
                if rest.lowerBound > 0 { show(.moved(rest.lowerBound, of: name)) }
                let (place, target) = (Place(rest.lowerBound), partial)
                try await repository.read(partial.digest, size: partial.size, rest) { chunk in
                    let count = chunk.readableBytes
                    let offset = place.advance(by: count)
                    try chunk.withUnsafeReadableBytes { try target.append($0, at: offset) }
                    show(.moved(count, of: name))
                }
            }
            do {
                if let blob = try partial.finish(isPrivate: isPrivate) { return blob }
            } catch StoreError.blobDamaged {
                // What a process before this one had got may be to blame, so it begins anew once.
                let content = PinManifest.Content(partial.digest, size: partial.size)
                guard attempt < Self.tries, let anew = try store.partial(content, nil) else { break }
                partial = anew
            }
        }
        throw try damaged(partial.digest, name)
    }
}
