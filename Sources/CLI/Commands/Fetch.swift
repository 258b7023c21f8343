import ArgumentParser
import Reach
import Recipe
import Store

/// Brings what a command needs and is at remotes and not here, and says how much that is. What no remote is known to have is left to whoever
/// needs it. `check` is called before anything is fetched.
func fetchMissing(_ missing: [WantedBytes], in store: Store, after check: () throws -> Void) throws {
    let wanted = try missing.filter { try !store.remotes(having: $0.digest).isEmpty }
    guard !wanted.isEmpty else { return }
    guard !store.isReadOnly else { throw StoreError.readOnlyStore(store.path) }
    try check()
    Terminal.complain("fetching \(wanted.count.of("file")) first, \(wanted.total { $0.size ?? 0 }.asSize)")
    let line = TransferLine()
    let remotes = try store.remotes().map { try Reaching(store, $0) { line.show($0) } }
    for bytes in wanted {
        _ = try moving { try await Reaching.fetch(bytes, from: remotes) { Terminal.complain($0, of: $1) } }
    }
}

struct FetchCommand: AnswersInJSON {
    static let configuration = CommandConfiguration(
        commandName: "fetch", abstract: "Bring bytes that are missing here from a remote that has them.",
        discussion: """
            A whole SHA-256 is looked for at every remote. Another hash, a model or a snapshot stands for bytes that the store had \
            once, or that an image needs.
            """)
    @Argument(
        help: "Hashes (SHA-256, AutoV1, AutoV2, AutoV3, BLAKE3, CRC-32), models, or images, ids and pins of snapshots.",
        completion: Offers.imageOrModel)
    var things: [String]
    @Option(name: .customLong("from"), help: "The only remote that is asked.", completion: Offers.remote) var source:
        String?
    @Flag(help: "Print JSON.") var json = false
    @OptionGroup var store: StoreOption

    func run() throws {
        try things.forEach(Paths.requireText)
        let store = try store.open()
        let rows = try source.map { [try Naming(store).remote($0)] } ?? store.remotes()
        guard !rows.isEmpty else {
            throw CommandFailure(
                "there is no remote; '\(ShellCommand.reprofs("remote add"))' gives one a name")
        }
        // Every name is resolved before anything is done.
        let wanted = try things.flatMap { try missing($0, store) }
        let line = TransferLine()
        let remotes = try rows.map { try Reaching(store, $0) { line.show($0) } }
        var (reports, failures): ([FetchReport], Failures) = ([], Failures())
        for bytes in wanted {
            do {
                let report = try moving {
                    try await Reaching.fetch(bytes, from: remotes) { Terminal.complain($0, of: $1) }
                }
                reports.append(report)
                if !json {
                    Terminal.say(
                        "\(bytes.name): \(report.remote.map { "\(report.bytes.asSize) from \($0)" } ?? "is here").")
                }
            } catch { try failures.add(error, of: bytes.name) }
        }
        if json {
            Terminal.say([
                "schema": DocumentSchema.fetch.json,
                "blobs": .array(
                    reports.map {
                        [
                            "sha256": .string($0.wanted.digest.hex), "name": .string($0.wanted.name),
                            "remote": .string(orNull: $0.remote), "bytes": .integer($0.bytes),
                        ]
                    }), "failed": failures.json,
            ])
        } else if wanted.isEmpty {
            Terminal.say("Nothing is missing.")
        }
        try failures.end(done: reports.count, isComplete: true)
    }

    /// The bytes that a text stands for: of a snapshot those that are missing.
    private func missing(_ text: String, _ store: Store) throws -> [WantedBytes] {
        let hash = text.hasPrefix("sha256:") ? String(text.dropFirst(7)) : text
        do {
            switch try Naming(store).imageOrModel(text) {
            case .image(let found):
                guard let row = try store.snapshot(found.snapshot) else { throw StoreError.notFound("the snapshot") }
                return try store.lostFiles(of: row)
            case .model(let found):
                return found.versions.map { WantedBytes($0) }
            }
        } catch let failure as NamingFailure where failure.problem == .unknown {
            let known = try store.bytes(everKnownBy: hash)
            if !known.isEmpty { return known }
            if let digest = Digest(hex: hash) {
                return [WantedBytes(digest, size: nil, name: "sha256:\(digest.hex.prefix(12))")]
            }
            throw failure
        }
    }
}
