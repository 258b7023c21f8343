import ArgumentParser
import Recipe
import ReproFS
import Store

struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show what the store holds, and where and how it is mounted.")
    @Flag(help: "Print JSON.") var json = false
    @OptionGroup var store: StoreOption

    func run() throws {
        let store = try store.openToRead()
        let health = try StoreHealth(store, asking: .init(of: store))
        json ? Terminal.say(Self.json(health)) : Terminal.say(Self.lines(health))
    }

    private static func json(_ health: StoreHealth) -> JSON {
        let (counts, usage, verification) = (health.counts, health.usage, health.verification)
        return [
            "schema": DocumentSchema.status.json,
            "version": .string(ReproFSVersion.current),
            "store": .string(health.path),
            "counts": [
                "models": .integer(counts.models), "versions": .integer(counts.versions),
                "blobs": .integer(counts.blobs), "images": .integer(counts.images),
                "snapshots": .integer(counts.snapshots), "improvable": .integer(health.waiting),
            ],
            "bytes": [
                "blobs": .integer(usage.blobs), "versions": .integer(usage.versions),
                "superseded": .integer(usage.superseded), "drafts": .integer(usage.drafts),
                "free": .integer(health.free),
            ],
            "growth": health.growth.map {
                [
                    "bytesPerDay": .integer($0.bytesPerDay), "days": .integer($0.days),
                    "daysLeft": .integer(orNull: $0.daysLeft(free: health.free)),
                ]
            } ?? .null,
            "parts": .array(
                health.parts.map {
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
            "lostModels": [
                "count": .integer(health.lostModels.count),
                "names": .array(health.lostModels.names.map { .string($0) }),
            ],
            "remotes": .array(
                health.remotes.map {
                    [
                        "name": .string($0.name), "url": .string($0.url), "blobs": .integer($0.blobs),
                        "bytes": .integer($0.bytes), "proven": .integer($0.proven), "lost": .integer($0.lost),
                    ]
                }),
            "elsewhere": [
                "blobs": .integer(health.elsewhere.blobs), "bytes": .integer(health.elsewhere.bytes),
                "present": .integer(health.elsewhere.present),
            ],
            "backup": .string(orNull: health.backup?.description),
            "mounts": .array(
                health.mounts.map { row, status in
                    [
                        "mountPoint": .string(row.path), "process": .integer(Int(row.pid)),
                        "answers": .bool(status != nil), "passthrough": status?["passthrough"] ?? .null,
                        "active": status?["active"] ?? .null, "models": status?["models"] ?? .null,
                        "delays": status?["delays"] ?? .null, "lazy": status?["lazy"] ?? .null,
                    ]
                }),
            "deadMounts": .array(health.deadMounts.map { .string($0) }),
        ]
    }

    private static func lines(_ health: StoreHealth) -> [String] {
        health.findings.map { finding in
            let label = finding.isMore ? "" : finding.label
            return label + String(repeating: " ", count: 11 - label.utf8.count) + finding.text
                + (finding.command.map { ": \($0)" } ?? "")
        }
    }
}

extension StoreHealth.Mounts {
    /// The mounts of this machine.
    init(of store: Store) {
        let path = Paths.real(store.path) ?? store.path
        self.init(
            status: { MountPoint.status(at: $0) }, places: { MountPoint.places(ofStore: path) },
            copies: { MountPoint.copies(servedBy: $0, besides: $1) })
    }
}
