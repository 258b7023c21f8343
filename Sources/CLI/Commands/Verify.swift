import ArgumentParser
import Glibc
import Recipe
import Store
import Synchronization
import SystemPackage

struct VerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Read everything again and compare it with its hashes.",
        discussion: """
            Bytes that are not those of their hash are put into quarantine and never served; what counts on them is listed. \
            What is at a remote, from where a mount brings it, is counted and not read. A reading that was cut off goes on the next \
            time. Exit code 2 when something is lost.
            """)
    @Option(help: "Read only this percentage of the bytes: those that were read longest ago.") var sample: Int?
    @Option(help: "Read only what has not been read for this long: 30d, 12h.") var olderThan: Age?
    @Option(help: "How many megabytes to read in a second at most.") var rate: Int?
    @Option(help: "How many files to read at a time; as many as there are processors.") var jobs: Int?
    @Flag(help: "Begin anew instead of continuing an interrupted verification.") var restart = false
    @Flag(help: "Recover what can be recovered.") var repair = false
    @Option(
        name: .customLong("from"),
        help: "With --repair: where the bytes of lost models may be; files there are only read.", completion: .file())
    var sources: [String] = []
    @Flag(help: "Print JSON.") var json = false
    @OptionGroup var store: StoreOption

    func validate() throws {
        if let sample, !(1...100).contains(sample) { throw ValidationError("--sample takes 1 to 100") }
        if let rate, !(1...1_000_000).contains(rate) {
            throw ValidationError("--rate takes megabytes a second, 1 to 1000000")
        }
        guard jobs.map((1...64).contains) != false else { throw ValidationError("--jobs takes 1 to 64") }
        if !sources.isEmpty && !repair { throw ValidationError("--from goes with --repair") }
        if sample != nil && olderThan != nil { throw ValidationError("--sample and --older-than exclude each other") }
    }

    func run() throws {
        let sources = try sources.map { given in
            let path = try Paths.absolute(given)
            guard Paths.isFile(path) || Paths.isDirectory(path) else {
                throw StoreError.conflict("there is no \(path)")
            }
            return path
        }
        let store = try repair ? store.open() : store.openToRead()
        var damages = try store.verifyCatalogue()
        let isIndexBroken = !damages.isEmpty
        let isInterrupted = Ending()
        let interrupts = Interrupts { isInterrupted.ask() }
        defer { withExtendedLifetime(interrupts) {} }
        let reading = Reading(rate: rate.map { $0 * 1_000_000 }, isInterrupted)
        damages += try store.verifyDamaged { count throws(StoreError) in try reading.pace(count) }
        let (found, count) = try blobs(store, reading)
        damages += found
        damages += try store.verifyDocuments { () throws(StoreError) in try reading.pace(0) }
        damages += try store.verifyPins()
        damages += try store.verifyFiles(grace: Age(seconds: 3600).ago)
        var repaired: RepairReport?
        if repair {
            repaired = try store.repair(
                from: sources, isIndexBroken: isIndexBroken
            ) { _ in }
            let restored = Set(repaired?.restored.map(\.digest) ?? [])
            damages.removeAll { $0.digest.map(restored.contains) == true && $0.kind != .document }
            damages.removeAll { $0.kind == .pins }
            damages += try store.verifyPins()
            if isIndexBroken {
                damages.removeAll { $0.kind == .catalogue }
                damages += try store.verifyCatalogue()
            }
        }
        let elsewhere = Elsewhere(try store.elsewhere(), try store.remotesOfElsewhere())
        if json {
            Terminal.say(report(damages, count, elsewhere, repaired))
        } else {
            show(damages, count, elsewhere, repaired)
        }
        if damages.contains(where: \.isLoss) { throw ExitCode.someFailed }
    }

    /// Files of this size are read by several threads. Bytes.
    private static let large = 256 << 20

    /// Reads the blobs that are due, several at once.
    private func blobs(_ store: Store, _ reading: Reading) throws -> (damages: [Damage], count: Int) {
        let isPartial = sample != nil || olderThan != nil
        let before = try olderThan?.ago ?? (isPartial ? Timestamp.now() : store.beginVerification(anew: restart))
        let total = try store.bytesToVerify(before: before)
        var left = sample.map { total / 100 * $0 } ?? .max
        let progress = Progress(total: min(total, left))
        let damages = Mutex<[Damage]>([])
        let jobs = jobs ?? Workers.processors
        var count = 0
        var seen: Set<Int64> = []
        while left > 0 {
            var blobs: [Blob] = []
            // A blob that could not be noted as read, because its file was replaced meanwhile, is not read again and again.
            for blob in try store.blobsToVerify(before: before, limit: 256)
            where left > 0 && seen.insert(blob.id).inserted {
                blobs.append(blob)
                left -= left == .max ? 0 : max(1, blob.size)
            }
            guard !blobs.isEmpty else { break }
            let due = blobs
            let verify = { @Sendable (blob: Blob, jobs: Int) throws(StoreError) in
                try reading.pace(0)
                let sharing: Sharing = { count, body throws(StoreError) in
                    // Each worker takes enough pieces at a time to read in order.
                    try Workers.forEach(of: count, share: 16, limit: jobs, body)
                }
                let damage = try store.verify(blob, by: sharing) { count throws(StoreError) in
                    try reading.pace(count)
                    progress.advance(by: count, of: blob.digest.autoV2)
                }
                if let damage { damages.withLock { $0.append(damage) } }
            }
            // A large file with a list of pieces keeps every thread busy; the others are read side by side.
            var others: [Blob] = []
            for blob in due {
                if try blob.size >= Self.large && store.pieces(of: blob) != nil {
                    try verify(blob, jobs)
                } else {
                    others.append(blob)
                }
            }
            let rest = others
            try Workers.forEach(of: rest.count, share: 1, limit: jobs) { range throws(StoreError) in
                try verify(rest[range.lowerBound], 1)
            }
            count += due.count
        }
        if !isPartial { try store.finishVerification() }
        return (damages.withLock { $0 }, count)
    }

    /// What is at remotes, and is neither lost nor read.
    private struct Elsewhere {
        let blobs: Int, bytes: Int, remotes: [String]

        init(_ found: (blobs: Int, bytes: Int, present: Int), _ remotes: [String]) {
            (blobs, bytes, self.remotes) = (found.blobs, found.bytes, remotes)
        }
    }

    private func show(_ damages: [Damage], _ count: Int, _ elsewhere: Elsewhere, _ repaired: RepairReport?) {
        for damage in damages {
            Terminal.say("\(damage.kind.rawValue)  \(damage.digest?.hex ?? "")  \(damage.detail)")
            let affected = damage.affected
            for (what, names) in [
                ("model", affected.models), ("pin", affected.pins), ("snapshot", affected.snapshots),
                ("image", affected.images),
            ] {
                for name in names { Terminal.say("    \(what) \(name)") }
            }
        }
        for (digest, source) in repaired?.restored ?? [] {
            Terminal.say("restored  \(digest.hex)  from \(source)")
        }
        for name in repaired?.pins.names ?? [] { Terminal.say("restored  pin \(name)") }
        for (name, why) in repaired?.pins.problems ?? [] { Terminal.say("pins  \(name): \(why)") }
        if repaired?.isReindexed == true { Terminal.say("restored  the catalogue's indexes") }
        if elsewhere.blobs > 0 {
            Terminal.say(
                """
                \(elsewhere.blobs.of("blob")) of \(elsewhere.bytes.asSize), at remotes, not read; what is there is read with:
                """)
            for remote in elsewhere.remotes {
                Terminal.say("    " + ShellCommand.reprofs("remote check --all", remote))
            }
        }
        let lost = damages.count(where: \.isLoss)
        Terminal.say(
            "\(count.of("blob")) read; \(lost == 0 ? "nothing is lost" : "\(lost.grouped) lost")\(lost > 0 && !repair ? "; --repair --from DIR looks for their bytes" : "")."
        )
    }

    private func report(
        _ damages: [Damage], _ count: Int, _ elsewhere: Elsewhere, _ repaired: RepairReport?
    ) -> JSON {
        func list(_ names: [String]) -> JSON { .array(names.map { .string($0) }) }
        return [
            "schema": DocumentSchema.verify.json, "read": .integer(count),
            "damages": .array(
                damages.map {
                    [
                        "kind": .string($0.kind.rawValue), "sha256": .string(orNull: $0.digest?.hex),
                        "detail": .string($0.detail), "models": list($0.affected.models),
                        "snapshots": list($0.affected.snapshots), "images": list($0.affected.images),
                        "pins": list($0.affected.pins),
                    ]
                }),
            "elsewhere": [
                "blobs": .integer(elsewhere.blobs), "bytes": .integer(elsewhere.bytes),
                "remotes": list(elsewhere.remotes),
            ],
            "pins": list(repaired?.pins.names ?? []),
            "restored": .array(
                (repaired?.restored ?? []).map {
                    ["sha256": .string($0.digest.hex), "source": .string($0.source.string)]
                }),
        ]
    }
}

/// Limits the rate of all threads together.
private final class Reading: Sendable {
    /// Bytes per second.
    private let rate: Int?
    private let isInterrupted: Ending
    private let start = ContinuousClock.now
    private let done = Atomic(0)

    init(rate: Int?, _ isInterrupted: Ending) {
        self.rate = rate
        self.isInterrupted = isInterrupted
    }

    func pace(_ count: Int) throws(StoreError) {
        guard !isInterrupted.isAsked else { throw .interrupted }
        guard let rate else { return }
        let total = done.wrappingAdd(count, ordering: .relaxed).newValue
        let early = Double(total) / Double(rate) - start.duration(to: .now) / .seconds(1)
        if early > 0.001 { usleep(UInt32(min(early, 1) * 1_000_000)) }
    }
}
