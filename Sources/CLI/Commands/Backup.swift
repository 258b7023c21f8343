import ArgumentParser
import Recipe
import Store
import SystemPackage

struct BackupCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Copy the store to another disk, or the catalogue into the store's backup folder.",
        discussion: """
            A mount copies the catalogue once a day. With --to all of the store is copied, also while it is mounted and written: \
            the copy is a store, and the next time it gets only what is new.
            """)
    @Option(help: "The directory of the copy; absent, empty, or an earlier copy of this store.", completion: .directory)
    var to: String?
    @Option(help: "How many copies to keep.") var keep = Store.backupsKept
    @Flag(help: "Print JSON.") var json = false
    @OptionGroup var store: StoreOption

    func validate() throws {
        guard (1...1000).contains(keep) else { throw ValidationError("--keep takes 1 to 1000") }
    }

    func run() throws {
        if let to { return try copy(to: try Paths.absolute(to)) }
        let backup = try store.open().backUp(keeping: keep)
        guard json else {
            Terminal.say("Copied the catalogue to \(backup.path), \(backup.size.asSize).")
            return
        }
        let report: JSON = [
            "schema": DocumentSchema.backup.json, "path": .string(backup.path.string), "size": .integer(backup.size),
            "made": .string(backup.made.description),
        ]
        Terminal.say(report)
    }

    private func copy(to target: FilePath) throws {
        let store = try store.openToRead()
        let (own, other) = (Paths.real(store.path) ?? store.path, Paths.real(target) ?? target)
        guard !own.starts(with: other), !other.starts(with: own) else {
            throw ValidationError("the store \(own) and its copy \(other) lie in one another")
        }
        let progress = Progress(total: nil)
        let report = try store.copy(to: target) { progress.advance(by: $0, of: "the store") }
        if json {
            let text: JSON = [
                "schema": DocumentSchema.copy.json, "path": .string(target.string),
                "moment": .string(report.moment.description),
                "copied": .integer(report.copied), "bytes": .integer(report.bytes), "kept": .integer(report.kept),
                "damaged": .array(report.damaged.map { .string($0.hex) }),
            ]
            Terminal.say(text)
        } else {
            Terminal.say(
                """
                Copied \(report.copied.of("blob")), \(report.bytes.asSize), to \(target); \(report.kept.grouped) \(report.kept == 1 ? "was" : "were") there. \
                The copy is a store as this one was at \(report.moment.local).
                """)
        }
        for digest in report.damaged {
            Terminal.complain(
                "\(digest.hex) is damaged and not in the copy; '\(ShellCommand.reprofs("verify"))' says what needs it")
        }
        let elsewhere = try store.elsewhere()
        if elsewhere.blobs > 0 {
            Terminal.complain(
                """
                \(elsewhere.blobs.of("blob")) of \(elsewhere.bytes.asSize) \(elsewhere.blobs == 1 ? "is" : "are") only at remotes, and so \
                not in the copy, which knows where
                """)
        }
        if !report.damaged.isEmpty { throw ExitCode.someFailed }
    }
}

struct RebuildCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rebuild", abstract: "Make a lost catalogue again from its backups, pins and blobs.",
        discussion: """
            Nothing is deleted: the old catalogue is kept in the store's backup folder, and what cannot be placed in quarantine. \
            It refuses while anybody uses the store.
            """)
    @Flag(help: "Go back to the newest backup even if the catalogue is sound.") var force = false
    @Flag(help: "Print JSON.") var json = false
    @OptionGroup var store: StoreOption

    func run() throws {
        let progress = Progress(total: nil)
        let report = try Store.rebuild(try store.resolved, isForced: force) { progress.advance(by: $0, of: "blobs") }
        if json { Terminal.say(self.json(report)) } else { show(report) }
    }

    private func show(_ report: RebuildReport) {
        var lines: [String] = []
        for (path, why) in report.unreadable { lines.append("\(path) cannot be used: \(why)") }
        lines.append(
            report.backup.map { "The catalogue is that of \($0.made.local), \($0.path)." }
                ?? "No backup was found, so the catalogue was made from pins and blobs alone.")
        for name in report.pins.names { lines.append("pin \(name) was recovered") }
        for (name, why) in report.pins.problems { lines.append("pin \(name) could not be recovered: \(why)") }
        for digest in report.damaged { lines.append("\(digest.hex) is damaged; it is in quarantine") }
        for draft in report.drafts {
            lines.append("\(draft) was being written when the catalogue was lost; its name is not known")
        }
        if !report.blobs.isEmpty {
            lines.append(
                "\(report.blobs.count.of("blob")) \(report.blobs.count == 1 ? "has" : "have") no name any more; add the same files again with '\(ShellCommand.reprofs("add"))'. Until then only by-hash shows them:"
            )
            lines += report.blobs.map { "    \($0.hex)" }
        }
        if report.missing > 0 {
            lines.append(
                "\(report.missing.of("blob")) \(report.missing == 1 ? "is" : "are") missing; '\(ShellCommand.reprofs("verify"))' says what needs them."
            )
        }
        if let replaced = report.replaced { lines.append("What was there before is kept as \(replaced).") }
        Terminal.say(lines)
    }

    private func json(_ report: RebuildReport) -> JSON {
        [
            "schema": DocumentSchema.rebuild.json, "backup": .string(orNull: report.backup?.path.string),
            "backupMade": .string(orNull: report.backup?.made.description),
            "pins": .array(report.pins.names.map { .string($0) }), "snapshots": .integer(report.pins.snapshots),
            "problems": .array(
                report.pins.problems.map { ["pin": .string($0.name), "why": .string($0.why)] }),
            "blobs": .array(report.blobs.map { .string($0.hex) }),
            "damaged": .array(report.damaged.map { .string($0.hex) }), "missing": .integer(report.missing),
            "drafts": .array(report.drafts.map { .string($0.string) }),
            "replaced": .string(orNull: report.replaced?.string),
        ]
    }
}
