import Foundation
import Glibc
import Recipe
import Store
import Support
import Synchronization
import SystemPackage
import Testing

/// A store with a snapshot whose model is not here, but at the remote `team`.
struct AwaitedModel {
    static let name = "checkpoints/model.safetensors"
    /// Five pieces, of which the last is not whole.
    static let bytes = SmallModel.bytes(seed: 4, size: 4 << 20)
    static let digest = SHA256.digest(of: bytes)

    let fixture: StoreFixture
    let snapshot: SnapshotRow
    let list: PieceList
    var store: Store { fixture.store }
    /// Where its bytes are, as far as they have come.
    var partial: String { store.path.string + "/partial/" + Self.digest.hex }
    var remote: RemoteRow { get throws { try #require(try store.remote(named: "team")) } }
    var version: VersionListing {
        get throws {
            let prefix = try #require(DigestPrefix(hex: Self.digest.hex))
            return try #require(try store.versions(ofBytes: prefix).first)
        }
    }

    init() throws {
        fixture = try StoreFixture()
        let store = fixture.store
        try fixture.directory.write(Self.bytes, to: "models/" + Self.name)
        try fixture.addModels()
        snapshot = try fixture.row(try store.snapshot(try fixture.image(SmallImage.graph())).id)
        let blob = try #require(try store.blob(Self.digest))
        list = try #require(try store.pieces(of: blob))
        try store.addRemote("team", url: "oci://registry.test/team", facts: "{}")
        let remote = try #require(try store.remote(named: "team"))
        try store.notePresence(of: [Self.digest], at: remote)
        try FileManager.default.removeItem(atPath: store.path.string + "/blobs/sha256/" + Self.digest.hex)
        _ = try store.verify(blob, pace: { _ in })
    }

    /// Writes to the file of what has come, as nobody should.
    func spoil(_ offset: Int) throws {
        // Times come from a coarse clock.
        StoreFixture.waitForTick()
        let file = try FileDescriptor.open(partial, .readWrite, options: .closeOnExec)
        _ = try file.closeAfter { try file.writeAll(toAbsoluteOffset: Int64(offset), [~Self.bytes[offset]]) }
    }

    func open(_ lazy: LazyBlobs) throws -> LazyFile {
        let opened = try wait(for: { _ = lazy.open(list, $0) }, by: { _ = lazy.tick() })
        return try #require(try opened.get())
    }

    /// Bytes of a range; nil if it cannot be read.
    func read(_ file: LazyFile, _ range: Range<Int>, _ lazy: LazyBlobs) throws -> [UInt8]? {
        try? wait(for: { _ = file.read(range, $0) }, by: { _ = lazy.tick() }).get()
    }

    /// What a callback is called with.
    private func wait<Value: Sendable>(
        for ask: (@escaping @Sendable (Value) -> Void) -> Void, by turn: () -> Void
    ) throws -> Value {
        let answer = Answer<Value>()
        ask { value in answer.value.withLock { $0 = value } }
        try eventually {
            turn()
            return answer.value.withLock { $0 != nil }
        }
        return try #require(answer.value.withLock { $0 })
    }
}

private final class Answer<Value: Sendable>: Sendable {
    let value = Mutex<Value?>(nil)
}

/// Somebody who has the model, some pieces of it wrong.
final class FakeSource: LazySource {
    let wrong = Mutex<Set<Int>>([])
    /// How often each piece was sent.
    let sent = Mutex<[Int: Int]>([:])
    /// How often nobody had the right bytes.
    let found = Mutex(0)

    func find(
        _ content: PinManifest.Content, while isWanted: @escaping @Sendable () -> Bool,
        _ answer: @escaping @Sendable (LazyAnswer) -> Void
    ) { Thread.detachNewThread { answer(.done) } }

    func bring(
        _ pieces: Range<Int>, of list: PieceList, attempt: Int, while isWanted: @escaping @Sendable () -> Bool,
        take: @escaping @Sendable (_ bytes: [UInt8], _ piece: Int) -> Void,
        _ answer: @escaping @Sendable (LazyAnswer) -> Void
    ) {
        Thread.detachNewThread { [self] in
            for piece in pieces {
                var bytes = Array(AwaitedModel.bytes[list.range(of: piece)])
                if wrong.withLock({ $0.contains(piece) }) { bytes[77] ^= 1 }
                sent.withLock { $0[piece, default: 0] += 1 }
                take(bytes, piece)
            }
            answer(.done)
        }
    }

    func foundWrong(_ blob: Digest) { found.withLock { $0 += 1 } }
    func end() {}
}
