import ArgumentParser
import Reach
import Recipe
import Store

struct PushCommand: AnswersInJSON {
    static let configuration = CommandConfiguration(
        commandName: "push", abstract: "Bring snapshots with their models to a remote.",
        discussion: """
            A pin arrives under its name, and every snapshot under its id, as a manifest that skopeo, modctl and Docker read. \
            What the registry has is not sent again, and an upload that broke off goes on where it was. Without arguments, \
            every pin is pushed.
            """)
    @OptionGroup var remote: RemoteArgument
    @Argument(
        help: """
            Pins; images or ids of snapshots; models, as 'checkpoints/model.safetensors@v2', for every snapshot that was made \
            with them.
            """, completion: Offers.imageOrModel)
    var things: [String] = []
    @Flag(help: "Let a pin's name that the remote has for another snapshot go to this one.") var replace = false
    @Flag(help: "Print JSON.") var json = false
    @OptionGroup var store: StoreOption

    private struct Item {
        let text: String
        let snapshot: SnapshotRow
        let pin: NamedPin?
    }

    func run() throws {
        try things.forEach(Paths.requireText)
        let store = try store.open()
        let row = try remote.find(in: store)
        let line = TransferLine()
        let reaching = try Reaching(store, row) { line.show($0) }
        try reaching.requireWritable()
        // Every name is resolved before anything is done.
        let items = try things.isEmpty ? pins(of: store) : things.flatMap { try named($0, store) }
        let replaces = replace
        var (reports, failures): ([PushReport], Failures) = ([], Failures())
        for item in items {
            do {
                let report = try moving {
                    try await reaching.push(item.snapshot, pin: item.pin, replaces: replaces)
                }
                reports.append(report)
                if !json { show(report, row, item.pin) }
            } catch { try failures.add(error, of: item.text) }
        }
        if json {
            Terminal.say([
                "schema": DocumentSchema.push.json, "remote": .string(row.name),
                "snapshots": .array(reports.map(\.json)),
                "failed": failures.json,
            ])
        } else if items.isEmpty {
            Terminal.complain("No snapshot has a name; give one with '\(ShellCommand.reprofs("pin"))'.")
        }
        try failures.end(
            done: reports.count,
            isComplete: reports.allSatisfy { $0.lost.isEmpty && $0.overtaken.isEmpty && $0.damaged.isEmpty })
    }

    private func pins(of store: Store) throws -> [Item] {
        try store.pins(after: 0, limit: Int(Int32.max)).compactMap { pin in
            try store.snapshot(named: pin.snapshot).map { Item(text: pin.name.text, snapshot: $0, pin: pin) }
        }
    }

    private func named(_ text: String, _ store: Store) throws -> [Item] {
        let naming = Naming(store)
        switch try naming.imageOrModel(text) {
        case .image(let found):
            guard let row = try store.snapshot(found.snapshot) else { throw StoreError.notFound("the snapshot") }
            let pin = try found.file == nil ? store.pin(named: text) : nil
            return [Item(text: text, snapshot: row, pin: pin?.snapshotID == row.digest ? pin : nil)]
        case .model:
            let version = try naming.version(text)
            let rows = try store.snapshots(pinning: version.sha256)
            guard !rows.isEmpty else {
                throw CommandFailure(
                    "no image has a snapshot that was made with \(version.fullName)@v\(version.number), so nothing of it can be pushed"
                )
            }
            return rows.map { Item(text: "\($0.short)", snapshot: $0, pin: nil) }
        }
    }

    private func show(_ report: PushReport, _ remote: RemoteRow, _ pin: NamedPin?) {
        let name = pin.map { "\($0.name), " } ?? ""
        var done = [report.sent > 0 ? "\(report.sent.of("file")) sent, \(report.bytes.asSize)" : "nothing to send"]
        if report.mounted > 0 { done.append("\(report.mounted.grouped) taken over from another repository") }
        if report.kept > 0 { done.append("\(report.kept.grouped) there already") }
        Terminal.say("\(name)\(report.snapshot.hex.prefix(12)) of \(report.image): \(done.joined(separator: "; ")).")
        if let replaced = report.replaced {
            Terminal.complain("It took the name from \(replaced.hex.prefix(12)), which is still there under its id.")
        }
        for digest in report.wrong {
            Terminal.complain(
                "\(remote.name) had sha256:\(digest.hex) with another length; it was sent again, which not every registry takes: "
                    + "look with \(ShellCommand.reprofs("remote check", remote.name))")
        }
        for digest in report.damaged {
            Terminal.complain(
                "\(remote.name) has sha256:\(digest.hex) with the right length, but its bytes were wrong when they were read there. "
                    + "A push brings it again once the registry has deleted that blob and collected its garbage; whether it is right "
                    + "now is told by: \(ShellCommand.reprofs("remote check --all", remote.name))")
        }
        for name in report.overtaken {
            Terminal.complain(
                "'\(name)' was given to another manifest by somebody else at the same time; push it again.")
        }
        for path in report.lost { Terminal.complain("\(path): its bytes are not here, so they were not sent") }
    }
}

extension PushReport {
    fileprivate var json: JSON {
        [
            "snapshot": .string(snapshot.hex), "image": .string(image), "manifest": .string(manifest.hex),
            "tags": .array(tags.map { .string($0) }), "sent": .integer(sent), "bytes": .integer(bytes),
            "mounted": .integer(mounted), "kept": .integer(kept), "wrong": .array(wrong.map { .string($0.hex) }),
            "damaged": .array(damaged.map { .string($0.hex) }),
            "lost": .array(lost.map { .string($0) }), "replaced": .string(orNull: replaced?.hex),
            "overtaken": .array(overtaken.map { .string($0) }),
        ]
    }
}
