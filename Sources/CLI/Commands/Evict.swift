import ArgumentParser
import Reach
import Recipe
import Store

struct EvictCommand: AnswersInJSON {
    static let configuration = CommandConfiguration(
        commandName: "evict", abstract: "Make room: remove bytes here that a remote was just seen to have.",
        discussion: """
            All bytes of a file are read back from the remote first, and it goes only if every MiB was right. It stays listed \
            with its size, and a mount brings what is read of it; 'fetch' brings all of it. Small files, what a pin keeps and \
            what a program has open stay. Exit code 2 when some of what was named stays.
            """)
    @Option(name: .customLong("to"), help: "The remote that has the bytes.", completion: Offers.remote) var remote:
        String
    @Argument(
        help: "Models, as 'checkpoints/model.safetensors@v2' or a hash; images or ids of snapshots, for their models.",
        completion: Offers.imageOrModel)
    var things: [String] = []
    @Option(help: "Every model that nothing has used for this long, as 90d.") var unused: Age?
    @Flag(name: .shortAndLong, help: "Say what would go; read and change nothing.") var dryRun = false
    @Flag(help: "Print JSON.") var json = false
    @OptionGroup var store: StoreOption

    func validate() throws {
        if things.isEmpty, unused == nil { throw ValidationError("name what is to go, or give --unused") }
        if !things.isEmpty, unused != nil { throw ValidationError("--unused takes no names") }
    }

    /// What came of everything that was asked for.
    private struct Outcome {
        var evicted: [(wanted: WantedBytes, freed: Int)] = []
        var elsewhere: [WantedBytes] = []
        var left: [(wanted: WantedBytes, why: String)] = []
        var failures = Failures()
        var freed: Int { evicted.total(\.freed) }

        mutating func add(_ eviction: Eviction, of wanted: WantedBytes) {
            switch eviction {
            case .freed(let bytes): evicted.append((wanted, bytes))
            case .elsewhere: elsewhere.append(wanted)
            case .stays(let why): left.append((wanted, why))
            }
        }
    }

    func run() throws {
        for thing in things { try Paths.requireText(thing) }
        let store = try store.open()
        let row = try Naming(store).remote(remote)
        // Every name is resolved before anything is done.
        var seen: Set<Digest> = []
        let all =
            try unused.map { try store.models(unusedSince: $0.ago) } ?? things.flatMap { try named($0, store) }
        let wanted = all.filter { seen.insert($0.digest).inserted }
        let line = TransferLine()
        let reaching = try Reaching(store, row) { line.show($0) }
        var outcome = Outcome()
        for bytes in wanted {
            do {
                outcome.add(try dryRun ? plan(bytes, store) : moving { try await reaching.evict(bytes) }, of: bytes)
                if !json { show(outcome, bytes, row) }
            } catch {
                try outcome.failures.add(error, of: bytes.name)
                // What concerns the remote concerns all others.
                break
            }
        }
        if json { Terminal.say(document(of: outcome, row)) } else { sumUp(outcome, row) }
        try outcome.failures.end(
            done: outcome.evicted.count + outcome.elsewhere.count, isComplete: outcome.left.isEmpty || unused != nil)
    }

    private func plan(_ bytes: WantedBytes, _ store: Store) throws -> Eviction {
        switch try store.evictability(of: bytes.digest) {
        case .here(let blocks): .freed(blocks)
        case .elsewhere: .elsewhere
        case .stays(let why): .stays(why)
        }
    }

    /// The bytes that a text stands for.
    private func named(_ text: String, _ store: Store) throws -> [WantedBytes] {
        switch try Naming(store).imageOrModel(text) {
        case .image(let found):
            guard let row = try store.snapshot(found.snapshot) else { throw StoreError.notFound("the snapshot") }
            return try store.models(of: row)
        case .model(let found):
            return found.versions.map {
                WantedBytes($0.sha256, size: $0.size, name: "\($0.fullName)@v\($0.number)")
            }
        }
    }

    private func show(_ outcome: Outcome, _ bytes: WantedBytes, _ remote: RemoteRow) {
        if let last = outcome.evicted.last, last.wanted.digest == bytes.digest {
            let size = (bytes.size ?? 0).asSize
            Terminal.say(
                dryRun
                    ? "\(bytes.name): \(size) would be read at \(remote.name)."
                    : "\(bytes.name): \(size) are at \(remote.name), and not here any more.")
        } else if let last = outcome.left.last, last.wanted.digest == bytes.digest {
            Terminal.complain("\(bytes.name) stays: \(last.why)")
        } else if unused == nil {
            Terminal.say("\(bytes.name) is at a remote, and was not here.")
        }
    }

    private func sumUp(_ outcome: Outcome, _ remote: RemoteRow) {
        guard !outcome.evicted.isEmpty else {
            return Terminal.say(dryRun ? "Nothing would go." : "Nothing went.")
        }
        Terminal.say(
            """
            \(dryRun ? "Would free" : "Freed") \(outcome.freed.asSize); \(outcome.evicted.count.of("file")) \
            \(dryRun ? "would come" : "come") back from \(remote.name) when read in a mount, or with 'fetch'.
            """)
    }

    private func document(of outcome: Outcome, _ remote: RemoteRow) -> JSON {
        func row(_ wanted: WantedBytes) -> [(String, JSON)] {
            [("sha256", .string(wanted.digest.hex)), ("name", .string(wanted.name))]
        }
        return [
            "schema": DocumentSchema.evict.json, "remote": .string(remote.name), "dryRun": .bool(dryRun),
            "freed": .integer(outcome.freed),
            "evicted": .array(
                outcome.evicted.map { .object(JSON.Object(row($0.wanted) + [("freed", .integer($0.freed))])) }),
            "elsewhere": .array(outcome.elsewhere.map { .object(JSON.Object(row($0))) }),
            "left": .array(
                outcome.left.map { .object(JSON.Object(row($0.wanted) + [("why", .string($0.why))])) }),
            "failed": outcome.failures.json,
        ]
    }
}
