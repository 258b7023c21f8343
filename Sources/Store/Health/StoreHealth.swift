package import Recipe
import SystemPackage

/// The state of a store's health at one moment: what it holds, what it lost, and how it is mounted.
package struct StoreHealth: Sendable {
    package let path: String
    package let counts: Store.Counts
    package let usage: StoreUsage
    package let parts: [Part]
    package let free: Int
    package let growth: Growth?
    /// Images that something came for which makes their snapshots better.
    package let waiting: Int
    package let verification: Store.VerificationState
    /// The names of versions whose bytes are lost, up to a limit, and how many there are.
    package let lostModels: (names: [String], count: Int)
    /// The remotes that have lost bytes, each with the names of some versions.
    package let lostModelsAt: [(remote: String, names: [String])]
    /// The same of bytes that are at remotes, from where a mount brings them.
    package let modelsElsewhere: [(remote: String, names: [String])]
    /// The remotes, and what is known to be there.
    package let remotes: [RemoteRow]
    /// Blobs that come from remotes when they are read, their bytes, and how many of those are here.
    package let elsewhere: (blobs: Int, bytes: Int, present: Int)
    package let backup: Timestamp?
    /// What each mount reports about itself; nil if it gave no answer.
    package let mounts: [(row: MountRow, status: JSON?)]
    /// Of mounts that gave no answer because they were unmounted: who still has a copy, in words, by the mount's process.
    private let copies: [Int32: String]
    /// Mounts that the kernel still lists although no process serves them.
    package let deadMounts: [String]

    /// Asks the mounts; the store itself cannot.
    package struct Mounts: Sendable {
        let status: @Sendable (String) -> JSON?
        let places: @Sendable () -> [String]
        let copies: @Sendable (Int32, [String]) -> String?

        /// `status` is what the mount at a path reports about itself; `places` are all mounts of this store that the kernel lists. `copies`
        /// says who has a mount of a process beside those at the given paths.
        package init(
            status: @escaping @Sendable (String) -> JSON?, places: @escaping @Sendable () -> [String],
            copies: @escaping @Sendable (Int32, [String]) -> String?
        ) {
            self.status = status
            self.places = places
            self.copies = copies
        }
    }

    package init(_ store: Store, asking mounts: Mounts) throws(StoreError) {
        path = store.path.string
        counts = try store.counts()
        usage = try store.usage()
        parts = try store.parts()
        free = try store.freeBytes
        growth = try store.growth()
        waiting = try store.countImprovable()
        verification = try store.verificationState()
        lostModels = try store.lostModels(limit: Self.mostLost)
        remotes = try store.remotes()
        elsewhere = try store.elsewhere()
        func models(_ count: Int, _ state: String) throws(StoreError) -> [(remote: String, names: [String])] {
            count > 0 ? try store.remotesOfModels(state, limit: Self.mostNamed) : []
        }
        lostModelsAt = try models(verification.damaged, Blob.isLost)
        modelsElsewhere = try models(elsewhere.blobs, Blob.isElsewhere)
        backup = try store.backups().first?.made
        let rows = try store.mounts()
        let answers = rows.map { (row: $0, status: mounts.status($0.path)) }
        self.mounts = answers
        let places = mounts.places()
        deadMounts = places.filter { place in
            !rows.contains { $0.path == place } && mounts.status(place) == nil
        }
        let answering = answers.filter { $0.status != nil }.map(\.row.path)
        let unmounted = answers.filter { $0.status == nil && !places.contains($0.row.path) }.map(\.row.pid)
        copies = unmounted.reduce(into: [:]) { $0[$1] = mounts.copies($1, answering) }
    }

    /// One finding, with the name of what it is about.
    package struct Finding: Sendable {
        package let label: String
        package let text: String
        /// The command that helps, to be copied into a shell; nil if nothing is wrong, or if the text names it.
        package var command: String?
        /// Whether somebody should do something.
        package var isProblem = false
        /// Whether it continues the finding before it.
        package var isMore = false

        init(
            _ label: String, _ text: String, command: String? = nil, isProblem: Bool = false, isMore: Bool = false
        ) {
            self.label = label
            self.text = text
            self.command = command
            self.isProblem = isProblem
            self.isMore = isMore
        }
    }

    private static let mostParts = 10
    private static let mostLost = 1000
    /// How many items a sentence names.
    private static let mostNamed = 3

    /// All findings, as sentences.
    package var findings: [Finding] {
        var findings = [
            Finding("Store", "\(path), \(usage.blobs.asSize) in \(counts.blobs.of("blob")), \(free.asSize) free"),
            Finding(
                "Models",
                "\(counts.models.grouped) with \(counts.versions.of("version")); \(usage.superseded.asSize) neither live nor in a snapshot"
            ),
            Finding(
                "Images",
                "\(counts.images.grouped) with \(counts.snapshots.of("snapshot"))"
                    + (waiting > 0 ? "; models have come that make \(waiting.grouped) of them better" : "")),
        ]
        if let warning = growth?.warning(free: free) { findings.append(.init("Room", warning, isProblem: true)) }
        if let read = verification.newest {
            findings.append(.init("Read again", "\(read.local) last; \(verification.unchecked.of("blob")) not yet"))
        }
        if verification.damaged > 0 {
            findings.append(
                .init(
                    "Lost", lossText, command: ShellCommand.reprofs("verify --repair --from DIR"),
                    isProblem: true))
        }
        for (remote, names) in lostModelsAt {
            findings.append(
                .init(
                    "Lost", "\(remote) has bytes that are lost here; bring them back with",
                    command: ShellCommand.reprofs("fetch", options: [("--from", remote)], names: names),
                    isProblem: true, isMore: true))
        }
        findings += remotes.map { remote in
            let lost = remote.lost > 0 ? "; \(remote.lost.grouped) that it had are lost there: look with" : ""
            return Finding(
                "Remote",
                "\(remote.name) has \(remote.blobs.of("blob")), \(remote.bytes.asSize); \(remote.proven.grouped) were read there and right\(lost)",
                command: remote.lost > 0 ? ShellCommand.reprofs("remote check --all", remote.name) : nil,
                isProblem: remote.lost > 0)
        }
        if elsewhere.blobs > 0 {
            findings.append(
                .init(
                    "Elsewhere",
                    """
                    \(elsewhere.blobs.of("blob")) of \(elsewhere.bytes.asSize), of which \(elsewhere.present.asSize) are here; the rest \
                    comes from remotes when it is read in a mount
                    """))
            findings += modelsElsewhere.map { remote, names in
                Finding(
                    "Elsewhere", "\(remote) has models that are not here; bring them with",
                    command: ShellCommand.reprofs("fetch", options: [("--from", remote)], names: names), isMore: true)
            }
        }
        if let backup { findings.append(.init("Backup", "of the catalogue \(backup.local)")) }
        if usage.drafts > 0 {
            findings.append(.init("Drafts", "\(usage.drafts.asSize) in files that are not versions"))
        }
        for part in parts.prefix(Self.mostParts) {
            findings.append(.init("Not whole", "models/\(part.path): \(part.reason)", isProblem: true))
        }
        if parts.count > Self.mostParts {
            findings.append(
                .init("Not whole", "and \(parts.count - Self.mostParts) more", isProblem: true, isMore: true))
        }
        for place in deadMounts {
            findings.append(
                .init(
                    "Dead mount", "\(place): its process has ended; remove it with",
                    command: ShellCommand.reprofs("unmount", place), isProblem: true))
        }
        if mounts.isEmpty, deadMounts.isEmpty {
            findings.append(.init("Mounts", "none; '\(ShellCommand.reprofs("mount DIR"))' makes one"))
        }
        return findings + mounts.flatMap { Self.findings(of: $0, $1, copies: copies[$0.pid]) }
    }

    /// What lost bytes mean for somebody who knows models by their names.
    private var lossText: String {
        let (names, count) = (lostModels.names.prefix(Self.mostNamed), lostModels.count)
        let more = count > names.count ? " and \((count - names.count).grouped) more" : ""
        let whose = names.isEmpty ? "" : ", of " + names.joined(separator: ", ") + more
        return "the bytes of \(verification.damaged.of("blob"))\(whose); look for them in DIR with"
    }

    /// What a mount reports about itself; nil if it does not answer.
    private static func findings(of row: MountRow, _ status: JSON?, copies: String?) -> [Finding] {
        var findings = [Finding("Mount", "\(row.path), process \(row.pid)")]
        func add(_ text: String, command: String? = nil, isProblem: Bool = false) {
            findings.append(Finding("Mount", text, command: command, isProblem: isProblem, isMore: true))
        }
        if let copies {
            add("it is unmounted, but its process still serves it: \(copies)", isProblem: true)
            return findings
        }
        guard let status else {
            add(
                "it does not answer; end it with", command: ShellCommand.reprofs("unmount", row.path),
                isProblem: true)
            return findings
        }
        if let why = status["models"]?["readOnly"]?.string { add(why, isProblem: true) }
        if let problem = status["models"]?["problem"]?.string {
            add("models/ makes no versions: \(problem)", isProblem: true)
        }
        for delay in status["delays"]?.array ?? [] {
            add(
                """
                \(delay["what"]?.string ?? "something") has been at work for \
                \(delay["seconds"]?.number?.int ?? 0) s; it waits for \(delay["waitsFor"]?.string ?? "")
                """, isProblem: true)
        }
        let passthrough = status["passthrough"]
        if passthrough?["on"] == true {
            let helper = passthrough?["helper"]?["used"] == true ? ", by way of the helper reprofs-backing" : ""
            add("the kernel reads models by itself\(helper)")
        } else {
            add("the kernel does not read models by itself: \(passthrough?["why"]?.string ?? "unknown")")
            if let advice = passthrough?["advice"]?.string { add("to change that: \(advice)") }
        }
        if let lazy = status["lazy"] {
            let files = lazy["files"]?.array ?? []
            if lazy["on"] == false { add("it asks no remote") }
            for file in files {
                func number(_ name: String) -> Int { file[name]?.number?.int ?? 0 }
                let waiting = number("waiting") > 0 ? "; \(number("waiting").of("request")) wait for more" : ""
                add(
                    """
                    \(file["sha256"]?.string?.prefix(12) ?? "") is read from a remote, \(number("present").asSize) of \
                    \(number("size").asSize) are here\(waiting)
                    """)
            }
        }
        if let view = status["active"]?["view"]?.string { add("active/models shows \(view)") }
        return findings
    }
}
