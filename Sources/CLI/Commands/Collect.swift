import ArgumentParser
import Recipe
import Store

struct CollectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gc", abstract: "Take away what nothing reaches.",
        discussion: """
            Every version, every snapshot and what is open somewhere is kept, unless one of the options says otherwise. \
            Times are as 90d, 12h, 30m or 10s.
            """)
    @Option(
        help: "Versions that no name has held for so long, and no snapshot pins, lose their bytes; their history stays."
    )
    var supersededOlderThan: Age?
    @Option(help: "Snapshots that are so old and have no pin's name are forgotten, and their images leave by-image.")
    var forgetUnpinnedOlderThan: Age?
    @Option(help: "Files that changed so lately stay, for somebody may be about to name them.")
    var grace = Age(seconds: 3600)
    @Flag(name: .shortAndLong, help: "Say what would go; change nothing.") var dryRun = false
    @Flag(help: "Print JSON.") var json = false
    @OptionGroup var store: StoreOption

    func run() throws {
        let store = try store.open()
        let policy = CollectionPolicy(
            supersededBefore: supersededOlderThan?.ago, forgetBefore: forgetUnpinnedOlderThan?.ago,
            graceBefore: grace.ago)
        let report = try store.collect(policy, isDryRun: dryRun)
        json ? Terminal.say(self.json(report)) : Terminal.say(lines(report))
    }

    private func lines(_ report: CollectionReport) -> [String] {
        var lines: [String] = []
        for version in report.versions {
            lines.append(
                "\(version.name)  v\(version.number)  \(version.sha256.autoV2)  \(Terminal.size(version.size))")
        }
        for snapshot in report.snapshots { lines.append("snapshot \(snapshot.id.hex.prefix(12)) of \(snapshot.image)") }
        for image in report.images { lines.append("image \(image): its recipe \(dryRun ? "would be" : "is") gone") }
        for digest in report.inUse { lines.append("\(digest.hex.prefix(12)) stays: somebody has it open") }
        lines.append(
            "\(dryRun ? "Would free" : "Freed") \(Terminal.size(report.bytes)): \(report.versions.count) versions, "
                + "\(report.snapshots.count) snapshots, \(report.blobs) blobs and documents, \(report.strays) of them files that "
                + "nothing named. No other image \(dryRun ? "would change" : "changed") its grade.")
        return lines
    }

    private func json(_ report: CollectionReport) -> JSON {
        [
            "schema": DocumentSchema.gc.json, "dryRun": .bool(dryRun), "bytes": .integer(report.bytes),
            "blobs": .integer(report.blobs), "strays": .integer(report.strays),
            "versions": .array(
                report.versions.map {
                    [
                        "name": .string($0.name), "version": .integer($0.number), "sha256": .string($0.sha256.hex),
                        "size": .integer($0.size),
                    ]
                }),
            "snapshots": .array(report.snapshots.map { ["id": .string($0.id.hex), "image": .string($0.image)] }),
            "images": .array(report.images.map { .string($0) }),
            "inUse": .array(report.inUse.map { .string($0.hex) }),
        ]
    }
}

/// A stretch of time as people write it: 90d, 12h, 30m, 10s.
struct Age: ExpressibleByArgument {
    let seconds: Int

    init(seconds: Int) { self.seconds = seconds }

    init?(argument: String) {
        let units: [Character: Int] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
        guard let unit = argument.last.flatMap({ units[$0] }), let number = Int(argument.dropLast()), number >= 0 else {
            return nil
        }
        let (seconds, isTooLong) = number.multipliedReportingOverflow(by: unit)
        guard !isTooLong, seconds <= 1 << 33 else { return nil }
        self.seconds = seconds
    }

    var defaultValueDescription: String { seconds % 3600 == 0 ? "\(seconds / 3600)h" : "\(seconds)s" }

    /// The moment so long before now.
    var ago: Timestamp { Timestamp(nanoseconds: Timestamp.now().nanoseconds - Int64(seconds) * 1_000_000_000) }
}
