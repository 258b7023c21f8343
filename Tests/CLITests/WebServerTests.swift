import Dispatch
import Foundation
import Recipe
import Support
import Synchronization
import SystemPackage
import Testing

/// The built program, and stores that Debian's nginx shows as `packaging/nginx` has it.
@Suite(.serialized, .timeLimit(.minutes(20))) struct `Behind a web server` {
    let here: CommandLineFixture
    let there: CommandLineFixture

    init() throws {
        here = try CommandLineFixture()
        there = try CommandLineFixture()
        for line in [here, there] { try #require(try line.run("init").status == 0) }
    }

    private func show(_ certificate: TestCertificate? = nil, users: FilePath? = nil) throws -> Nginx {
        try Nginx(
            showing: here.store, in: here.directory.appending("nginx"), certificate: certificate, users: users)
    }

    private func connect(_ server: Nginx) throws {
        let added = try there.run("remote", "add", "web", "http://localhost:\(server.port)/store")
        try #require(added.status == 0, "\(added.complaint)")
    }

    /// What a recipe says, but for what each store knows for itself.
    private func recipe(_ line: CommandLineFixture, _ words: String...) throws -> String {
        let outcome = try line.run(["recipe", "--json"] + words)
        try #require(outcome.status == 0, "\(outcome.complaint)")
        return outcome.output
    }

    /// > A web server can show a store's directory, which is an OCI layout. `remote add NAME https://…` makes it a remote for `pull`, `fetch`
    /// > and `remote check`; nothing can be pushed to it. A snapshot there is found by its pin, and by its id or its image if `index.json`
    /// > names them, as it does since 0.3.0. Only `index.json` and `blobs/` are ever asked for. A manifest of another snapshot than the one for
    /// > which `index.json` gives it is refused.
    @Test func `what is pinned is pulled by its pin, its id, its image and its manifest, and nothing is pushed`() throws
    {
        let id = try here.pinImage()
        let certificate = try TestCertificate(in: here.directory.path)
        let server = try show(certificate)
        let url = "https://localhost:\(server.port)/store"
        let untrusted = try there.run("remote", "add", "web", url)
        #expect(untrusted.status == 1 && untrusted.complaint.contains("--ca"), "\(untrusted.complaint)")
        let added = try there.run("remote", "add", "web", url, "--ca", certificate.authority.string)
        try #require(added.status == 0, "\(added.complaint)")
        let whole = try there.run("pull", "web", "--json")
        #expect(whole.status == 0, "\(whole.complaint)")
        let pulled = try #require(whole.json?["snapshots"]?.array?.first)
        #expect(pulled["pin"] == "cover" && pulled["new"] == true)
        #expect(try recipe(here, "cover") == recipe(there, "cover"))
        let snapshot = try #require(pulled["snapshot"]?.string)
        let manifest = try #require(pulled["manifest"]?.string)
        let image = try #require(try here.run("recipe", id, "--json").json?["image"]?["sha256"]?.string)
        for name in [id, snapshot, image, try here.copyImage().string, "sha256:" + manifest] {
            let again = try there.run("pull", "web", name, "--json")
            #expect(again.status == 0, "\(name): \(again.complaint)")
            #expect(again.json?["snapshots"]?.array?.first?["snapshot"] == .string(snapshot), "\(name)")
        }
        let checked = try there.run("remote", "check", "web", "--all", "--json")
        #expect(checked.status == 0, "\(checked.output)\(checked.complaint)")
        #expect(checked.json?["proven"] == checked.json?["blobs"])
        let pushed = try there.run("push", "web", "cover")
        #expect(
            pushed.status == 1 && pushed.complaint.contains("nothing can be pushed to \(url)"), "\(pushed.complaint)")
    }

    @Test func `it is shown as far as it is a layout, under its own name, and only read`() async throws {
        _ = try here.pinImage()
        let server = try show()
        let browser = PageClient(port: Int(server.port), token: "")
        func get(_ path: String, _ fields: String..., method: String = "GET") async throws -> PageClient.Answer {
            try await browser.send(method, path, ["Host: \(Nginx.name)"] + fields)
        }
        #expect(try await get("/store/index.json").body == Array(here.contents("index.json")))
        let blob = "/store/blobs/sha256/" + LargeModel.digest.hex
        let part = try await get(blob, "Range: bytes=1000000-1000099")
        #expect(part.status == 206 && part.body == Array(LargeModel.bytes[1_000_000..<1_000_100]))
        #expect(try await get(blob, method: "HEAD").fields["content-length"] == "\(LargeModel.bytes.count)")
        let hidden = try FileManager.default.contentsOfDirectory(atPath: here.store.string).filter {
            !["index.json", "oci-layout"].contains($0)
        }
        #expect(hidden.contains("catalogue.sqlite"))
        let ways = hidden + ["blobs/sha256", "blobs/../catalogue.sqlite", "blobs/sha256/..%2f..%2fcatalogue.sqlite"]
        for path in ways.flatMap({ ["/store/\($0)", "/store/\($0)/"] }) + ["/", "/store/", "/catalogue.sqlite"] {
            #expect(try await get(path).status == 404, "\(path)")
        }
        for method in ["PUT", "POST", "DELETE"] {
            #expect(try await get("/store/index.json", method: method).status == 403)
        }
        // Nobody gets in by a link that was put into the store.
        let link = here.store.appending("blobs/sha256/" + SmallModel.digest(seed: 404).hex).string
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "/etc/passwd")
        #expect(try await get("/store/blobs/sha256/" + SmallModel.digest(seed: 404).hex).status == 403)
        let other = try await browser.send("GET", "/store/index.json", ["Host: attacker.example"])
        #expect(other.status == 421)
    }

    @Test func `a login is given as for a registry`() throws {
        _ = try here.pinImage()
        let users = try here.directory.write(Array(DockerRegistry.line.utf8), to: "htpasswd")
        let server = try show(users: users)
        let url = "http://localhost:\(server.port)/store"
        let config = there.directory.appending("docker").string
        func add() throws -> CommandLineFixture.Outcome {
            try there.run(
                tool: CommandLineFixture.executable, ["remote", "add", "web", url],
                environment: ["REPROFS_STORE": there.store.string, "DOCKER_CONFIG": config])
        }
        let refused = try add()
        #expect(refused.status == 1 && refused.complaint.contains("it wants a login"), "\(refused.complaint)")
        let skopeo = "/usr/bin/skopeo"
        guard FileManager.default.isExecutableFile(atPath: skopeo) else { try Test.cancel("skipped: no skopeo") }
        try FileManager.default.createDirectory(atPath: config, withIntermediateDirectories: true)
        let login = try there.run(
            tool: skopeo,
            [
                "login", "--tls-verify=false", "--authfile", config + "/config.json", "-u", DockerRegistry.user, "-p",
                DockerRegistry.password, "localhost:\(server.port)",
            ])
        try #require(login.status == 0, "\(login.complaint)")
        let added = try add()
        #expect(added.status == 0, "\(added.complaint)")
    }

    @Test func `its index is whole at every moment while pins come and go`() async throws {
        let id = try here.pinImage()
        let server = try show()
        let browser = PageClient(port: Int(server.port), token: "")
        let (isOver, looks) = (SharedFlag(), SharedFlag())
        async let looking: Void = {
            while !isOver.isSet {
                let answer = try await browser.send("GET", "/store/index.json", ["Host: \(Nginx.name)"])
                let index = LayoutIndex(answer.body)
                #expect(answer.status == 200 && index?.entries.first?.name == "cover")
                looks.set()
            }
        }()
        defer { isOver.set() }
        try await eventually { looks.isSet }
        for round in 0..<8 {
            try #require(try here.run("pin", id, "p\(round)").status == 0)
            if round % 2 == 1 { try #require(try here.run("unpin", "p\(round)").status == 0) }
        }
        isOver.set()
        try await looking
        try connect(server)
        #expect(try there.run("pull", "web", "--json").json?["snapshots"]?.array?.count == 5)
    }

    /// > `recipe` asks all remotes for the pin of an image that the store does not know: each by one request for the image's hash, and for
    /// > ten seconds at most. It shows the recipe with the grade that a pull would give it, and keeps nothing. `--offline` asks nobody.
    /// > `pull NAME IMAGE` brings the snapshot.
    @Test func `the recipe of an image that was made there is shown here, and is the one that a pull brings`() throws {
        _ = try here.pinImage()
        var server: Nginx? = try show()
        try connect(try #require(server))
        let image = try there.copyImage().string
        let shown = try there.run("recipe", image, "--json")
        #expect(shown.status == 0 && shown.complaint.contains("Its pin is at web"), "\(shown.complaint)")
        #expect(try there.run("list", "snapshots", "--json").json == [])
        let card = try there.run("recipe", image)
        #expect(card.status == 0 && card.output.contains("checkpoints/model.safetensors"), "\(card.output)")
        let offline = try there.run("recipe", image, "--offline")
        #expect(offline.status == 1 && offline.complaint.contains("has no snapshot yet"), "\(offline.complaint)")
        let other = try there.directory.write(SmallImage.infotext("other"), to: "other.png").string
        #expect(try there.run("recipe", other).status == 1)
        #expect(try there.run("pull", "web", other).complaint.contains("does not have a pin of the image"))
        server = nil
        let dead = try there.run("recipe", image)
        #expect(dead.status == 1 && dead.complaint.contains("web: "), "\(dead.complaint)")
        #expect(dead.complaint.contains("has no snapshot yet"), "\(dead.complaint)")
        server = try show()
        try #require(try there.run("remote", "remove", "web").status == 0)
        try connect(try #require(server))
        try #require(try there.run("pull", "web", image, "--as", "cover").status == 0)
        #expect(try recipe(there, image) == shown.output)
    }

    @Test func `eight stores that pull through a cache cost the source little more than one copy`() async throws {
        let size = 18 << 20
        try here.directory.write(SmallModel.bytes(seed: 5, size: size), to: "models/checkpoints/model.safetensors")
        try #require(try here.run("add", here.directory.appending("models").string).status == 0)
        let id = String(try here.run("snapshot", try here.copyImage().string).output.prefix(12))
        try #require(try here.run("pin", id, "cover").status == 0)
        let registry = try await DockerRegistry(in: here.directory.appending("registry"))
        let web = try show()
        let path = "team/models"
        try #require(try here.run("remote", "add", "team", "oci://127.0.0.1:\(registry.port)/\(path)").status == 0)
        try #require(try here.run("push", "team", "cover").status == 0)
        for (name, port, address) in [
            ("registry", registry.port, "oci://HOST/\(path)"), ("web", web.port, "http://HOST/store"),
        ] {
            let relay = try Relay(to: port) { _ in nil }
            let cache = try Nginx(before: relay.port, in: here.directory.appending("cache-\(name)"))
            let url = address.replacing("HOST", with: "localhost:\(cache.port)")
            let lines = try (0..<8).map { _ in try CommandLineFixture() }
            let problems = Mutex<[String]>([])
            DispatchQueue.concurrentPerform(iterations: lines.count) { number in
                for words in [
                    ["init"], ["remote", "add", "near", url], ["pull", "near", "cover"], ["remote", "check", "near"],
                ] {
                    let outcome = try? lines[number].run(
                        tool: CommandLineFixture.executable, words,
                        environment: ["REPROFS_STORE": lines[number].store.string])
                    if outcome?.status != 0 { problems.withLock { $0.append("\(words): \(outcome?.complaint ?? "")") } }
                }
            }
            #expect(problems.withLock { $0 } == [], "\(name)")
            let sent = relay.passed.withLock { $0.down }
            #expect(sent >= size && sent < size + size / 10, "\(name): \(sent) bytes for \(size)")
            let browser = PageClient(port: Int(cache.port), token: "")
            for (method, path) in [("POST", "/v2/team/models/blobs/uploads/"), ("PUT", "/v2/team/models/manifests/x")] {
                #expect(try await browser.send(method, path, ["Host: localhost"]).status == 403, "\(name)")
            }
            #expect(try await browser.send("GET", "/v2/", ["Host: attacker.example"]).status == 421)
        }
    }
}

extension CommandLineFixture {
    /// A file of the store.
    fileprivate func contents(_ path: String) throws -> Data {
        try Data(contentsOf: URL(fileURLWithPath: store.string + "/" + path))
    }
}

/// What one task tells another.
private final class SharedFlag: Sendable {
    private let state = Mutex(false)
    var isSet: Bool { state.withLock { $0 } }
    func set() { state.withLock { $0 = true } }
}
