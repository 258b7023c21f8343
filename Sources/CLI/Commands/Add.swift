import ArgumentParser
import Glibc
import Recipe
import ReproFS
import Store
import SystemPackage

struct AddCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Put models into the store.",
        discussion: """
            A models directory is added with its folders, a single file into the folder that you name. Bytes are shared \
            with the source where the filesystem can (reflink), else copied; the source is never changed or moved. \
            Adding the same bytes again adds nothing; other bytes under a name make its next version.
            """)

    @Argument(help: "A ComfyUI models directory, one of its folders, or files.", completion: .file())
    var paths: [String]

    @Option(help: "The folder that files belong to, as in 'checkpoints' or 'loras/style'.", completion: Offers.folder)
    var folder: String?

    @Flag(help: "Copy even where blocks could be shared.")
    var copy = false

    @Flag(help: "Share blocks or fail; never copy.")
    var reflink = false

    @Flag(
        name: .customLong("move"),
        help:
            "Move whole models directories into the store, without copying files that only you own on its file system."
    )
    var isMove = false

    @Flag(name: .shortAndLong, help: "Name each model, even if there are many.") var verbose = false

    @Flag(help: "After --move: mount the models in the directory's place.")
    var mountHere = false

    @OptionGroup var store: StoreOption

    func validate() throws {
        if isMove && (copy || reflink || folder != nil) {
            throw ValidationError("--move excludes --copy, --reflink and --folder")
        }
        if mountHere && (!isMove || paths.count != 1) {
            throw ValidationError("--mount-here needs --move and one directory")
        }
        if copy && reflink { throw ValidationError("--copy and --reflink exclude each other") }
    }

    func run() throws {
        if isMove { return try move() }
        let interrupts = Interrupts.ending
        defer { withExtendedLifetime(interrupts) {} }
        let store = try store.openOrMake()
        let target = try folder.map { try Naming(store).folder($0) }
        let plan = try store.plan(adding: try paths.map { try Paths.absolute($0) }, folder: target)
        let progress = Progress(total: plan.size)
        var came: [(name: String, digest: Digest)] = []
        var counts = (added: 0, unchanged: 0, failed: plan.refused.count)
        for refusal in plan.refused { Terminal.complain("reprofs: \(refusal.path): \(refusal.reason)") }
        var results = Results([.left, .left, .right], isVerbose: verbose)
        // The results are printed even if the rest fails.
        defer { results.finish() }
        var done = 0
        for item in plan.items {
            defer {
                done += item.size
                progress.advance(to: done, of: "")
            }
            let name = "\(item.folder)/\(item.path)"
            do throws(StoreError) {
                let beside = SourceReading(item.open, size: item.size, store)
                let added = try store.addBytes(item, by: copy ? .copy : reflink ? .reflink : .reflinkOrCopy) {
                    progress.advance(by: $0, of: name)
                }
                try beside?.keep(as: added)
                if added.addition != .unchanged { came.append((name, added.digest)) }
                let origin = item.target.map { "  from \($0)" } ?? ""
                let size = item.size.asSize
                switch added.addition {
                case .unchanged: counts.unchanged += 1
                case .version(let number):
                    counts.added += 1
                    results.add("v\(number)", "", "\(size)", "\(name)\(origin)")
                case .returned(let number):
                    counts.added += 1
                    results.add("v\(number)", "again", "\(size)", "\(name)\(origin)")
                }
            } catch {
                Terminal.complain(error, of: name)
                counts.failed += 1
                // Every further file would fail in the same way.
                if case .noSpace = error { break }
            }
        }
        results.finish()
        try OtherHashes.read(store)
        for (name, digest) in came {
            guard let pickle = try store.blob(digest).flatMap({ try store.identity(of: $0) })?.pickle else { continue }
            Terminal.complain("\(name) is a pickle: \(pickle.warning)")
        }
        try Improvement.run(store)
        Terminal.say(summary(counts, skipped: plan.skipped))
        if counts.failed > 0 { throw counts.added + counts.unchanged > 0 ? ExitCode.someFailed : ExitCode.failure }
    }

    private func move() throws {
        // Every path is resolved before anything is moved.
        let directories = try paths.map { try Paths.located($0) }
        for (index, directory) in directories.enumerated() {
            guard Paths.isDirectory(directory) else {
                throw StoreError.conflict("\(directory) is not a directory; nothing was moved")
            }
            for other in directories[..<index] where directory.starts(with: other) || other.starts(with: directory) {
                throw ValidationError("\(directory) and \(other) lie in one another")
            }
        }
        let isComplete = try {
            let store = try self.store.openOrMake()
            if mountHere {
                try MountPoint.requireMountable(
                    try Paths.mountPoint(paths[0]), store: Paths.real(store.path) ?? store.path)
                try requireLease(store)
            }
            guard let plans = try Adoption.plan(directories, store) else {
                throw StoreError.conflict("nothing was moved, because a directory is taken over as a whole")
            }
            var isComplete = true
            for plan in plans where try !Adoption.run(plan, store) { isComplete = false }
            if !mountHere {
                try OtherHashes.read(store)
                try Improvement.run(store)
            }
            return isComplete
        }()
        guard isComplete else {
            if mountHere { Terminal.complain("reprofs: not mounted, because what was left behind would be hidden") }
            throw ExitCode.someFailed
        }
        guard mountHere else { return }
        let storePath = try self.store.resolved.string
        let arguments: [String] = ["reprofs", "mount", "--models-only", directories[0].string, "--store", storePath]
        let words = arguments.map { strdup($0) }
        defer { for word in words { free(word) } }
        Terminal.flush()
        var mount: pid_t = 0
        var status: CInt = posix_spawn(&mount, "/proc/self/exe", nil, nil, words + [nil], environ)
        if status == 0 { while waitpid(mount, &status, 0) < 0, errno == EINTR {} }
        guard status == 0 else {
            let again = ShellCommand.reprofs("mount --models-only", options: [("--store", storePath)], paths[0])
            let back = ShellCommand.reprofs("release", options: [("--store", storePath)], paths[0])
            Terminal.complain(
                "reprofs: everything was moved into the store \(storePath) and nothing is mounted at \(paths[0]).")
            Terminal.complain("To try the mount again: \(again)")
            Terminal.complain("To put everything back: \(back)")
            throw ExitCode.failure
        }
    }

    /// A mount in the directory's place has to be able to write there.
    private func requireLease(_ store: Store) throws {
        let lease = LiveView(store).lease
        guard try lease.take(serving: []) else {
            throw StoreError.conflict(
                """
                the models are written by \(lease.holder), so a mount here would be read-only; nothing was moved. \
                Move the models without --mount-here, end that mount, and mount both: \
                \(ShellCommand.reprofs("mount DIR", options: [("--models-at", paths[0])]))
                """)
        }
        lease.give()
    }

    private func summary(_ counts: (added: Int, unchanged: Int, failed: Int), skipped: Int) -> String {
        var parts = ["\(counts.added.grouped) added", "\(counts.unchanged.grouped) unchanged"]
        if counts.failed > 0 { parts.append("\(counts.failed.grouped) failed") }
        if skipped > 0 { parts.append("\(skipped.of("other file")) left out") }
        return parts.joined(separator: ", ") + "."
    }
}
