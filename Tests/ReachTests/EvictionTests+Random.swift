import Foundation
import Reach
import Recipe
import Store
import Support
import Synchronization
import Testing

extension `An evicted model` {
    /// Reads as a mount does, without one, until nothing is under way; nil where the bytes cannot be had.
    private func read(_ range: Range<Int>, by lazy: LazyBlobs) throws -> [UInt8]? {
        if isHere { return Array(try fixture.bytes(in: fixture.here)[range]) }
        guard let list = try lazy.list(of: fixture.digest) else { return nil }
        let opened = Mutex<Result<LazyFile?, StoreError>?>(nil)
        _ = lazy.open(list) { found in opened.withLock { $0 = found } }
        try eventually { lazy.tick() && opened.withLock { $0 != nil } }
        let came = Mutex<Result<[UInt8], StoreError>?>(nil)
        do {
            guard let file = try? opened.withLock({ try $0?.get() }) else { return nil }
            opened.withLock { $0 = nil }
            _ = file.read(range) { found in came.withLock { $0 = found } }
            try eventually { lazy.tick() && came.withLock { $0 != nil } }
        }
        try eventually { !lazy.tick() }
        return try? came.withLock { try $0?.get() }
    }

    @Test(arguments: 1...6 as ClosedRange<UInt64>, [nil, 3 << 19])
    func `is read right or not at all, whatever else was done before`(seed: UInt64, maxBlob: Int?) async throws {
        try await Self(maxBlob: maxBlob).doAnything(seed)
    }

    private func doAnything(_ seed: UInt64) async throws {
        var random = SplitMix64(seed: seed)
        let lazy = LazyBlobs(store, from: fixture.source(store)) { _ in }
        defer { lazy.end() }
        // What a naive model knows: whether the remote's bytes are right, and whether the store knows that they are there.
        var (isRight, isKnown) = (true, true)
        for turn in 0..<60 {
            let wasHere = isHere
            let choice = Int.random(in: 0..<9, using: &random)
            let hint = Comment(rawValue: "seed \(seed), turn \(turn), choice \(choice)")
            switch choice {
            case 0, 1:
                switch try await evict() {
                case .freed: #expect(wasHere && isRight && isKnown && !isHere, hint)
                case .elsewhere: #expect(!wasHere && isKnown, hint)
                case .stays: #expect(isHere == wasHere && !(wasHere && isRight && isKnown), hint)
                }
            case 2:
                let report = try? await fetch()
                #expect((report != nil) == isHere && (report != nil || !isRight), hint)
                // What came from there is known to be there.
                if let report, report.bytes > 0 { isKnown = true }
            case 3, 4:
                let start = Int.random(in: 0..<ReachFixture.size, using: &random)
                let end = min(ReachFixture.size, start + Int.random(in: 1..<300_000, using: &random))
                let bytes = try read(start..<end, by: lazy)
                #expect(bytes == nil || bytes == Array(ReachFixture.bytes[start..<end]), hint)
                #expect(bytes != nil || !wasHere && !(isRight && isKnown), hint)
            case 5: _ = try store.collect(CollectionPolicy(graceBefore: .now()), isDryRun: false)
            case 6:
                // The manifest there has it, whether it is here or not.
                try await fixture.push(as: nil)
                isKnown = true
            case 7:
                let offset = Int.random(in: 0..<ReachFixture.size, using: &random)
                isRight.toggle()
                fixture.rot(at: isRight ? nil : offset)
            default:
                let isOnlyThere = try store.elsewhere().blobs == 1
                let remote = try #require(try store.remote(named: "team"))
                do {
                    try store.removeRemote(remote)
                    #expect(!isOnlyThere, hint)
                    try store.addRemote("team", url: fixture.registry.name, facts: "{}")
                    isKnown = false
                } catch { #expect(isOnlyThere && !wasHere, hint) }
            }
            #expect(try store.isServed(fixture.digest) == isHere, hint)
            if isHere { #expect(try fixture.bytes(in: fixture.here) == ReachFixture.bytes, hint) }
        }
        fixture.registry.change { $0.rot = [:] }
        _ = try await fetch()
        #expect(try fixture.bytes(in: fixture.here) == ReachFixture.bytes)
        #expect(try store.verifyCatalogue().isEmpty)
    }
}
