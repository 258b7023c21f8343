import ArgumentParser
import Reach
import Recipe
import Store

struct PullCommand: AnswersInJSON {
    static let configuration = CommandConfiguration(
        commandName: "pull", abstract: "Bring snapshots with their models from a remote.",
        discussion: """
            Every byte is compared with its hash before it is used, and what came stays if the rest does not: the next pull goes \
            on. Models come under their names, as the next version where a name holds something else. Without arguments, every \
            pin there is pulled; what other programs put there is passed over. With --lazy large models stay there until a mount's \
            by-snapshot/ID/models is read: there is no pin then, and they get no names in models/.
            """)
    @OptionGroup var remote: RemoteArgument
    @Argument(
        help: """
            Names of pins there, ids of snapshots, files of images or their SHA-256, or the digest of a manifest as sha256:….
            """)
    var things: [String] = []
    @Option(name: .customLong("as"), help: "The pin that it gets here; a pin keeps its name, others get none.")
    var name: String?
    @Flag(help: "Leave large models at the remote; a mount brings them, piece by piece, when they are read.") var lazy =
        false
    @Flag(help: "Print JSON.") var json = false
    @OptionGroup var store: StoreOption

    func validate() throws {
        guard name == nil || things.count == 1 else { throw ValidationError("--as goes with one snapshot") }
        guard name == nil || !lazy else {
            throw ValidationError("--as does not go with --lazy: a pin promises that all bytes are here")
        }
    }

    func run() throws {
        let store = try store.open()
        // Every argument is understood before anything is done.
        var wanted = try things.map { ($0, try reference($0, store)) }
        let row = try remote.find(in: store)
        let line = TransferLine()
        let reaching = try Reaching(store, row) { line.show($0) }
        if things.isEmpty { wanted = try moving { try await reaching.pins() }.map { ($0, .pin($0)) } }
        var (reports, failures): ([PullReport], Failures) = ([], Failures())
        for (text, reference) in wanted {
            do {
                var own: String?
                if case .pin(let pin) = reference { own = pin }
                let target = name ?? own
                let report = try moving { try await reaching.pull(reference, as: target, isLazy: lazy) }
                reports.append(report)
                // Tomorrow the tag may lead to another snapshot.
                if let before = report.before, let tag = report.tag {
                    Terminal.complain(
                        "'\(tag)' at \(row.name) stood for sha256:\(before.manifest.hex) on \(before.time.local) and stands for "
                            + "sha256:\(report.manifest.hex) now.")
                }
                if !json { show(report, row) }
            } catch ReachError.anotherKind where things.isEmpty {
                continue
            } catch { try failures.add(error, of: text) }
        }
        if json {
            Terminal.say([
                "schema": DocumentSchema.pull.json, "remote": .string(row.name),
                "snapshots": .array(reports.map(\.json)),
                "failed": failures.json,
            ])
        } else if reports.isEmpty && failures.list.isEmpty {
            Terminal.complain("\(row.name) has no pins.")
        }
        try failures.end(done: reports.count, isComplete: reports.allSatisfy { $0.lost.isEmpty && $0.problems.isEmpty })
    }

    /// As everywhere, an existing file is never taken for another thing of its name.
    private func reference(_ text: String, _ store: Store) throws -> PullReference {
        if let image = try Naming(store).imageFile(text) { return .image(image, text) }
        guard let reference = PullReference(text) else {
            throw ValidationError("'\(text)' is not a file, the name of a pin, the id of a snapshot or a digest")
        }
        return reference
    }

    private func show(_ report: PullReport, _ remote: RemoteRow) {
        let name = report.pin.map { "\($0), " } ?? ""
        let here = report.kept > 0 ? "; \(report.kept.grouped) here already" : ""
        let came =
            report.fetched > 0 ? "\(report.fetched.of("file")) fetched, \(report.bytes.asSize)" : "nothing to fetch"
        let left =
            report.left.count > 0
            ? "; \(report.left.count.of("file")), \(report.left.bytes.asSize), left until read" : ""
        Terminal.say("\(name)\(report.snapshot.hex.prefix(12)) of \(report.image): \(came)\(here)\(left).")
        Terminal.say("  manifest sha256:\(report.manifest.hex)")
        for path in report.lost { Terminal.complain("\(path): its bytes are not at \(remote.name) either") }
        for problem in report.problems { Terminal.complain(problem) }
    }
}

extension PullReport {
    fileprivate var json: JSON {
        [
            "snapshot": .string(snapshot.hex), "image": .string(image), "manifest": .string(manifest.hex),
            "pin": .string(orNull: pin), "new": .bool(isNew), "fetched": .integer(fetched), "bytes": .integer(bytes),
            "kept": .integer(kept), "left": ["count": .integer(left.count), "bytes": .integer(left.bytes)],
            "lost": .array(lost.map { .string($0) }),
            "problems": .array(problems.map { .string($0) }), "before": .string(orNull: before?.manifest.hex),
        ]
    }
}
