import NIOCore
import Recipe
import Remote
import Support
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(20))) struct `An upload` {
    private static let chunk = 50_000
    private let layer = noise(180_000, seed: 1)
    private var digest: Digest { SHA256.digest(of: layer) }

    private func remote(_ registry: PartialRegistry, chunk: Int = chunk) throws -> OCIRegistry {
        try OCIRegistry(port: registry.port) { $0.chunk = chunk }
    }

    @Test func `is one request below the size of a part, and parts above it`() async throws {
        for (chunk, methods) in [
            (1 << 20, ["POST", "PUT"]), (Self.chunk, ["POST", "PATCH", "PATCH", "PATCH", "PUT"]),
        ] {
            let registry = try PartialRegistry()
            try await remote(registry, chunk: chunk).upload(layer)
            #expect(registry.see { $0.methods } == methods)
            #expect(registry.see { $0.blobs[digest] } == layer)
        }
    }

    @Test func `never sends a part twice that the registry has, whatever it answered`() async throws {
        let registry = try PartialRegistry { $0.failures = [500, 408, 503, 504] }
        try await remote(registry).upload(layer)
        #expect(registry.see { $0.blobs[digest] } == layer)
        #expect(registry.see { $0.received } == layer.count)
    }

    @Test func `begins again if the registry has bytes that were not sent`() async throws {
        let registry = try PartialRegistry { $0.doubled = 1 }
        try await remote(registry).upload(layer)
        #expect(registry.see { $0.blobs[digest] } == layer)
        #expect(registry.see { $0.uploads.count } == 0)
    }

    @Test func `sends smaller parts where large ones are refused`() async throws {
        let large = noise(9 << 20, seed: 2)
        let registry = try PartialRegistry { $0.limit = 5 << 20 }
        try await remote(registry, chunk: 64 << 20).upload(large)
        #expect(registry.see { $0.blobs[SHA256.digest(of: large)] } == large)
    }

    @Test func `is proven by the length of what the registry keeps, whatever it answered`() async throws {
        let registry = try PartialRegistry { $0.keeps = 1000 }
        let expected = RemoteError.keepsOther(
            "oci://127.0.0.1:\(registry.port)/team/models", what: "the blob sha256:\(digest.hex)", size: layer.count,
            stored: 1000)
        await #expect(throws: expected) { try await remote(registry).upload(layer) }
        // It is not sent again.
        #expect(registry.see { $0.received } == layer.count)
    }

    @Test func `ends with what reading its bytes here threw`() async throws {
        struct Gone: Error {}
        let registry = try PartialRegistry()
        await #expect(throws: Gone.self) {
            try await remote(registry).upload(
                digest, size: layer.count, session: nil,
                bytes: { range in
                    if range.contains(120_000) { throw Gone() }
                    return ByteBuffer(bytes: layer[range])
                }, note: { _ in })
        }
        // It is not tried again. The last request may have ended before it began.
        #expect(registry.see { $0.methods.count { $0 == "PATCH" } } <= 3)
    }

    @Test func `outlives its token, and no part is sent on a guess`() async throws {
        let registry = try PartialRegistry { $0.tokens = [] }
        let sessions = Mutex(0)
        try await remote(registry).upload(
            digest, size: layer.count, session: nil, bytes: { ByteBuffer(bytes: layer[$0]) },
            note: { _ in
                // Every second answer is the last one that the token is good for.
                if sessions.withLock({
                    $0 += 1; return $0
                }) % 2 == 0 {
                    registry.see { $0.tokens = ["revoked"] + ($0.tokens ?? []) }
                }
            })
        #expect(registry.see { $0.blobs[digest] } == layer)
        #expect(registry.see { $0.received } == layer.count)
    }

    @Test func `asks for one token only, however many ask at once`() async throws {
        let registry = try PartialRegistry { $0.tokens = [] }
        let remote = try remote(registry)
        try await withThrowingTaskGroup(of: Int?.self) { group in
            for number in 0..<20 { group.addTask { try await remote.size(of: SHA256.digest(of: [UInt8(number)])) } }
            for try await size in group { #expect(size == nil) }
        }
        #expect(registry.see { $0.tokens } == ["t1"])
    }
}
