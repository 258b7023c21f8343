import Foundation
import NIOCore
import Recipe
import Remote
import Support
import Synchronization
import SystemPackage
import Testing

/// Connections that break at bytes that a seed chooses: an orderly end, a reset, or silence.
@Suite(.timeLimit(.minutes(20))) struct `Cut at any byte` {
    private static let size = 400_000
    private static let chunk = 100_000
    /// What requests and answers have beside the bytes of a blob. Bytes.
    private static let heads = 40_000

    /// Silence must be longer than a busy machine takes to read what came, or nothing ever moves. `REPROFS_CUTS=50` is for long runs.
    private static let seeds = ProcessInfo.processInfo.environment["REPROFS_CUTS"].flatMap { UInt64($0) } ?? 20

    /// Up to three connections of a seed are cut.
    private static func cuts(_ seed: UInt64, _ size: Int, isUpward: Bool) -> @Sendable (Int) -> Relay.Cut? {
        var random = SplitMix64(seed: seed)
        let cuts = (0..<Int.random(in: 1...3, using: &random)).map { _ in
            Relay.Cut(
                bytes: Int.random(in: 1..<size, using: &random),
                isUpward: Int.random(in: 0..<8, using: &random) == 0 ? !isUpward : isUpward,
                end: Relay.Cut.End.allCases.randomElement(using: &random) ?? .fin)
        }
        return { $0 < cuts.count ? cuts[$0] : nil }
    }

    private static func remote(_ relay: Relay) throws -> OCIRegistry {
        try OCIRegistry(port: relay.port) {
            $0.chunk = chunk
            $0.pace.tries = 1000
            $0.pace.firstTries = 1000
            $0.pace.silence = .seconds(1)
            $0.pace.commit = .seconds(2)
        }
    }

    /// Ten at a time: most of them wait for silence to end.
    private static func forSeeds(_ body: @escaping @Sendable (UInt64) async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for seed in 0..<seeds {
                if seed >= 10 { try await group.next() }
                group.addTask { try await body(seed) }
            }
            try await group.waitForAll()
        }
    }

    @Test func `a read goes on at the byte that it reached`() async throws {
        let directory = try TemporaryDirectory()
        let registry = try await DockerRegistry(in: directory.path)
        let layer = noise(1_000_000, seed: 1)
        let digest = SHA256.digest(of: layer)
        try await OCIRegistry(port: registry.port).upload(layer)
        try await Self.forSeeds { seed in
            let relay = try Relay(to: registry.port, cuts: Self.cuts(seed, layer.count, isUpward: false))
            let read = try await Self.remote(relay).bytes(digest, size: layer.count, 0..<layer.count)
            #expect(read == layer, "seed \(seed)")
        }
    }

    @Test func `an upload goes on with what the registry has`() async throws {
        try await Self.forSeeds { seed in
            let registry = try PartialRegistry()
            let relay = try Relay(to: registry.port, cuts: Self.cuts(seed, Self.size, isUpward: true))
            let layer = noise(Self.size, seed: seed)
            try await Self.remote(relay).upload(layer)
            let (stored, received, requests) = registry.see { state in
                (state.blobs[SHA256.digest(of: layer)], state.received, state.methods.count { $0 != "POST" })
            }
            #expect(stored == layer, "seed \(seed)")
            // A request that broke off costs no more than itself.
            #expect(received <= Self.size + (requests - Self.size / Self.chunk) * Self.chunk, "seed \(seed)")
        }
    }

    @Test func `an upload begins again where the registry forgets it`() async throws {
        let directory = try TemporaryDirectory()
        let registry = try await DockerRegistry(in: directory.path)
        try await Self.forSeeds { seed in
            let relay = try Relay(to: registry.port, cuts: Self.cuts(seed, Self.size, isUpward: true))
            let layer = noise(Self.size, seed: 1000 + seed)
            try await Self.remote(relay).upload(layer)
            let digest = SHA256.digest(of: layer)
            let read = try await OCIRegistry(port: registry.port).bytes(digest, size: layer.count, 0..<layer.count)
            #expect(read == layer, "seed \(seed)")
            #expect(relay.passed.withLock { $0.up } <= relay.connections * (Self.size + Self.heads), "seed \(seed)")
        }
    }
}
