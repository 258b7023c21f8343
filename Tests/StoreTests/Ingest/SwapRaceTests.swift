import Foundation
import Glibc
import Recipe
import Store
import Support
import SystemPackage
import Testing

/// Between every two steps of what works on other people's directories another user swaps what lies there. No byte leaves or enters
/// where it should not, nothing is lost, and no blob has other bytes than its name says.
///
/// REPROFS_ROUNDS says how many seeds each operation meets.
@Suite(.timeLimit(.minutes(20))) struct `While another user swaps what lies there` {
    private static let rounds = ProcessInfo.processInfo.environment["REPROFS_ROUNDS"].flatMap { UInt64($0) } ?? 60
    private static let models = [
        "checkpoints/a.safetensors", "checkpoints/deep/b.safetensors", "loras/c.safetensors", "notes.txt",
        "loras/deep/readme.txt",
    ]

    /// A place that the other user may write to, a victim's directory with the same names, and a store.
    private struct Scene {
        let fixture: StoreFixture
        let place, victim, stash: FilePath
        let other: OtherUser
        private let before: [String]

        init(seed: UInt64) throws {
            guard geteuid() == 0 else { try Test.cancel("skipped: only root can act as another user") }
            fixture = try StoreFixture()
            place = fixture.directory.appending("place")
            victim = fixture.directory.appending("victim")
            stash = fixture.directory.appending("stash")
            for (index, name) in models.enumerated() {
                try fixture.directory.write(SmallModel.bytes(seed: 500 + UInt64(index)), to: "victim/" + name)
                try #require(chmod(victim.string + "/" + name, 0o600) == 0)
            }
            for path in [place, stash] {
                try FileManager.default.createDirectory(atPath: path.string, withIntermediateDirectories: true)
                try #require(chown(path.string, OtherUser.id, OtherUser.id) == 0)
            }
            try #require(chmod(fixture.directory.path.string, 0o755) == 0)
            before = try Self.listing(victim)
            other = OtherUser(in: place, stash: stash, victim: victim, seed: seed)
        }

        /// Files of this user, in directories of the other one's; every other file is the other one's too.
        func fill() throws {
            for (index, name) in models.enumerated() {
                let path = try fixture.directory.write(SmallModel.bytes(seed: UInt64(index)), to: "place/" + name)
                if index % 2 == 1 { try #require(chown(path.string, OtherUser.id, OtherUser.id) == 0) }
                var directory = path.removingLastComponent()
                while directory != place {
                    try #require(chown(directory.string, OtherUser.id, OtherUser.id) == 0)
                    directory.removeLastComponent()
                }
            }
        }

        /// The models are in the store, live.
        func take() throws {
            try fill()
            for item in try fixture.store.adoptable(place).items where item.kind == .file {
                _ = try fixture.store.adopt(item)
            }
        }

        private static func listing(_ directory: FilePath) throws -> [String] {
            let tree = WritableTree(directory)
            return try tree.contents().map { line in
                let name = String(line.prefix { $0 != " " && $0 != "/" })
                let facts = try FileNumbers(tree.path(name))
                return "\(line) \(facts.user) \(facts.group) \(facts.names)"
            }
        }

        /// What everybody may count on, whatever came of the operation. `kept` are the seeds of models that are somewhere.
        func problems(kept: [Int]) throws -> [String] {
            var found: [String] = []
            if try Self.listing(victim) != before { found.append("the victim's directory changed") }
            let store = try Store.open(fixture.store.path)
            if try !store.everyBlobIsWhole() { found.append("a blob has other bytes than its name says") }
            let stored = digests(beneath: store.path.appending("blobs")).union(
                digests(beneath: store.path.appending("live")))
            let outside = digests(beneath: place).union(digests(beneath: stash))
            for index in models.indices {
                let secret = SmallModel.digest(seed: 500 + UInt64(index))
                if stored.union(outside).contains(secret) { found.append("the victim's \(models[index]) got out") }
            }
            let quarantined = digests(beneath: store.path.appending("quarantine"))
            for index in kept {
                let digest = SmallModel.digest(seed: UInt64(index))
                if !stored.union(outside).union(quarantined).contains(digest) {
                    found.append("\(models[index]) is lost")
                }
            }
            found += try store.verifyCatalogue().map(\.detail)
            return found
        }

        /// Whether the other user did anything: else nothing was tried.
        func isTried() throws -> Bool {
            try !other.actions.isEmpty && !FileManager.default.contentsOfDirectory(atPath: stash.string).isEmpty
        }

        private func digests(beneath directory: FilePath) -> Set<Digest> {
            var found: Set<Digest> = []
            let names = FileManager.default.enumerator(atPath: directory.string)?.allObjects ?? []
            for name in names.compactMap({ $0 as? String }) {
                let path = directory.string + "/" + name
                guard (try? FileNumbers(path))?.isRegular == true,
                    let bytes = FileManager.default.contents(atPath: path)
                else { continue }
                found.insert(SHA256.digest(of: Array(bytes)))
            }
            return found
        }
    }

    @Test func `a directory is moved in`() throws {
        var tried = 0
        for seed in 0..<Self.rounds {
            let scene = try Scene(seed: seed)
            try scene.fill()
            scene.other.during {
                guard let (items, _) = try? scene.fixture.store.adoptable(scene.place) else { return }
                let view = LiveView(scene.fixture.store)
                for item in items {
                    switch item.kind {
                    case .directory: try? scene.fixture.store.adoptDirectory(item)
                    case .link: _ = try? scene.fixture.store.adoptLink(item, in: view)
                    case .file: _ = try? scene.fixture.store.adopt(item)
                    }
                }
                for item in items.reversed() where item.kind == .directory {
                    _ = scene.fixture.store.removeAdopted(item)
                }
            }
            // The other user may write into files of their own.
            let problems = try scene.problems(kept: [0, 2, 4])
            #expect(problems == [], "seed \(seed): \(scene.other.actions)")
            if try scene.isTried() { tried += 1 }
        }
        #expect(tried > Self.rounds / 2)
    }

    @Test(arguments: [false, true]) func `the models are given back`(isMove: Bool) throws {
        var tried = 0
        for seed in 0..<Self.rounds {
            let scene = try Scene(seed: seed)
            try scene.take()
            scene.other.during {
                guard let plan = try? scene.fixture.store.releasePlan(),
                    let target = try? OpenDirectory(named: scene.place)
                else { return }
                for item in plan.items { try? scene.fixture.store.release(item, to: target, isMove: isMove) }
            }
            // Who owns the directory may change what was given to them.
            let kept = isMove ? [] : Self.models.indices.map { $0 }
            #expect(try scene.problems(kept: kept) == [], "seed \(seed): \(scene.other.actions)")
            if try scene.isTried() { tried += 1 }
        }
        #expect(tried > Self.rounds / 2)
    }

    @Test func `the results of a variation are written`() throws {
        var tried = 0
        for seed in 0..<Self.rounds {
            let scene = try Scene(seed: seed)
            try scene.fill()
            try scene.other.during {
                let directory = try OpenDirectory(named: scene.place)
                for index in 0..<5 {
                    let name = EntryName("00\(index)-\(index % 2 == 0 ? "seed=1" : "cfg=4").png")
                    // The second finds the name of the first taken.
                    for seed in [100 + UInt64(index), 200] {
                        _ = try? directory.add(SmallModel.bytes(seed: seed), as: name, isPrivate: false)
                    }
                }
            }
            #expect(try scene.problems(kept: []) == [], "seed \(seed): \(scene.other.actions)")
            if try scene.isTried() { tried += 1 }
        }
        #expect(tried > Self.rounds / 2)
    }

    @Test func `an export is written, and taken back`() throws {
        var tried = 0
        for seed in 0..<Self.rounds {
            let scene = try Scene(seed: seed)
            try scene.take()
            let blobs = try scene.fixture.store.blobs(after: 0, limit: 100)
            try scene.other.during {
                let made = MadeTree(try OpenDirectory(named: scene.place))
                for (index, blob) in blobs.enumerated() {
                    let path = try #require(
                        ViewPath(parsing: "models/checkpoints/deep\(index % 2)/\(index).safetensors"))
                    try? made.file(at: path) { name, parent throws(StoreError) in
                        try scene.fixture.store.write(blob, to: name, in: parent)
                    }
                }
                if seed % 2 == 0 { made.remove() }
            }
            #expect(try scene.problems(kept: Array(Self.models.indices)) == [], "seed \(seed): \(scene.other.actions)")
            if try scene.isTried() { tried += 1 }
        }
        #expect(tried > Self.rounds / 2)
    }
}
