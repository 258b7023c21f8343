import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import Recipe
import Synchronization

/// The blobs of a remote, each at an address of its own: their sizes, and any of their bytes. A registry and a web server are asked alike.
struct HTTPBlobs: Sendable {
    let wire: Wire
    /// Their addresses without the hash: `/v2/team/models/blobs/sha256:`.
    let path: String
    /// What a token must allow to read them.
    let scopes: [String]
    /// Where blobs were last found to lie, if the remote leads to another server.
    private let places = Places()

    private var name: String { wire.name }

    static func what(_ blob: Digest) -> String { "the blob sha256:\(blob.hex)" }

    init(wire: Wire, path: String, scopes: [String]) {
        self.wire = wire
        self.path = path
        self.scopes = scopes
    }

    /// A request for a blob.
    func ask(_ blob: Digest, _ method: HTTPMethod = .GET) throws -> Wire.Ask {
        let what = Self.what(blob)
        guard let target = wire.registry.resolving(path + blob.hex) else {
            throw RemoteError.noAddress(name, why: "it does not lead to \(what)")
        }
        return Wire.Ask(method: method, target: target, what: what, scopes: scopes)
    }

    /// ``RemoteRepository/size(of:)``
    func size(of blob: Digest) async throws -> Int? {
        let ask = try ask(blob, .HEAD)
        return try await wire.patiently {
            let answer = try await wire.ask(ask, expecting: [200, 404])
            guard answer.status == 200 else { return nil }
            guard let size = answer.header("Content-Length").flatMap({ Int($0) }), size >= 0 else {
                throw RemoteError.unexpected(name, what: ask.what, status: 200, words: "it does not say how long it is")
            }
            return size
        }
    }

    /// ``RemoteRepository/read(_:size:_:take:)``
    func read(
        _ blob: Digest, size: Int, _ range: Range<Int>, take: @escaping @Sendable (ByteBuffer) async throws -> Void
    ) async throws {
        precondition(range.lowerBound >= 0 && range.upperBound <= size, "nothing is asked for that is not there")
        var reached = range.lowerBound
        var patience = Patience(wire.options.pace)
        while reached < range.upperBound {
            let rest = reached..<range.upperBound
            do {
                try await wire.once { try await part(blob, size, rest, &reached, take) }
                guard reached >= range.upperBound else { throw cutOff(blob) }
            } catch let trouble as Trouble {
                if reached > rest.lowerBound { patience.progress() }
                try await patience.wait(after: trouble, known: wire.isKnown)
            }
        }
    }

    private func cutOff(_ blob: Digest) -> Trouble {
        Trouble(error: .unreachable(name, why: "the answer ended before all bytes of \(Self.what(blob)) came"))
    }

    /// One request for `rest`; says in `reached` how far it came. What `take` throws goes through untouched.
    private func part(
        _ blob: Digest, _ size: Int, _ rest: Range<Int>, _ reached: inout Int,
        _ take: @Sendable (ByteBuffer) async throws -> Void
    ) async throws {
        let answer = try await open(blob, size, rest)
        // Bytes that are not wanted come first if the registry took no notice of the range.
        var position = answer.start
        var body = answer.answer.response.body.makeAsyncIterator()
        var stream = Rates.Stream()
        while reached < rest.upperBound {
            let next: ByteBuffer?
            let start = ContinuousClock.now
            do { next = try await body.next() } catch { throw wire.explained(error) }
            guard var part = next else { break }
            let isSlow = wire.rates.isSlow(&stream, part.readableBytes, waited: start.duration(to: .now))
            let end = position + part.readableBytes
            if end > reached {
                part.moveReaderIndex(forwardBy: reached - position)
                let wanted = part.readSlice(length: min(end, rest.upperBound) - reached)
                if let wanted, wanted.readableBytes > 0 {
                    try await take(wanted)
                    reached += wanted.readableBytes
                }
            }
            position = end
            guard !isSlow || reached >= rest.upperBound else {
                throw Trouble(error: .unreachable(name, why: "it sends much more slowly than before"))
            }
        }
        wire.rates.end(stream)
        // A cancelled answer ends like a complete one.
        try Task.checkCancellation()
        // What is over is read to its end, so that the connection can be used again; but a whole blob is not waited for.
        if answer.end == rest.upperBound, reached == rest.upperBound { _ = try? await body.next() }
    }

    /// An answer whose body begins at `start` of the blob and ends at `end`.
    private func open(_ blob: Digest, _ size: Int, _ rest: Range<Int>) async throws -> (
        answer: Wire.Answer, start: Int, end: Int
    ) {
        let what = Self.what(blob)
        var ask = try ask(blob)
        if rest != 0..<size { ask.headers = [("Range", "bytes=\(rest.lowerBound)-\(rest.upperBound - 1)")] }
        var answer: Wire.Answer?
        if let place = places[blob] {
            var direct = ask
            direct.target = place
            let found = try await wire.send(direct)
            // Such addresses are good for a while only.
            if [200, 206].contains(found.status) { answer = found } else { places[blob] = nil }
        }
        if answer == nil {
            let found = try await wire.ask(ask, expecting: [200, 206, 416])
            answer = found
            if !found.target.hasOrigin(of: wire.registry), found.status != 416 { places[blob] = found.target }
        }
        guard let answer else { preconditionFailure("it was just asked for") }
        func wrong(_ why: String) -> RemoteError { .wrongBytes(name, what: what, why: why) }
        switch answer.status {
        case 416: throw wrong("it is shorter than \(size) bytes")
        case 206:
            // `bytes 0-99/1000`
            let words = answer.header("Content-Range")?.split { " -/".contains($0) } ?? []
            guard words.count == 4, words[0].lowercased() == "bytes", let start = Int(words[1]),
                let last = Int(words[2]),
                start == rest.lowerBound, last >= start, last < size, words[3] == "*" || Int(words[3]) != nil
            else { throw wrong("it answers for another range than was asked for") }
            guard words[3] == "*" || Int(words[3]) == size else {
                throw wrong("it has \(words[3]) bytes there, not \(size)")
            }
            return (answer, start, last + 1)
        default:
            if let length = answer.header("Content-Length"), Int(length) != size {
                throw wrong("it has \(length) bytes there, not \(size)")
            }
            return (answer, 0, size)
        }
    }
}

/// Where blobs lie beside the registry, until that address is refused.
private final class Places: Sendable {
    private let known = Mutex<[Digest: Target]>([:])

    subscript(blob: Digest) -> Target? {
        get { known.withLock { $0[blob] } }
        set { known.withLock { $0[blob] = newValue } }
    }
}
