import ArgumentParser
import Recipe
import ReproFS
import Store
import SystemPackage

struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show what the store holds, and where and how it is mounted.")
    @Flag(help: "Print JSON.") var json = false
    @OptionGroup var store: StoreOption

    func run() throws {
        let store = try store.openToRead()
        let facts = try Facts(store)
        json ? Terminal.say(facts.json) : Terminal.say(facts.lines)
    }

    private struct Facts {
        let store: Store
        let counts: Store.Counts
        let usage: StoreUsage
        let parts: [Part]
        let free: Int
        let growth: Growth?
        let waiting: Int
        let verification: Store.VerificationState
        let backup: Timestamp?
        /// Each mount's status; nil if it did not answer.
        let mounts: [(row: MountRow, status: JSON?)]
        /// Mounts in the kernel's list that no process serves.
        let deadMounts: [String]

        init(_ store: Store) throws {
            self.store = store
            counts = try store.counts()
            usage = try store.usage()
            parts = try store.parts()
            free = try store.freeBytes
            growth = try store.growth()
            waiting = try store.countImprovable()
            verification = try store.verificationState()
            backup = try store.backups().first?.made
            let rows = try store.mounts()
            mounts = rows.map { ($0, MountPoint.status(at: $0.path)) }
            let places = MountPoint.places(ofStore: Paths.real(store.path) ?? store.path)
            deadMounts = places.filter { place in
                !rows.contains { $0.path == place } && MountPoint.status(at: place) == nil
            }
        }

        private static let mostParts = 10

        var json: JSON {
            [
                "schema": DocumentSchema.status.json,
                "version": .string(ReproFSVersion.current),
                "store": .string(store.path.string),
                "counts": [
                    "models": .integer(counts.models), "versions": .integer(counts.versions),
                    "blobs": .integer(counts.blobs), "images": .integer(counts.images),
                    "snapshots": .integer(counts.snapshots), "improvable": .integer(waiting),
                ],
                "bytes": [
                    "blobs": .integer(usage.blobs), "versions": .integer(usage.versions),
                    "superseded": .integer(usage.superseded), "drafts": .integer(usage.drafts), "free": .integer(free),
                ],
                "growth": growth.map {
                    [
                        "bytesPerDay": .integer($0.bytesPerDay), "days": .integer($0.days),
                        "daysLeft": .integer(orNull: $0.daysLeft(free: free)),
                    ]
                } ?? .null,
                "parts": .array(
                    parts.map {
                        [
                            "path": .string($0.path.description), "size": .integer($0.size),
                            "reason": .string($0.reason),
                        ]
                    }),
                "verification": [
                    "newest": .string(orNull: verification.newest?.description),
                    "oldest": .string(orNull: verification.oldest?.description),
                    "unread": .integer(verification.unchecked), "lost": .integer(verification.damaged),
                ],
                "backup": .string(orNull: backup?.description),
                "mounts": .array(
                    mounts.map { row, status in
                        [
                            "mountPoint": .string(row.path), "process": .integer(Int(row.pid)),
                            "answers": .bool(status != nil), "passthrough": status?["passthrough"] ?? .null,
                            "active": status?["active"] ?? .null, "models": status?["models"] ?? .null,
                            "delays": status?["delays"] ?? .null,
                        ]
                    }),
                "deadMounts": .array(deadMounts.map { .string($0) }),
            ]
        }

        var lines: [String] {
            var lines = [
                "Store      \(store.path), \(usage.blobs.asSize) in \(counts.blobs.of("blob")), \(free.asSize) free",
                "Models     \(counts.models.grouped) with \(counts.versions.of("version")); \(usage.superseded.asSize) neither live nor in a snapshot",
                "Images     \(counts.images.grouped) with \(counts.snapshots.of("snapshot"))"
                    + (waiting > 0 ? "; models have come that make \(waiting.grouped) of them better" : ""),
            ]
            if let warning = growth?.warning(free: free) { lines.append("Room       \(warning)") }
            if let read = verification.newest {
                lines.append(
                    "Read again \(read.local) last; \(verification.unchecked.of("blob")) not yet, \(verification.damaged.grouped) lost"
                )
            } else if verification.damaged > 0 {
                lines.append("Lost       \(verification.damaged.of("blob")); 'reprofs verify' says what needs them")
            }
            if let backup { lines.append("Backup     of the catalogue \(backup.local)") }
            if usage.drafts > 0 {
                lines.append("Drafts     \(usage.drafts.asSize) in files that are not versions")
            }
            for part in parts.prefix(Self.mostParts) {
                lines.append("Not whole  models/\(part.path): \(part.reason)")
            }
            if parts.count > Self.mostParts { lines.append("           and \(parts.count - Self.mostParts) more") }
            for place in deadMounts {
                lines.append(
                    "Dead mount \(place): its process has ended; remove it with: \(ShellCommand.line("reprofs unmount", place))"
                )
            }
            if mounts.isEmpty, deadMounts.isEmpty { lines.append("Mounts     none; 'reprofs mount DIR' makes one") }
            return lines + mounts.flatMap { Self.lines(of: $0, $1) }
        }

        /// A mount's status in lines; nil if it does not answer.
        private static func lines(of row: MountRow, _ status: JSON?) -> [String] {
            var lines = ["Mount      \(row.path), process \(row.pid)"]
            guard let status else {
                return lines + [
                    "           it does not answer; end it with: \(ShellCommand.line("reprofs unmount", row.path))"
                ]
            }
            if let why = status["models"]?["readOnly"]?.string { lines.append("           \(why)") }
            if let problem = status["models"]?["problem"]?.string {
                lines.append("           models/ makes no versions: \(problem)")
            }
            for delay in status["delays"]?.array ?? [] {
                lines.append(
                    """
                               \(delay["what"]?.string ?? "something") has been at work for \
                    \(delay["seconds"]?.number?.int ?? 0) s; it waits for \(delay["waitsFor"]?.string ?? "")
                    """)
            }
            let passthrough = status["passthrough"]
            if passthrough?["on"] == true {
                lines.append("           the kernel reads models by itself")
            } else {
                lines.append(
                    "           the kernel does not read models by itself: \(passthrough?["why"]?.string ?? "unknown")"
                )
                if let advice = passthrough?["advice"]?.string {
                    lines.append("           to change that: \(advice)")
                }
            }
            if let view = status["active"]?["view"]?.string {
                lines.append("           active/models shows \(view)")
            }
            return lines
        }
    }
}
