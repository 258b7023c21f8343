import ArgumentParser
import Reach
import Recipe
import Store
import SystemPackage

struct RemoteCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remote",
        abstract: "Give registries' repositories and other stores names, and look after what is there.",
        subcommands: [RemoteAdd.self, RemoteList.self, RemoteCheck.self, RemoteRemove.self])
}

struct RemoteAdd: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Give a repository of an OCI registry, or a store behind a web server, a name.",
        discussion: """
            A store behind a web server can be read, but nothing is pushed to it. Passwords are where 'docker login' and 'skopeo \
            login' keep them; the store has none. Without --plain-http another machine is spoken to with TLS alone. A remote that does \
            not answer now gets its name, too, with a warning.
            """)
    @Argument(help: "Letters, digits, '.', '_' and '-'.") var name: String
    @Argument(
        help: "oci://HOST[:PORT]/PATH of a registry, or https://HOST[:PORT]/PATH where a web server shows a store.")
    var url: String
    @Option(help: "A file with the certificate of an authority that only this remote needs.", completion: .file())
    var ca: String?
    @Flag(name: .customLong("plain-http"), help: "Speak to it without TLS, and send it no password.")
    var plainHTTP = false
    @Option(help: "The largest blob that it takes: 9G. A larger file is kept there in parts.")
    var maxBlob: ByteCount?
    @Option(help: "How much is sent in one request at most: 64M.") var chunk: ByteCount?
    @Option(help: "How many requests are made at a time: 8.") var connections: Int?
    @OptionGroup var store: StoreOption

    func validate() throws {
        if let chunk, !RemoteFacts.chunks.contains(chunk.bytes) { throw ValidationError("--chunk takes 1M to 1G") }
        if let maxBlob, !RemoteFacts.blobLimits.contains(maxBlob.bytes) {
            throw ValidationError("--max-blob takes 1M or more")
        }
        if url.hasPrefix("http"), maxBlob != nil || chunk != nil {
            throw ValidationError("--max-blob and --chunk are for pushing, and nothing is pushed to a web server")
        }
        if url.hasPrefix("https:"), plainHTTP { throw ValidationError("--plain-http goes with http://, not https://") }
        if let connections, !RemoteFacts.connectionCounts.contains(connections) {
            throw ValidationError("--connections takes 1 to 64")
        }
    }

    func run() throws {
        for text in [name, url] { try Paths.requireText(text) }
        let store = try store.open()
        var facts = RemoteFacts()
        facts.ca = try ca.map { try Paths.absolute($0).string }
        facts.plainHTTP = plainHTTP
        facts.maxBlob = maxBlob?.bytes
        facts.chunk = chunk?.bytes
        facts.connections = connections
        let (name, url, all) = (name, url, facts)
        let problem = try moving { try await Reaching.add(name, url, all, to: store) }
        guard let remote = try store.remote(named: name) else { throw StoreError.notFound("the remote '\(name)'") }
        Terminal.say("\(remote.name) is \(remote.url).")
        if let problem {
            Terminal.complain(
                """
                \(problem). It has its name all the same; if the address is wrong, take it away: \
                \(ShellCommand.reprofs("remote remove", remote.name))
                """)
        }
    }
}

struct RemoteList: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List every remote.")
    @Flag(help: "Print JSON.") var json = false
    @OptionGroup var store: StoreOption

    func run() throws {
        var table = Table([.left, .right, .left], asJSON: json, of: .listedRemote)
        for remote in try store.openToRead().remotes() {
            table.row(
                "\(remote.name)", "\(remote.blobs.of("blob")), \(remote.bytes.asSize)",
                "\(remote.proven.grouped) read there\(remote.lost > 0 ? ", \(remote.lost.grouped) lost there" : "")",
                "\(remote.url)",
                json: [
                    "name": .string(remote.name), "url": .string(remote.url), "blobs": .integer(remote.blobs),
                    "bytes": .integer(remote.bytes), "proven": .integer(remote.proven), "lost": .integer(remote.lost),
                ])
        }
        table.finish(empty: "There is no remote; '\(ShellCommand.reprofs("remote add"))' gives one a name.")
    }
}

struct RemoteCheck: AnswersInJSON {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Ask a remote for everything that was brought there, and read some of it.",
        discussion: """
            A registry's word proves nothing about bytes; --all reads all of them. Exit code 2 when something is not there, is \
            not what it was, or cannot be read. What was found to be wrong is named until all of it is read and right, or a push \
            brings it again.
            """)
    @OptionGroup var remote: RemoteArgument
    @Option(help: "Read this percentage of it, chosen at random.") var sample: Int?
    @Flag(help: "Read all of it.") var all = false
    @Flag(help: "Print JSON.") var json = false
    @OptionGroup var store: StoreOption

    func validate() throws {
        if let sample, !(1...100).contains(sample) { throw ValidationError("--sample takes 1 to 100") }
        if sample != nil && all { throw ValidationError("--sample and --all exclude each other") }
    }

    func run() throws {
        let store = try store.open()
        let row = try remote.find(in: store)
        let line = TransferLine()
        let reaching = try Reaching(store, row) { line.show($0) }
        let depth: Reaching.CheckDepth = all ? .all : sample.map { .sample($0) } ?? .lengths
        let report = try moving { try await reaching.check(depth) }
        if json {
            Terminal.say([
                "schema": DocumentSchema.remoteCheck.json, "remote": .string(row.name), "blobs": .integer(report.blobs),
                "read": .integer(report.read), "proven": .integer(report.proven),
                "losses": .array(
                    report.losses.map { loss in
                        [
                            "sha256": .string(loss.blob.content.digest.hex), "gone": .bool(loss.isGone),
                            "here": .bool(loss.isHere), "models": .array(loss.blob.models.map { .string($0) }),
                        ]
                    }),
                "unread": .array(
                    report.unread.map { unread in
                        [
                            "sha256": .string(unread.blob.content.digest.hex), "problem": .string(unread.problem),
                            "here": .bool(unread.isHere), "models": .array(unread.blob.models.map { .string($0) }),
                        ]
                    }),
            ])
        } else {
            for loss in report.losses {
                let state = loss.isGone ? "gone" : "damaged"
                Terminal.say(
                    "\(state)  \(loss.blob.content.digest.hex)  \(loss.isHere ? "is here" : "is nowhere else known")")
                for model in loss.blob.models { Terminal.say("    model \(model)") }
            }
            for unread in report.unread {
                Terminal.say(
                    "could not be read  \(unread.blob.content.digest.hex)  \(unread.isHere ? "is here" : "is nowhere else known")"
                )
                Terminal.say("    \(unread.problem)")
                for model in unread.blob.models { Terminal.say("    model \(model)") }
            }
            let open = report.unread.isEmpty ? "" : ", \(report.unread.count.grouped) could not be read"
            let read = report.read > 0 ? ", \(report.read.asSize) read" : ""
            Terminal.say(
                "\(row.name): \(report.blobs.of("blob"))\(read); \(report.losses.isEmpty ? "nothing is lost" : "\(report.losses.count.grouped) lost")\(open)."
            )
        }
        if !report.losses.isEmpty || !report.unread.isEmpty { throw ExitCode.someFailed }
    }
}

struct RemoteRemove: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Forget a remote; nothing changes there.",
        discussion: "A remote that alone has bytes which are not here is kept; 'fetch' brings them back.")
    @OptionGroup var remote: RemoteArgument
    @Flag(help: "Forget it all the same; such bytes come back once it has a name again.") var force = false
    @OptionGroup var store: StoreOption

    func run() throws {
        let store = try store.open()
        let row = try remote.find(in: store)
        try store.removeRemote(row, isForced: force)
        Terminal.say("\(row.name) (\(row.url)) is forgotten here; what is there stays.")
    }
}
