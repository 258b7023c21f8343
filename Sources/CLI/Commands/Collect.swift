import ArgumentParser
import Recipe
import Store

struct CollectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gc", abstract: "Remove what nothing reaches.",
        discussion: """
            Every version, every snapshot and what is open somewhere is kept, unless one of the options says otherwise. \
            Times are as 90d, 12h, 30m or 10s.
            """)
    @Option(
        help:
            "Remove the bytes of versions that no name has held for this long and no snapshot pins; their history stays."
    )
    var supersededOlderThan: Age?
    @Option(help: "Forget snapshots that are this old and not pinned; their images leave by-image.")
    var forgetUnpinnedOlderThan: Age?
    @Option(help: "Keep files that changed this recently, since they may be about to get a name.")
    var grace = Age(seconds: 3600)
    @Flag(name: .shortAndLong, help: "Say what would be removed; change nothing.") var dryRun = false
    @Flag(help: "Print JSON.") var json = false
    @OptionGroup var store: StoreOption

    func run() throws {
        let store = try store.open()
        let policy = CollectionPolicy(
            supersededBefore: supersededOlderThan?.ago, forgetBefore: forgetUnpinnedOlderThan?.ago,
            graceBefore: grace.ago)
        let report = try store.collect(policy, isDryRun: dryRun)
        if json { return Terminal.say(report.json(.gc, isDryRun: dryRun)) }
        report.show(isDryRun: dryRun)
        guard report.heldBack > 0 else { return }
        Terminal.say(
            """
            \(report.heldBack.of("file")) that nothing reaches, \(report.heldBackBytes.asSize), \
            \(report.heldBack == 1 ? "has" : "have") changed within the last \(grace.defaultValueDescription) and \
            \(report.heldBack == 1 ? "stays" : "stay"); --grace says how long that is.
            """)
    }
}

extension CollectionReport {
    /// Prints what was removed, or would be.
    func show(isDryRun: Bool) {
        var table = Table([.left, .right, .right])
        for version in versions {
            table.row(
                "\(version.sha256.autoV2)", "\(version.size.asSize)", "v\(version.number)", "\(version.name)",
                json: .null)
        }
        table.finish()
        var lines: [String] = []
        for snapshot in snapshots { lines.append("snapshot \(snapshot.id.hex.prefix(12)) of \(snapshot.image)") }
        for image in images { lines.append("image \(image): its recipe \(isDryRun ? "would be" : "is") gone") }
        for change in grades {
            lines.append("image \(change.image): \(change.before.rawValue) -> \(change.after.rawValue)")
        }
        for partial in partials {
            lines.append("\(partial.name.prefix(12)), \(partial.bytes.asSize) that came of a file for nobody any more")
        }
        for digest in inUse { lines.append("\(digest.hex.prefix(12)) stays: somebody has it open") }
        lines.append(
            "\(isDryRun ? "Would free" : "Freed") \(bytes.asSize): \(versions.count.of("version")), "
                + "\(self.snapshots.count.of("snapshot")), \(blobs.of("blob or document", "blobs and documents")), "
                + "\(strays.grouped) of them files that nothing named. No other image \(isDryRun ? "would change" : "changed") "
                + "its grade.")
        Terminal.say(lines)
    }

    func json(_ schema: DocumentSchema, isDryRun: Bool) -> JSON {
        [
            "schema": schema.json, "dryRun": .bool(isDryRun), "bytes": .integer(bytes),
            "blobs": .integer(blobs), "strays": .integer(strays),
            "partials": .array(partials.map { ["name": .string($0.name), "bytes": .integer($0.bytes)] }),
            "versions": .array(
                versions.map {
                    [
                        "name": .string($0.name), "version": .integer($0.number), "sha256": .string($0.sha256.hex),
                        "size": .integer($0.size),
                    ]
                }),
            "snapshots": .array(snapshots.map { ["id": .string($0.id.hex), "image": .string($0.image)] }),
            "images": .array(images.map { .string($0) }),
            "grades": .array(
                grades.map {
                    [
                        "image": .string($0.image), "before": .string($0.before.rawValue),
                        "after": .string($0.after.rawValue),
                    ]
                }),
            "inUse": .array(inUse.map { .string($0.hex) }),
            "heldBack": ["files": .integer(heldBack), "bytes": .integer(heldBackBytes)],
        ]
    }
}

/// A length of time as people write it: 90d, 12h, 30m, 10s.
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

    /// The time that long before now.
    var ago: Timestamp { Timestamp(nanoseconds: Timestamp.now().nanoseconds - Int64(seconds) * 1_000_000_000) }
}
