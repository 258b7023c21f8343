import AsyncHTTPClient
package import NIOCore
import NIOHTTP1
package import Recipe

extension OCIRegistry {
    package func upload(
        _ blob: Digest, size: Int, session: UploadSession?,
        bytes: @escaping @Sendable (Range<Int>) async throws -> ByteBuffer,
        note: @escaping @Sendable (UploadSession) async throws -> Void
    ) async throws {
        var upload = Upload(registry: self, blob: blob, size: size, chunk: options.chunk, bytes: bytes, note: note)
        var patience = Patience(options.pace)
        // What was noted may be long ago: the registry says what is left of it.
        if let session { upload.resume(session) }
        while true {
            do {
                return try await wire.once { try await upload.goOn() }
            } catch let trouble as Trouble {
                if upload.takeProgress() { patience.progress() }
                try await patience.wait(after: trouble, known: wire.isKnown)
            }
        }
    }

    /// Gives up an upload that nobody goes on with.
    func end(sessionAt answer: Wire.Answer) async throws {
        guard let location = answer.header("Location"), let target = answer.target.resolving(location) else { return }
        var ask = try ask("", "an upload", .DELETE)
        ask.target = target
        _ = try await wire.send(ask)
    }
}

/// An upload on its way. Each request moves what is known forward, and after each failure the registry is asked what it has: a request
/// is never sent twice on a guess, as registries append what comes (distribution 2.8 does not look at offsets).
private struct Upload {
    let registry: OCIRegistry
    let blob: Digest
    let size: Int
    /// Bytes of a request.
    var chunk: Int
    let bytes: @Sendable (Range<Int>) async throws -> ByteBuffer
    let note: @Sendable (UploadSession) async throws -> Void

    private enum State {
        /// Nothing is there, or what was is gone.
        case nothing
        /// Something was sent, and nobody knows what has come of it.
        case uncertain(Target)
        /// The registry has `offset` bytes.
        case open(Target, offset: Int)
        /// The last request went out, and nobody knows what has come of it.
        case ending(Target)
        /// The registry says that it has all.
        case taken
    }
    private var state = State.nothing
    /// The most that was ever confirmed, and whether this has grown since somebody looked.
    private var most = 0
    private var hasGrown = false
    /// How often the registry found other bytes than those of the digest.
    private var mismatches = 0

    init(
        registry: OCIRegistry, blob: Digest, size: Int, chunk: Int,
        bytes: @escaping @Sendable (Range<Int>) async throws -> ByteBuffer,
        note: @escaping @Sendable (UploadSession) async throws -> Void
    ) {
        self.registry = registry
        self.blob = blob
        self.size = size
        self.chunk = max(chunk, 4096)
        self.bytes = bytes
        self.note = note
    }

    private var wire: Wire { registry.wire }
    private var what: String { HTTPBlobs.what(blob) }

    mutating func resume(_ session: UploadSession) {
        if let target = Target(session.location), target.hasOrigin(of: wire.registry) { state = .uncertain(target) }
    }

    mutating func takeProgress() -> Bool {
        defer { hasGrown = false }
        return hasGrown
    }

    /// Goes on until the registry confirmed the digest, or something fails; may be called again after a `Trouble`.
    mutating func goOn() async throws {
        while true {
            switch state {
            case .nothing: try await begin()
            case .uncertain(let target): try await look(target)
            case .ending(let target):
                state = try await stored() == size ? .taken : .uncertain(target)
            case .open(let target, let offset):
                if try await send(target, offset) { state = .taken }
            case .taken: return try await prove()
            }
        }
    }

    private func ask(_ target: Target, _ method: HTTPMethod) throws -> Wire.Ask {
        var ask = try registry.ask("blobs/uploads/", what, .POST)
        ask.target = target
        ask.method = method
        return ask
    }

    private mutating func begin() async throws {
        let answer = try await wire.ask(registry.ask("blobs/uploads/", what, .POST), expecting: [202, 404])
        // Some registries want a repository to be made first.
        guard answer.status == 202 else { throw await wire.unexpected(answer, "the upload of \(what)") }
        if let least = answer.header("OCI-Chunk-Min-Length").flatMap({ Int($0) }), (0...1 << 30).contains(least) {
            chunk = max(chunk, least)
        }
        try await settle(answer, offset: 0)
    }

    /// Asks the registry what it has.
    private mutating func look(_ target: Target) async throws {
        let answer = try await wire.ask(ask(target, .GET), expecting: [200, 202, 204, 400, 404, 405, 410, 416])
        guard (200...204).contains(answer.status), let offset = Self.offset(answer), offset <= size else {
            state = .nothing
            return
        }
        try await settle(answer, offset: offset)
    }

    /// Sends the next bytes; true if they were the last ones and the registry has all.
    private mutating func send(_ target: Target, _ offset: Int) async throws -> Bool {
        let end = size - offset <= chunk ? size : offset + chunk
        var ask = try ask(target, .PATCH)
        ask.isSentOnce = true
        if end == size {
            guard let last = target.adding(query: "digest=sha256:\(blob.hex)") else {
                throw RemoteError.elsewhere(wire.name, why: "it is not an HTTP address")
            }
            ask.target = last
            ask.method = .PUT
            ask.isCommitting = true
        }
        ask.headers = [("Content-Type", "application/octet-stream")]
        if offset > 0 || end < size, end > offset { ask.headers.append(("Content-Range", "\(offset)-\(end - 1)")) }
        let body = UploadBody(range: offset..<end, bytes: bytes)
        ask.body = end > offset ? .stream(body, length: .known(Int64(end - offset))) : .bytes(ByteBuffer())
        // From here on nobody knows, until it is asked.
        state = end == size ? .ending(target) : .uncertain(target)
        let answer: Wire.Answer
        do { answer = try await wire.send(ask) } catch {
            if let own = body.failure { throw own }
            throw error
        }
        if let own = body.failure { throw own }
        if end == size, [200, 201, 204].contains(answer.status) {
            if let stored = answer.header("Docker-Content-Digest").flatMap({ Digest(oci: $0) }), stored != blob {
                throw RemoteError.wrongBytes(wire.name, what: what, why: "it stored \(stored.hex)")
            }
            return true
        }
        if end < size, [200, 201, 202, 204].contains(answer.status) {
            let confirmed = Self.offset(answer) ?? end
            guard confirmed > offset, confirmed <= end else {
                // Other bytes than were sent are there: nothing can be made of it.
                try? await registry.end(sessionAt: answer)
                state = .nothing
                throw Trouble(error: .wrongBytes(wire.name, what: what, why: "it has bytes that were not sent"))
            }
            try await settle(answer, offset: confirmed)
            return false
        }
        try await refused(answer, length: end - offset)
        return false
    }

    /// What a refusal of bytes means.
    private mutating func refused(_ answer: Wire.Answer, length: Int) async throws {
        switch answer.status {
        case 413 where length > 1 << 20:
            // A proxy's limit, or the registry's: smaller ones may pass. nginx has one of 1 MiB where nobody said otherwise.
            chunk = max(1 << 20, length / 4)
            throw Trouble(error: .tooLarge(wire.name, what: what, limit: nil))
        case 400, 404, 410, 416:
            let error = await wire.failure(answer, what)
            if case .ending = state, answer.status == 400 {
                mismatches += 1
                guard mismatches < 3 else { throw error }
                state = .nothing
            }
            throw Trouble(error: error as? RemoteError ?? .notFound(wire.name, what: what))
        default: throw await wire.failure(answer, what)
        }
    }

    /// The length of what is there, in bytes; nil if nothing is, or if the registry does not say.
    private func stored() async throws -> Int? {
        let answer = try await wire.ask(registry.blobs.ask(blob, .HEAD), expecting: [200, 404])
        return answer.status == 200 ? answer.header("Content-Length").flatMap { Int($0) } : nil
    }

    /// A registry that has a file of this digest keeps it, whatever has become of it, and says that it took the new one.
    private func prove() async throws {
        let stored = try await stored()
        guard stored != size else { return }
        let error = RemoteError.keepsOther(wire.name, what: what, size: size, stored: stored)
        // What was just stored may take a moment to be seen.
        throw stored == nil ? Trouble(error: error) : error
    }

    private mutating func settle(_ answer: Wire.Answer, offset: Int) async throws {
        let before =
            switch state {
            case .nothing: answer.target
            case .open(let target, _), .uncertain(let target), .ending(let target): target
            case .taken: answer.target
            }
        let next = answer.header("Location").map { answer.target.resolving($0) } ?? before
        guard let next else { throw RemoteError.elsewhere(wire.name, why: "it is not an HTTP address") }
        try wire.check(next, after: wire.registry)
        state = .open(next, offset: offset)
        if offset > most {
            most = offset
            hasGrown = true
        }
        try await note(UploadSession(location: next.text, offset: offset))
    }

    /// `0-99`: a hundred bytes are there. Of an empty upload distribution says `0-0`, as of one with a byte.
    private static func offset(_ answer: Wire.Answer) -> Int? {
        guard let range = answer.header("Range") else { return nil }
        let words = range.split { "=-".contains($0) }
        guard let last = words.last.flatMap({ Int($0) }), last >= 0, last < Int.max else { return nil }
        return last == 0 ? 0 : last + 1
    }
}
