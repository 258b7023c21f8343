import Foundation
import GRDB
import Reach
import Recipe
import Remote
import Store
import Support
import SystemPackage
import Testing

@Suite struct `Bytes at a remote` {
    let fixture: ReachFixture
    init() throws { fixture = try ReachFixture() }

    private func fetch(_ wanted: WantedBytes, _ store: Store) async throws -> FetchReport {
        try await Reaching.fetch(wanted, from: [try fixture.reaching(store)]) { _, _ in }
    }

    /// > `fetch` brings bytes that are missing here from a remote that has them. They are named by any hash by which the store ever knew
    /// > them, by a model, or by a snapshot. They are served again afterwards, and the recipes that need them are graded anew.
    @Test func `that were lost here are served again, and the recipe is what it was`() async throws {
        let before = try fixture.recipe(fixture.here)
        try await fixture.push(as: nil)
        let store = fixture.here.store
        let names = try store.hashNames(of: fixture.digest)
        try FileManager.default.removeItem(atPath: store.path.string + "/blobs/sha256/" + fixture.digest.hex)
        _ = try store.verify(try #require(try store.blob(fixture.digest))) { _ in }
        #expect(try fixture.recipe(fixture.here) != before)
        let lost = try store.lostFiles(of: fixture.snapshot)
        #expect(lost.map(\.name) == ["models/" + ReachFixture.model])
        #expect(try store.bytes(everKnownBy: String(fixture.digest.hex.prefix(10))).map(\.digest) == [fixture.digest])
        for (_, name) in names { #expect(try store.bytes(everKnownBy: name).map(\.digest) == [fixture.digest]) }
        let report = try await fetch(lost[0], store)
        #expect(report.remote == "team" && report.bytes == ReachFixture.size)
        #expect(try fixture.recipe(fixture.here) == before)
        #expect(try await fetch(lost[0], store).remote == nil)
    }

    @Test func `come by their SHA-256 alone into a store that never had them`() async throws {
        try await fixture.push(as: nil)
        let report = try await fetch(.init(fixture.digest, size: nil, name: "bytes"), fixture.there.store)
        #expect(report.bytes == ReachFixture.size)
        #expect(try fixture.bytes(in: fixture.there) == ReachFixture.bytes)
        let unknown = WantedBytes(SmallModel.digest(seed: 99), size: nil, name: "others")
        await #expect(throws: ReachError.self) { try await fetch(unknown, fixture.there.store) }
    }

    /// > `remote check` asks a remote for everything that was brought there. `--sample` reads some of it and `--all` reads everything;
    /// > only what was read and was right counts as proven. What is gone, wrong or unreadable is named, with whether its bytes are here.
    /// > What is gone is named until it is there again; what is wrong is named until all of it was read and was right, or a push brought
    /// > it again.
    @Test func `are proven by reading all of them, and what has rotted or gone is named`() async throws {
        try await fixture.push()
        let reaching = try fixture.reaching(fixture.here.store)
        func remote() throws -> RemoteRow { try #require(try fixture.here.store.remote(named: "team")) }
        let atFirst = try remote()
        #expect(atFirst.blobs > 3 && atFirst.proven == 0)
        let lengths = try await reaching.check(.lengths)
        #expect(lengths.losses.isEmpty && lengths.read == 0 && lengths.proven == 0)
        let sampled = try await reaching.check(.sample(50))
        #expect(sampled.losses.isEmpty && sampled.proven <= sampled.blobs)
        let reads = fixture.registry.get(\.reads)
        let all = try await reaching.check(.all)
        #expect(all.losses.isEmpty && all.proven == all.blobs)
        // What lies side by side comes by one request.
        #expect(fixture.registry.get(\.reads) - reads <= all.blobs)
        #expect(try remote().proven == all.blobs)
        fixture.registry.change { $0.blobs[fixture.digest]?[4 << 20] ^= 1 }
        // A registry's word proves nothing.
        #expect(try await reaching.check(.lengths).losses.isEmpty)
        let rotten = try await reaching.check(.all)
        #expect(rotten.losses.map(\.blob.content.digest) == [fixture.digest])
        #expect(rotten.losses.allSatisfy { !$0.isGone && $0.isHere })
        #expect(rotten.losses[0].blob.models == [ReachFixture.model + "@v1"])
        #expect(try remote().proven == all.blobs - 1)
    }

    @Test func `are asked for by large requests, and no more of them once one piece is wrong`() async throws {
        // Two requests of 16 MiB, and a rest.
        let bytes = ReachFixture.bytes(seed: 3, size: 33 << 20)
        let digest = SHA256.digest(of: bytes)
        let hash = SHA256(keepsPieces: true)
        bytes.withUnsafeBytes { hash.update($0) }
        let list = try #require(hash.finishWithPieces().pieces)
        let store = fixture.here.store
        try fixture.here.directory.write(bytes, to: "models/checkpoints/large.safetensors")
        try fixture.here.addModels()
        #expect(try store.pieces(of: digest, size: bytes.count) == list)
        fixture.registry.change { $0.blobs[digest] = bytes }
        let reaching = try fixture.reaching(store)
        try store.notePresence(of: [digest], at: reaching.remote)
        let all = try await reaching.check(.all)
        #expect(all.proven == 1 && all.read == bytes.count && fixture.registry.get(\.reads) == 3)
        fixture.registry.change {
            $0.blobs[digest]?[20 << 20] ^= 1
            $0.reads = 0
        }
        let rotten = try await reaching.check(.all)
        #expect(rotten.losses.map(\.blob.content.digest) == [digest] && rotten.read < bytes.count)
        #expect(try await reaching.check(.sample(50)).read < bytes.count)
    }

    /// > `explain` says where the models of a snapshot are: how many are here and how many are at each remote, since when all of those are
    /// > proven, and how much `fetch` would bring from there. `status` says what each remote has, and which remotes have bytes that are
    /// > not here.
    @Test func `are told of where they matter: how many of a snapshot's are where, and what a fetch brings`()
        async throws
    {
        let store = fixture.here.store
        func places() throws -> ModelPlaces { try store.places(ofModelsOf: fixture.snapshot.id) }
        func findings() throws -> [StoreHealth.Finding] {
            try StoreHealth(store, asking: .init(status: { _ in nil }, places: { [] }, copies: { _, _ in nil }))
                .findings
        }
        #expect(try places().models == 1 && places().here == 1 && places().remotes.isEmpty)
        try await fixture.push()
        let reaching = try fixture.reaching(store)
        var there = try #require(try places().remotes.first)
        #expect(there.remote == "team" && there.models == 1 && there.proven == nil && there.missing == 0)
        _ = try await reaching.check(.all)
        there = try #require(try places().remotes.first)
        #expect(there.proven != nil)
        #expect(try findings().contains { $0.label == "Remote" && $0.text.hasPrefix("team has ") && !$0.isProblem })
        try FileManager.default.removeItem(atPath: store.path.string + "/blobs/sha256/" + fixture.digest.hex)
        _ = try store.verify(try #require(try store.blob(fixture.digest))) { _ in }
        #expect(try places().here == 0 && places().missing == ReachFixture.size)
        #expect(try places().remotes.first?.missing == ReachFixture.size)
        let lost = try #require(try findings().first { $0.text.hasPrefix("team has models that are not here") })
        #expect(!lost.isProblem && lost.command == "reprofs fetch --from team \(ReachFixture.model)@v1")
        fixture.registry.change { $0.blobs[fixture.digest] = nil }
        _ = try await reaching.check(.lengths)
        #expect(try places().remotes.isEmpty)
        #expect(try findings().contains { $0.label == "Remote" && $0.isProblem })
    }

    @Test func `that were wrong are named until they are read and right or brought again, and a push tells of them`()
        async throws
    {
        let blobs = try await fixture.push().sent
        let store = fixture.here.store
        let reaching = try fixture.reaching(store)
        func lost() async throws -> [Bool] { try await reaching.check(.lengths).losses.map(\.isGone) }
        func remote() throws -> RemoteRow { try #require(try store.remote(named: "team")) }
        func flip() { fixture.registry.change { $0.blobs[fixture.digest]?[4 << 20] ^= 1 } }
        let known = try remote().blobs
        flip()
        _ = try await reaching.check(.all)
        for _ in 1...2 { #expect(try await lost() == [false]) }
        #expect(try remote().lost == 1 && remote().blobs == known - 1)
        #expect(try store.remotes(having: fixture.digest).isEmpty)
        let told = try await fixture.push()
        #expect(told.damaged == [fixture.digest] && told.sent == 0 && told.kept == blobs)
        #expect(try await lost() == [false])
        flip()
        #expect(try await lost() == [false])
        #expect(try await reaching.check(.all).losses.isEmpty)
        #expect(try await lost().isEmpty)
        #expect(try await fixture.push().damaged == [])
        // The registry deletes what was wrong there.
        flip()
        _ = try await reaching.check(.all)
        fixture.registry.change { $0.blobs[fixture.digest] = nil }
        for _ in 1...2 { #expect(try await lost() == [true]) }
        #expect(try store.remotes(having: fixture.digest).isEmpty)
        let brought = try await fixture.push()
        #expect(brought.sent == 1 && brought.damaged == [])
        #expect(try await lost().isEmpty)
        #expect(try remote().lost == 0 && store.remotes(having: fixture.digest) == ["team"])
    }

    @Test func `that cannot be read are named, and the others are read all the same`() async throws {
        try await fixture.push()
        let reaching = try fixture.reaching(fixture.here.store)
        for error in [
            RemoteError.unexpected("team", what: "a blob", status: 500, words: ""),
            .unreachable("team", why: "it breaks off"),
        ] {
            fixture.registry.change { $0.unreadable = [fixture.digest: error] }
            let report = try await reaching.check(.all)
            #expect(report.unread.map(\.blob.content.digest) == [fixture.digest])
            #expect(report.unread.map(\.problem) == [error.sentence] && report.unread.allSatisfy(\.isHere))
            #expect(report.proven == report.blobs - 1 && report.losses.isEmpty)
        }
        fixture.registry.change {
            $0.unreadable = [fixture.digest: .wrongBytes("team", what: "a blob", why: "other ones")]
        }
        #expect(try await reaching.check(.all).losses.map(\.isGone) == [false])
        let refused = RemoteError.refused("team", what: "reading", help: "log in")
        fixture.registry.change { $0.unreadable = [fixture.digest: refused] }
        await #expect(throws: refused) { try await reaching.check(.all) }
        fixture.registry.change { $0.isDown = true }
        await #expect(throws: RemoteError.self) { try await reaching.check(.all) }
    }

    @Test func `come from the second remote where the first has wrong ones, and that is told of the first`()
        async throws
    {
        try await fixture.push(as: nil)
        let (store, bad) = (fixture.there.store, FakeRepository())
        try store.addRemote("bad", url: "oci://bad.test/x", facts: "{}")
        bad.change { $0.blobs[fixture.digest] = [UInt8](repeating: 7, count: ReachFixture.size) }
        let first = Reaching(store, try #require(try store.remote(named: "bad")), bad)
        var told: [String] = []
        let report = try await Reaching.fetch(
            .init(fixture.digest, size: nil, name: "bytes"), from: [first, try fixture.reaching(store)]
        ) { error, remote in told.append("\(remote): \(error is ReachError)") }
        #expect(report.remote == "team" && told == ["bad: true"])
    }

    @Test func `that became a blob leave nothing that is not found again, whenever the process ends`() throws {
        let hash = SHA256(keepsPieces: true)
        ReachFixture.bytes.withUnsafeBytes { hash.update($0) }
        let list = try #require(hash.finishWithPieces().pieces)
        let (store, content) = (fixture.there.store, PinManifest.Content(fixture.digest, size: ReachFixture.size))
        let partial = try #require(try store.partial(content, list))
        for piece in 0..<list.count {
            #expect(try partial.write(Array(ReachFixture.bytes[list.range(of: piece)]), piece: piece))
        }
        let file = store.path.string + "/partial/" + fixture.digest.hex
        @Sendable func isThere(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }
        let thread = UInt(pthread_self())
        FaultPoint.visitors.withLock {
            $0[thread] = { _, _ in #expect(!isThere(file + ".map") || isThere(file), "a map is alone") }
        }
        defer { FaultPoint.visitors.withLock { $0[thread] = nil } }
        try store.receive(try #require(try partial.finish(isPrivate: true)))
        #expect(!isThere(file) && !isThere(file + ".map"))
        // It ended before it took the second name away, and the blob has a row.
        try FileManager.default.linkItem(
            atPath: store.path.string + "/blobs/sha256/" + fixture.digest.hex, toPath: file)
        #expect(try store.arrived(content) != nil)
        #expect(!isThere(file))
    }

    @Test func `are forgotten with the remote, and a remote has one name`() async throws {
        try await fixture.push()
        let store = fixture.here.store
        #expect(throws: StoreError.self) { try store.addRemote("team", url: "oci://other.test/x", facts: "{}") }
        for name in ["", "a b", "-x", "a/b", String(repeating: "x", count: 65)] {
            #expect(throws: StoreError.self) { try store.addRemote(name, url: "oci://other.test/x", facts: "{}") }
        }
        try store.removeRemote(try #require(try store.remote(named: "team")))
        #expect(try store.remotes().isEmpty)
        #expect(try store.remotes(having: fixture.digest).isEmpty)
        #expect(try store.verifyCatalogue().isEmpty)
    }

    @Test func `that came in part for nobody are taken away after a week`() async throws {
        try await fixture.push()
        fixture.registry.change { $0.cut = $0.read + (2 << 20) }
        await #expect(throws: RemoteError.self) { try await fixture.pull() }
        let partial = FilePath(fixture.there.store.path.string + "/partial")
        func names() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: partial.string) }
        #expect(try names().isEmpty == false)
        let policy = CollectionPolicy(graceBefore: .now())
        _ = try fixture.there.store.collect(policy, isDryRun: false)
        #expect(try names().isEmpty == false)
        for name in try names() {
            try fixture.there.directory.setModified(partial.appending(name), Timestamp.now().seconds - 8 * 86_400)
        }
        _ = try fixture.there.store.collect(policy, isDryRun: false)
        #expect(try names().isEmpty)
    }
}

@Suite struct `What is kept of a remote` {
    @Test func `comes back as it was, and what somebody wrote instead is as usual`() {
        var facts = RemoteFacts()
        #expect(RemoteFacts(facts.text) == facts)
        facts.ca = "/etc/ca \"of\" ours.pem"
        facts.plainHTTP = true
        (facts.maxBlob, facts.chunk, facts.connections) = (9 << 30, 4 << 20, 16)
        #expect(RemoteFacts(facts.text) == facts)
        for text in ["", "[]", #"{"chunk": -1, "connections": 1000000, "maxBlob": 0, "ca": 3, "plainHTTP": "yes"}"#] {
            #expect(RemoteFacts(text) == RemoteFacts())
        }
    }
}
