import Foundation
import Recipe
import Store
import Support
import SystemPackage
import Testing

/// A report is believed as far as its writer may see. Root's tests: nobody else can take the rights of another user.
@Suite(.timeLimit(.minutes(20)), .enabled(if: getuid() == 0, "skipped: not root")) struct `Whose report it is` {
    let fixture: StoreFixture
    private let nobody = ReportWriter(user: 65534, group: 65534, process: nil)
    private var outside: FilePath { fixture.directory.path }

    init() throws {
        fixture = try StoreFixture()
        // Everybody may enter; what is in it decides.
        #expect(chmod(fixture.directory.path.string, 0o755) == 0)
    }

    private func report(of image: FilePath, _ more: [String: JSON] = [:]) throws -> [UInt8] {
        try fixture.report(of: image, by: nil, more)
    }

    /// What comes of a report; and whether it was given up at once where it failed.
    private func outcome(_ bytes: [UInt8], by writer: ReportWriter) throws -> Result<SnapshotResult, Refusal> {
        try fixture.store.accept(report: bytes, from: nil, by: writer)
        var found: Result<SnapshotResult, Refusal>?
        try fixture.store.takeReports(upTo: try #require(try fixture.store.newestReport())) {
            switch $0 {
            case .snapshot(_, let result): found = .success(result)
            case .failed(let why, let isFinal):
                if found == nil { found = .failure(Refusal(why: why, isFinal: isFinal)) }
            }
        }
        return try #require(found)
    }
    private struct Refusal: Error {
        let why: String
        let isFinal: Bool
    }

    private func pack(
        _ path: FilePath, by writer: ReportWriter? = nil, _ more: [String: JSON] = [:]
    ) throws -> (row: SnapshotRow, pack: JSON) {
        let environment: JSON = ["schema": "reprofs.environment/1", "nodePacks": [["name": "p"]]]
        let image = try fixture.image(SmallImage.graph(seed: UInt64.random(in: 1...1_000_000)))
        let told = ["environment": environment, "nodePacks": ["p": .string(path.string)] as JSON].merging(more) { $1 }
        let made = try outcome(try report(of: image, told), by: writer ?? nobody).get()
        let packs = try fixture.recipe(made.id)["environment"]?["nodePacks"]?.array
        return (try fixture.row(made.id), packs?.first ?? .null)
    }
    private func files(_ row: SnapshotRow) throws -> [String] {
        try row.nodes.map { try fixture.store.pinnedFiles(in: $0).map(\.path.description) } ?? []
    }
    private func write(_ text: String, _ name: String, mode: mode_t = 0o644) throws {
        #expect(chmod(try fixture.directory.write(Array(text.utf8), to: name).string, mode) == 0)
    }

    @Test func `keeps the prompt of a private image private`() throws {
        let image = try fixture.image("private.png", SmallImage.graph())
        #expect(chmod(image.string, 0o600) == 0)
        let graph = SmallImage.graph(seed: 77)
        _ = try fixture.store.snapshot(report: try report(of: image, ["prompt": .string(graph)]), by: nil)
        #expect(try fixture.store.blob(SHA256.digest(of: Array(graph.utf8)))?.isPrivate == true)
    }

    @Test func `an image that its writer may not read is refused at once, and makes no snapshot`() throws {
        let image = try fixture.image(SmallImage.graph())
        #expect(chmod(image.string, 0o600) == 0)
        guard case .failure(let refusal) = try outcome(try report(of: image), by: nobody) else {
            Issue.record("it was taken")
            return
        }
        #expect(refusal.isFinal && refusal.why.contains("user 65534, who wrote it, may not read"))
        #expect(try fixture.store.counts().snapshots == 0)
        #expect(chmod(image.string, 0o644) == 0)
        #expect(throws: Never.self) { try outcome(try report(of: image), by: nobody).get() }
    }

    @Test func `a private file of a node pack is left out for who may not read it, and that is said`() throws {
        try write("code", "custom_nodes/p/a.py")
        try write("hunter2", "custom_nodes/p/key", mode: 0o600)
        let (row, pack) = try pack(outside.appending("custom_nodes/p"))
        #expect(try files(row) == ["p/a.py"])
        #expect(pack["leftOut"]?.array?.map { $0["path"]?.string } == ["key"])
        // What one may read is not remembered for another.
        #expect(try files(self.pack(outside.appending("custom_nodes/p"), by: .own).row) == ["p/a.py", "p/key"])
        #expect(try files(self.pack(outside.appending("custom_nodes/p")).row) == ["p/a.py"])
    }

    @Test func `a directory that ComfyUI loads no packs from is not a pack, whoever reports it`() throws {
        try write("hunter2", "secret/key")
        for path in [
            outside.appending("secret"), outside.appending("secret/key"), "/etc/shadow", "/etc", "/", "relative",
        ] {
            for writer in [nobody, .own] {
                let (row, pack) = try pack(path, by: writer)
                #expect(try files(row).isEmpty && pack["refused"]?.string?.isEmpty == false)
            }
        }
        // Also where a base directory is stated, whose packs lie elsewhere.
        try write("code", "other/custom_nodes/p/a.py")
        let (row, _) = try pack(
            outside.appending("other/custom_nodes/p"), ["base": .string(outside.appending("b").string)])
        #expect(try files(row).isEmpty)
    }

    @Test func `packs of the base directory and of extra_model_paths are captured`() throws {
        try write("code", "base/custom_nodes/p/a.py")
        try write("code", "more/packs/p/b.py")
        try write("code", "more/packs/single.py")
        try write(
            """
            # paths
            shared:
              base_path: \(outside)
              checkpoints: models
              custom_nodes: |
                more/packs   # here
                /nowhere
            other:
              custom_nodes: "rel"
            """, "base/extra.yaml")
        let stated: [String: JSON] = [
            "base": .string(outside.appending("base").string),
            "pathFiles": [.string(outside.appending("base/extra.yaml").string)],
        ]
        #expect(try files(pack(outside.appending("base/custom_nodes/p"), stated).row) == ["p/a.py"])
        #expect(try files(pack(outside.appending("more/packs/p"), stated).row) == ["p/b.py"])
        #expect(try files(pack(outside.appending("more/packs/single.py"), stated).row) == ["p"])
        // A file of paths that its writer may not read tells nothing.
        #expect(chmod(outside.appending("base/extra.yaml").string, 0o600) == 0)
        #expect(try files(pack(outside.appending("more/packs/p"), stated).row).isEmpty)
    }

    @Test func `a pack that is a link, and one that holds links to itself, are captured once`() throws {
        try write("code", "checkout/a.py")
        try write("code", "checkout/lib/b.py")
        try write("far", "far/c.py")
        let links = [
            ("custom_nodes/p", outside.appending("checkout").string), ("checkout/self", "."),
            ("checkout/lib/up", "../.."),
            ("checkout/one", "two"), ("checkout/two", "one"), ("checkout/far", "../far"), ("far/again", "../checkout"),
            ("checkout/alias.py", "a.py"), ("checkout/gone.py", "nothing"),
        ]
        try fixture.directory.write([], to: "custom_nodes/x")
        for (name, target) in links { #expect(symlink(target, outside.appending(name).string) == 0) }
        let (row, pack) = try pack(outside.appending("custom_nodes/p"))
        let found = try files(row)
        #expect(Set(found).isSuperset(of: ["p/a.py", "p/alias.py", "p/far/c.py", "p/lib/b.py"]))
        #expect(found.count { $0.utf8.elementsEqual("p/a.py".utf8) } == 1 && !found.contains("p/self/a.py"))
        #expect(pack["leftOut"]?.array?.contains { $0["path"] == "self" } == true)
        #expect(pack["leftOut"]?.array?.contains { $0["path"] == "far/again" } == true)
    }

    @Test func `a pack without an end is cut off where that is said`() throws {
        var deep = "custom_nodes/p"
        for level in 0..<80 { deep += "/\(level)" }
        try write("code", deep + "/a.py")
        try write("code", "custom_nodes/p/a.py")
        let (row, pack) = try pack(outside.appending("custom_nodes/p"))
        #expect(try files(row) == ["p/a.py"])
        #expect(pack["leftOut"]?.array?.first?["why"] == "it is nested too deeply")
    }

    @Test func `a container speaks of what it has mounted, by REPROFS_PATHS, and of nothing else`() throws {
        let python = "/usr/bin/python3"
        guard FileManager.default.isExecutableFile(atPath: python) else { try Test.cancel("skipped: no python3") }
        let image = try fixture.directory.write(
            SmallImage.comfy(prompt: SmallImage.graph()), to: "jail/app/output/a.png")
        try write("code", "jail/app/custom_nodes/p/a.py")
        #expect(symlink("/etc", outside.appending("jail/app/link").string) == 0)
        let process = Process()
        let ready = Pipe()
        process.executableURL = URL(fileURLWithPath: python)
        process.arguments = [
            "-c", "import os, sys, time; os.chroot(sys.argv[1]); print('in', flush=True); time.sleep(60)",
            outside.appending("jail").string,
        ]
        process.standardOutput = ready
        try process.run()
        defer {
            // It may have inherited that it is not to be asked.
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
        }
        _ = ready.fileHandleForReading.availableData
        let writer = ReportWriter(user: 0, group: 0, process: process.processIdentifier)
        let inside = outside.appending("jail")
        func take(_ paths: JSON?, _ image: FilePath = "") throws -> Result<SnapshotResult, Refusal> {
            let image = image.isEmpty ? inside.appending("app/output/a.png") : image
            return try outcome(try report(of: image, paths.map { ["paths": $0] } ?? [:]), by: writer)
        }
        let honest: JSON = ["/app/output": .string(inside.appending("app/output").string)]
        #expect(throws: Never.self) { try take(honest).get() }
        let lies: [JSON?] = [
            nil, [:], ["/app/output": "/etc"], ["/app/link": "/etc"], ["/": "/"], ["/app/../app/output": "/"],
            ["/nothing": .string(inside.appending("app/output").string)],
        ]
        for paths in lies {
            guard case .failure(let refusal) = try take(paths) else {
                Issue.record("\(paths ?? .null) was taken")
                continue
            }
            #expect(refusal.isFinal && refusal.why.contains("REPROFS_PATHS"))
        }
        _ = image
        let elsewhere = try fixture.image(SmallImage.graph())
        guard case .failure = try take(honest, elsewhere) else {
            Issue.record("it was taken")
            return
        }
    }

    @Test func `rights are those of one process, groups included, and of no other`() throws {
        try write("x", "group", mode: 0o640)
        try write("x", "root", mode: 0o600)
        let (group, root) = (outside.appending("group"), outside.appending("root"))
        #expect(chown(group.string, 0, 4242) == 0)
        func mayRead(_ reader: Reader, _ path: FilePath) throws -> Bool {
            do { return try reader.find(path) != nil } catch StoreError.system(_, _, .permissionDenied) { return false }
        }
        let member = try Reader(Rights(user: 65534, group: 65534, groups: [4242], seesAll: false))
        #expect(try mayRead(member, group) && !mayRead(member, root))
        let stranger = try Reader(Rights(user: 65534, group: 65534, groups: [], seesAll: false))
        #expect(try !mayRead(stranger, group))
        #expect(try mayRead(Reader(.own), root) && Rights.own.user == 0 && Rights.canBeTaken)
    }

    /// What a process finds beneath /proc is itself, and what it has open. None of it is anybody's file.
    @Test(arguments: [
        "/proc/self/maps", "/proc/self/environ", "/proc/self/status", "/proc/thread-self/maps", "/proc/1/environ",
        "/proc/self/cwd", "/proc/self/cwd/Package.swift", "/proc/self/root/etc/passwd", "/proc/self/exe",
        "/proc/self/fd",
        "/proc/self/fd/0", "/dev/fd/0", "/dev/stdin", "/proc/cpuinfo", "/proc",
        "/sys/kernel/mm/transparent_hugepage/enabled",
        "/sys", "/sys/fs/cgroup/cgroup.procs", "/sys/fs/cgroup/memory/tasks", "/dev/tty", "/dev/null", "/dev/pts/0",
    ])
    func `nothing that the kernel makes up is a file of anybody`(path: String) throws {
        try write("code", "custom_nodes/p/a.py")
        for (writer, rights) in [(nobody, Rights(user: 65534, group: 65534, groups: [], seesAll: false)), (.own, .own)]
        {
            let reader = try Reader(rights)
            let found = try? reader.find(FilePath(path))
            #expect(found?.isOpen != true)
            // By a link too, and as what the whole pack is.
            let link = outside.appending("custom_nodes/p/link").string
            unlink(link)
            #expect(symlink(path, link) == 0)
            #expect(try files(pack(outside.appending("custom_nodes/p"), by: writer).row) == ["p/a.py"])
            let whole = outside.appending("custom_nodes/whole").string
            unlink(whole)
            #expect(symlink(path, whole) == 0)
            #expect(try files(pack(FilePath(whole), by: writer).row).isEmpty)
        }
    }

    private func blobFiles() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: outside.appending("store/blobs/sha256").string).sorted()
    }

    @Test func `an input is kept only where its hash is right, and neither a large one nor a wrong one is stored`()
        throws
    {
        let right: [UInt8] = Array("an input".utf8)
        for (name, bytes) in [("wrong.png", [1, 2, 3]), ("large.png", right), ("right.png", right)] {
            let path = try fixture.directory.write(bytes, to: "input/\(name)")
            if name == "large.png" { #expect(truncate(path.string, off_t(3) << 30) == 0) }
            let input: JSON = [
                "name": .string(name), "path": .string(path.string), "sha256": .string(SHA256.digest(of: right).hex),
            ]
            let image = try fixture.image("\(name).out.png", SmallImage.graph(image: name))
            let blobs = try blobFiles()
            let made = try outcome(
                try report(of: image, ["prompt": .string(SmallImage.graph(image: name)), "inputs": [input]]), by: nobody
            ).get()
            let found = try fixture.recipe(made.id)["inputs"]?.array?.first
            #expect((found?["sha256"]?.string != nil) == (name == "right.png"), "\(name): \(found ?? .null)")
            #expect(try blobFiles() == blobs)
        }
    }

    @Test func `a report of another user says nothing for a process that is not theirs`() throws {
        try fixture.add("checkpoints/model.safetensors", seed: 1)
        let own = try #require(Opener(process: getpid()))
        try fixture.witness(1, by: own)
        let image = try fixture.image(SmallImage.graph())
        let claim: [String: JSON] = ["process": .string(own.identity)]
        let made = try outcome(try report(of: image, claim), by: nobody).get()
        #expect(try fixture.recipe(made.id)["models"]?.array?.first?["evidence"] != "observed")
        let believed = try outcome(try report(of: image, claim), by: .own).get()
        #expect(try fixture.recipe(believed.id)["models"]?.array?.first?["evidence"] == "observed")
    }
}
