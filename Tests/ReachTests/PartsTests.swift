import Foundation
import Glibc
import Reach
import Recipe
import Remote
import Store
import Support
import Synchronization
import SystemPackage
import Testing

/// A registry takes no blob as large as the model.
@Suite(.timeLimit(.minutes(20))) struct `A model that is there in parts` {
    /// No multiple of a piece: some pieces lie in two parts.
    static let limit = 3 << 19
    let fixture: ReachFixture
    var registry: FakeRepository { fixture.registry }
    var digests: [Digest] { fixture.parts.map { SHA256.digest(of: $0) } }
    var wanted: WantedBytes {
        WantedBytes(fixture.digest, size: ReachFixture.size, name: ReachFixture.model + "@v1")
    }
    var tag: String { RemoteTag.parts(fixture.digest) }

    init() throws { fixture = try ReachFixture(maxBlob: Self.limit) }

    func check(_ depth: Reaching.CheckDepth) async throws -> CheckReport {
        try await fixture.reaching(fixture.here.store).check(depth)
    }

    func fetch(_ store: Store) async throws -> FetchReport {
        try await Reaching.fetch(wanted, from: [try fixture.reaching(store)]) { _, _ in }
    }

    func evict() async throws -> Eviction {
        try await fixture.reaching(fixture.here.store).evict(wanted)
    }

    /// > A registry that takes no large blobs (`remote add --max-blob 9G`) gets larger files in parts, and gives them back whole, also to stores
    /// > that know of no limit. Other tools see its parts only, not the file. The tag `b-` with the beginning of its SHA-256 keeps them
    /// > from the registry's garbage collection, and so does every snapshot that needs it. A push that was killed sends no part again that came
    /// > whole.
    @Test(arguments: ["cover", "manifest", "snapshot", "image", "hash"])
    func `comes whole to a store that knows of no limit, whatever it is asked for by`(name: String) async throws {
        let pushed = try await fixture.push()
        #expect(digests.count == 4)
        let blobs = registry.get(\.blobs)
        #expect(digests.allSatisfy { blobs[$0] != nil } && blobs[fixture.digest] == nil)
        #expect(blobs.values.allSatisfy { $0.count <= Self.limit })
        let own = try fixture.imageTag
        let raw = try #require(registry.get { $0.tags["cover"] })
        // The pin is what it is elsewhere, and what the registry has under its name names it.
        #expect(try fixture.here.store.pin(named: "cover")?.manifest == pushed.manifest && raw != pushed.manifest)
        switch name {
        case "manifest":
            for digest in [pushed.manifest, raw] {
                #expect(try await fixture.pull("sha256:\(digest.hex)").manifest == pushed.manifest)
            }
        case "snapshot": try await fixture.pull(fixture.snapshot.digest.hex)
        case "image":
            let image = try #require(try fixture.here.store.image(of: fixture.snapshot))
            #expect(own == RemoteTag.image(image))
            _ = try await fixture.reaching(fixture.there.store).pull(.image(image, "a.png"), as: "cover")
        case "hash":
            let bytes = WantedBytes(fixture.digest, size: nil, name: "bytes")
            let remotes = [try fixture.reaching(fixture.there.store)]
            #expect(try await Reaching.fetch(bytes, from: remotes) { _, _ in }.bytes == ReachFixture.size)
            #expect(try fixture.bytes(in: fixture.there) == ReachFixture.bytes)
            return
        default: try await fixture.pull()
        }
        #expect(try fixture.bytes(in: fixture.there) == ReachFixture.bytes)
        #expect(try fixture.recipe(fixture.there) == fixture.recipe(fixture.here))
        #expect(try fixture.there.store.pin(named: "cover")?.manifest == pushed.manifest)
        #expect(try await fixture.reaching(fixture.there.store).pins() == ["cover"])
    }

    @Test func `is not sent again, but for a part that the registry lost`() async throws {
        try await fixture.push()
        let (received, puts) = registry.get { ($0.received, $0.puts) }
        let again = try await fixture.push()
        #expect(again.sent == 0 && registry.get { ($0.received, $0.puts) } == (received, puts))
        #expect(try await check(.all).losses.isEmpty)
        registry.change { $0.blobs[digests[2]] = nil }
        let lost = try await check(.lengths).losses
        #expect(lost.map(\.blob.content.digest) == [fixture.digest] && lost.allSatisfy { $0.isGone && $0.isHere })
        #expect(try await fixture.push().sent == 1)
        #expect(registry.get(\.received) == received + Self.limit)
        let report = try await check(.all)
        #expect(report.losses.isEmpty && report.proven == report.blobs)
    }

    @Test func `that breaks off in the middle is sent no further part again, and its progress is told once`()
        async throws
    {
        _ = try fixture.here.store.pin(fixture.snapshot, as: "cover")
        let pin = try fixture.here.store.pin(named: "cover")
        let remote = try #require(try fixture.here.store.remote(named: "team"))
        var random = SplitMix64(seed: 8)
        var tries = 0
        while tries < 60 {
            tries += 1
            let more = Int.random(in: 1_100_000..<2_500_000, using: &random)
            registry.change { $0.cut = $0.received + more }
            let told = Mutex((planned: 0, moved: 0))
            let reaching = Reaching(fixture.here.store, remote, registry, connections: 4, maxBlob: Self.limit) { step in
                told.withLock { told in
                    switch step {
                    case .planned(let bytes): told.planned += bytes
                    case .moved(let bytes, _): told.moved += bytes
                    }
                }
            }
            do {
                _ = try await reaching.push(fixture.snapshot, pin: pin, replaces: false)
                #expect(told.withLock { $0.moved == $0.planned && $0.moved > 0 })
                break
            } catch is RemoteError { #expect(told.withLock { $0.moved <= $0.planned }) }
        }
        #expect(tries > 2 && tries < 60)
        let (all, received) = registry.get { ($0.blobs.values.reduce(0) { $0 + $1.count }, $0.received) }
        // A request that breaks off is sent again, and what was confirmed before it is not.
        #expect(received <= all + tries * FakeRepository.chunk)
        #expect(registry.get { state in digests.allSatisfy { part in state.uploaded.count { $0 == part } == 1 } })
        #expect(fixture.here.store.partialNames.isEmpty)
        registry.change { $0.cut = nil }
        try await fixture.pull()
        #expect(try fixture.bytes(in: fixture.there) == ReachFixture.bytes)
    }

    @Test func `stands for no other bytes if those here change while they are sent`() async throws {
        let remote = try #require(try fixture.here.store.remote(named: "team"))
        let file = fixture.here.store.path.string + "/blobs/sha256/" + fixture.digest.hex
        let wrong = ~ReachFixture.bytes[4 << 20]
        let reaching = Reaching(fixture.here.store, remote, registry, maxBlob: Self.limit) { step in
            // The first part is on its way; this is in the third.
            guard case .moved = step else { return }
            let descriptor = open(file, O_RDWR | O_CLOEXEC)
            _ = withUnsafeBytes(of: wrong) { pwrite(descriptor, $0.baseAddress, 1, 4 << 20) }
            close(descriptor)
        }
        let error = await #expect(throws: StoreError.self) {
            try await reaching.push(fixture.snapshot, pin: nil, replaces: false)
        }
        #expect(error?.description.contains(fixture.digest.hex) == true)
        #expect(registry.get { $0.tags.isEmpty })
    }

    @Test func `is named by the snapshots of others without being sent, whatever limit they know`() async throws {
        try await fixture.push()
        try await fixture.pull()
        let received = registry.get(\.received)
        let store = fixture.there.store
        _ = try store.pin(try fixture.there.row(fixture.snapshot.digest), as: "other")
        let report = try await fixture.reaching(store).push(
            try fixture.there.row(fixture.snapshot.digest), pin: try store.pin(named: "other"), replaces: false)
        #expect(report.sent == 0 && report.tags.contains("other") && registry.get(\.received) == received)
        #expect(try await fixture.reaching(fixture.here.store).check(.all).losses.isEmpty)
    }

    @Test(arguments: [1 << 20, 2 << 20])
    func `that lost a part gets it from a store with another limit`(limit: Int) async throws {
        try await fixture.push()
        var other = fixture
        other.maxBlob = limit
        registry.change {
            $0.largest = limit
            $0.blobs[digests[1]] = nil
        }
        let received = registry.get(\.received)
        try await other.push()
        // Parts that are small enough stay.
        if limit > Self.limit { #expect(registry.get(\.received) == received + Self.limit) }
        #expect(try await check(.all).losses.isEmpty)
        registry.collectGarbage()
        try await fixture.pull()
        #expect(try fixture.bytes(in: fixture.there) == ReachFixture.bytes)
    }

    @Test func `is taken over from another repository of the registry part by part`() async throws {
        try await fixture.push()
        let (store, target) = (fixture.here.store, FakeRepository())
        let source = registry
        target.change {
            $0.siblings["team/models"] = source
            $0.largest = Self.limit
        }
        try store.addRemote("second", url: "oci://registry.test/second", facts: "{}")
        let second = Reaching(
            store, try #require(try store.remote(named: "second")), target, maxBlob: Self.limit,
            neighbours: ["team": "team/models"])
        let report = try await second.push(fixture.snapshot, pin: try store.pin(named: "cover"), replaces: false)
        #expect(report.sent == 0 && report.kept == 0 && report.mounted > 3)
        #expect(target.get(\.uploaded).allSatisfy { !digests.contains($0) })
        target.collectGarbage()
        #expect(try await second.check(.all).losses.isEmpty)
    }
}

extension Store {
    /// What is in the directory of what is on its way.
    fileprivate var partialNames: [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: path.string + "/partial")) ?? []
    }
}
