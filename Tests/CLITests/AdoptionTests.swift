import Foundation
import Glibc
import Recipe
import Store
import Support
import SystemPackage
import Testing

@Suite(.timeLimit(.minutes(20))) struct `Taking a models directory over` {
    let line: CommandLineFixture
    let models: WritableTree
    private let mount: FilePath

    init() throws {
        line = try CommandLineFixture()
        try #require(try line.run("init").status == 0)
        mount = line.mountPoint
        models = WritableTree(mount)
        for name in ["", "checkpoints", "checkpoints/sub", "loras", "empty"] { try models.makeDirectory(name) }
        try models.write(SmallModel.bytes(seed: 1), to: "checkpoints/sub/a.safetensors")
        try models.write(SmallModel.bytes(seed: 2), to: "loras/b.safetensors")
        try models.write(SmallModel.bytes(seed: 2), to: "loras/twin.safetensors")
        try models.write(Array("notes".utf8), to: "checkpoints/notes.txt")
        try models.write(Array(SmallModel.bytes(seed: 3).prefix(500)), to: "checkpoints/half.safetensors")
        try models.link("loras/link.safetensors", to: "b.safetensors")
        try models.setMode("loras/b.safetensors", 0o600)
    }

    @Test func `moves everything in, mounts in its place, and gives everything back`() throws {
        let before = try models.contents()
        let inode = try models.inode("checkpoints/sub/a.safetensors")
        let added = try line.run("add", "--move", mount.string, "--mount-here")
        #expect(added.status == 0, "\(added.complaint)")
        #expect(added.output.contains("3 models and 3 other files moved"), "\(added.output)")
        #expect(line.isMounted)
        #expect(try models.contents() == before)
        // The bytes were renamed, not copied.
        let blob = line.store.appending("blobs/sha256/\(SmallModel.digest(seed: 1).hex)")
        var facts = stat()
        #expect(stat(blob.string, &facts) == 0 && UInt64(facts.st_ino) == inode)
        // What is written meanwhile is given back too.
        try models.write(SmallModel.bytes(seed: 4), to: "loras/new.safetensors")
        try models.remove("loras/twin.safetensors")
        let after = try models.contents()
        #expect(try line.run("release", mount.string).status == 0)
        #expect(!line.isMounted)
        #expect(try models.contents() == after)
        let store = try Store.open(line.store)
        #expect(try store.digests(of: "loras/twin.safetensors") == [SmallModel.digest(seed: 2)])
        #expect(try store.everyBlobIsWhole())
    }

    @Test func `moves everything in where it was added before`() throws {
        for folder in ["LLM", "LLM/q"] { try models.makeDirectory(folder) }
        try models.write(Array("{}".utf8), to: "LLM/q/config.json")
        try models.write(SmallModel.bytes(seed: 5), to: "LLM/q/model.safetensors")
        try models.remove("checkpoints/half.safetensors")
        try #require(try line.run("add", mount.string).status == 0)
        try models.write(Array("{ }".utf8), to: "LLM/q/config.json")
        let names = [
            "LLM/q/config.json", "LLM/q/model.safetensors", "loras/link.safetensors", "checkpoints/notes.txt",
            "checkpoints/sub/a.safetensors",
        ]
        let before = try names.map { try models.read($0) }
        let added = try line.run("add", "--move", mount.string, "--mount-here")
        #expect(added.status == 0, "\(added.complaint)")
        #expect(line.isMounted)
        #expect(try names.map { try models.read($0) } == before)
        #expect(try line.run("release", mount.string).status == 0)
        #expect(try names.map { try models.read($0) } == before)
    }

    @Test func `takes attributes in and gives them back, where the file system has them`() throws {
        let names = ["loras", "loras/b.safetensors", "checkpoints/notes.txt"]
        let tried: Void? = try? models.setAttribute("user.note", "loras", of: "loras")
        guard tried != nil else { try Test.cancel("skipped: the file system has no attributes") }
        for name in names { try models.setAttribute("user.note", name, of: name) }
        try #require(try line.run("add", "--move", mount.string, "--mount-here").status == 0)
        for name in names { #expect(try models.attribute("user.note", of: name) == name) }
        try models.setAttribute("user.other", "new", of: "loras/b.safetensors")
        try models.setMode("checkpoints/notes.txt", 0o444)
        try #require(try line.run("release", mount.string).status == 0)
        for name in names { #expect(try models.attribute("user.note", of: name) == name) }
        #expect(try models.attribute("user.other", of: "loras/b.safetensors") == "new")
        #expect(try models.stat("checkpoints/notes.txt").st_mode & 0o777 == 0o444)
    }

    @Test func `moves nothing where the store has something else under a name`() throws {
        let other = try TemporaryDirectory()
        try other.write(Array("other notes".utf8), to: "m/checkpoints/notes.txt")
        try #require(try line.run("add", "--move", other.path.appending("m").string).status == 0)
        let before = try models.contents()
        let added = try line.run("add", "--move", mount.string)
        #expect(added.status == 1)
        #expect(added.complaint.contains("checkpoints/notes.txt: the store has something else under this name"))
        #expect(try models.contents() == before)
    }

    @Test func `moves nothing where nothing could be mounted in its place`() throws {
        let setpriv = "/usr/bin/setpriv"
        guard getuid() == 0, FileManager.default.isExecutableFile(atPath: setpriv) else {
            try Test.cancel("skipped: not root, or no setpriv")
        }
        let before = try models.contents()
        // Root without the right to mount, and without the program that has it.
        let added = try line.run(
            tool: setpriv,
            [
                "--bounding-set", "-sys_admin", "--inh-caps", "-sys_admin", "/usr/bin/env", "PATH=/nothing",
                CommandLineFixture.executable, "add", "--move", mount.string, "--mount-here",
            ], environment: ["REPROFS_STORE": line.store.string])
        #expect(added.status == 1 && added.complaint.contains("fusermount3, which is not installed"), "\(added)")
        #expect(try models.contents() == before)
    }

    @Test func `says how everything comes back where the mount fails after all`() throws {
        let setpriv = "/usr/bin/setpriv"
        guard getuid() == 0, FileManager.default.isExecutableFile(atPath: setpriv) else {
            try Test.cancel("skipped: not root, or no setpriv")
        }
        let before = try models.contents()
        // What mounts for ordinary users is there, has the rights that it needs, and fails.
        let helper = try line.directory.write(Array("#!/bin/sh\nexit 1\n".utf8), to: "bin/fusermount3")
        try #require(chmod(helper.string, 0o4755) == 0)
        let added = try line.run(
            tool: setpriv,
            [
                "--bounding-set", "-sys_admin", "--inh-caps", "-sys_admin", "/usr/bin/env",
                "PATH=\(helper.removingLastComponent())", CommandLineFixture.executable, "add", "--move", mount.string,
                "--mount-here",
            ], environment: ["REPROFS_STORE": line.store.string])
        #expect(added.status == 1 && !line.isMounted, "\(added)")
        #expect(try models.names().isEmpty)
        let said = added.complaint
        #expect(said.contains("everything was moved into the store \(line.store) and nothing is mounted"), "\(said)")
        let told = said.split(separator: "\n").first { $0.hasPrefix("To put everything back: reprofs ") }
        let words = try #require(told, "\(said)").dropFirst("To put everything back: reprofs ".count)
        // What it says is so, as a shell takes it.
        #expect(try line.run(tool: "/bin/sh", ["-c", "\"$0\" \(words)", CommandLineFixture.executable]).status == 0)
        #expect(try models.contents() == before)
    }

    @Test func `moves nothing where one of several directories cannot be moved`() throws {
        let before = try models.contents()
        for other in ["nowhere", "mount point/checkpoints", "mount point/checkpoints/sub/a.safetensors"] {
            let added = try line.run("add", "--move", mount.string, line.directory.appending(other).string)
            #expect(added.status != 0 && added.status != 2, "\(other): \(added)")
        }
        #expect(try models.contents() == before)
    }

    @Test func `gives nothing back into a mount of another store`() throws {
        try #require(try line.run("add", "--move", mount.string, "--mount-here").status == 0)
        let other = line.directory.appending("other").string
        try #require(try line.run("init", "--store", other).status == 0)
        let released = try line.run("release", mount.string, "--store", other)
        #expect(released.status == 1 && released.complaint.contains("is a mount of the store"), "\(released)")
        #expect(try line.run("release", mount.string, "--store", "/nowhere").status == 10)
        #expect(line.isMounted)
        #expect(models.exists("loras/b.safetensors"))
    }

    @Test func `a link by its whole path that leads inside stays a link`() throws {
        try models.link("loras/whole.safetensors", to: mount.appending("loras/b.safetensors").string)
        #expect(try line.run("add", "--move", mount.string).status == 0)
        #expect(try models.names().isEmpty)
        let view = try Store.open(line.store)
        let loras = try #require(try view.live(named: "loras", in: LiveRow.root))
        #expect(try view.live(named: "whole.safetensors", in: loras.id)?.target == "../loras/b.safetensors")
    }

    @Test func `gives the files themselves back with --move`() throws {
        let before = try models.contents()
        #expect(try line.run("add", "--move", mount.string).status == 0)
        #expect(try models.names().isEmpty)
        #expect(try line.run("release", "--move", mount.string).status == 0)
        #expect(try models.contents() == before)
        let store = try Store.open(line.store)
        let blob = try #require(try store.blob(SmallModel.digest(seed: 1)))
        // The store says honestly that it does not have them any more.
        #expect(throws: StoreError.self) { try store.contents(of: blob) }
    }

    /// > `add --move` moves a directory into the store as a whole. If a link leads out of it, a part of it is on another file system, a
    /// > name is not allowed in a view, or a program is writing a file, it names each of these and moves nothing.
    @Test func `moves nothing of a directory of which something would be left`() throws {
        try models.link("loras/out.safetensors", to: "/etc/passwd")
        let before = try models.contents()
        let writer = try FileDescriptor.open(models.path("loras/b.safetensors"), .readWrite, options: .closeOnExec)
        let added = try line.run("add", "--move", mount.string, "--mount-here")
        try writer.close()
        #expect(added.status == 1 && !line.isMounted)
        #expect(added.complaint.contains("loras/b.safetensors: a program is writing it"), "\(added.complaint)")
        #expect(added.complaint.contains("loras/out.safetensors: it leads out of the directory"), "\(added.complaint)")
        #expect(try models.contents() == before)
        try models.remove("loras/out.safetensors")
        #expect(try line.run("add", "--move", mount.string).status == 0)
        #expect(try models.names().isEmpty)
    }

    @Test func `copies a file that has another name elsewhere`() throws {
        let twin = line.directory.appending("elsewhere").string
        #expect(link(models.path("loras/b.safetensors"), twin) == 0)
        #expect(try line.run("add", "--move", mount.string).status == 0)
        let file = try FileDescriptor.open(twin, .writeOnly, options: .closeOnExec)
        try file.writeAll([0, 0, 0])
        try file.close()
        #expect(try Store.open(line.store).everyBlobIsWhole())
    }

    @Test func `is an ordinary user's too, who links their own files and copies others'`() throws {
        guard geteuid() == 0, FileManager.default.isExecutableFile(atPath: "/usr/bin/setpriv") else {
            try Test.cancel("skipped: only root can become another user, by setpriv")
        }
        let user = ["--reuid", "65534", "--regid", "65534", "--clear-groups", CommandLineFixture.executable]
        let environment = ["REPROFS_STORE": line.directory.appending("own").string]
        func asUser(_ arguments: String...) throws -> CommandLineFixture.Outcome {
            try line.run(tool: "/usr/bin/setpriv", user + arguments, environment: environment)
        }
        let names = FileManager.default.enumerator(atPath: mount.string)?.allObjects.compactMap { $0 as? String } ?? []
        for path in [line.directory.path.string, mount.string] + names.map({ models.path($0) }) {
            try #require(lchown(path, 65534, 65534) == 0)
        }
        try #require(chown(models.path("loras/twin.safetensors"), 0, 0) == 0)
        guard try asUser("--version").status == 0 else {
            try Test.cancel("skipped: an ordinary user cannot reach the build directory here")
        }
        let before = try models.contents()
        let inode = try models.inode("checkpoints/sub/a.safetensors")
        try #require(try asUser("init").status == 0)
        let added = try asUser("add", "--move", mount.string)
        #expect(added.status == 0, "\(added.complaint)")
        var facts = stat()
        let blob = line.directory.appending("own/blobs/sha256/\(SmallModel.digest(seed: 1).hex)")
        #expect(stat(blob.string, &facts) == 0 && UInt64(facts.st_ino) == inode)
        let released = try asUser("release", "--move", mount.string)
        #expect(released.status == 0, "\(released.complaint)")
        #expect(try models.contents() == before)
    }

    @Test func `refuses a directory that is not empty to be released into`() throws {
        #expect(try line.run("release", mount.string).status == 1)
        #expect(models.exists("loras/b.safetensors"))
    }

    @Test func `survives being killed at any moment`() throws {
        for seed in 10..<60 { try models.write(SmallModel.bytes(seed: UInt64(seed)), to: "loras/m\(seed).safetensors") }
        for delay in [5_000, 20_000, 40_000, 60_000, 100_000] as [UInt32] {
            let process = Process()
            process.executableURL = URL(fileURLWithPath: CommandLineFixture.executable)
            process.arguments = ["add", "--move", mount.string, "--store", line.store.string]
            process.standardOutput = FileHandle.nullDevice
            process.standardError = FileHandle.nullDevice
            try process.run()
            usleep(delay)
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
            // Every file is where it was or in the store, whole.
            let versions = try Store.open(line.store).versionLines()
            for seed in 10..<60 {
                let name = "loras/m\(seed).safetensors"
                let isThere = (try? models.read(name)) == SmallModel.bytes(seed: UInt64(seed))
                #expect(isThere || versions.contains("\(name) \(SmallModel.digest(seed: UInt64(seed)).autoV2)"))
            }
        }
        #expect(try line.run("add", "--move", mount.string).status == 0)
        #expect(try models.names().isEmpty)
        let store = try Store.open(line.store)
        #expect(try store.counts().versions == 53)
        #expect(try store.everyBlobIsWhole())
    }
}

@Suite(.timeLimit(.minutes(20))) struct `The history of a model` {
    let line: CommandLineFixture
    private let name = "checkpoints/model.safetensors"

    init() throws {
        line = try CommandLineFixture()
        try #require(try line.run("init").status == 0)
        try line.mount()
        let models = WritableTree(line.mountPoint.appending("models"))
        try models.makeDirectory("checkpoints")
        for seed in [1, 2] as [UInt64] {
            try models.write(SmallModel.bytes(seed: seed), to: name)
            try eventually { try line.run("list", "versions").output.contains(SmallModel.digest(seed: seed).autoV2) }
        }
        try models.remove(name)
    }

    @Test func `is told with its causes and programs`() throws {
        let log = try #require(try line.run("log", "--json").json?.array)
        #expect(log.map { $0["cause"]?.string } == ["write", "write", "delete"])
        #expect(log.map { $0["version"]?.number?.int } == [1, 2, nil])
        #expect(log.map { $0["previous"]?.number?.int } == [nil, 1, 2])
        #expect(log.allSatisfy { $0["pid"]?.number?.int == Int(getpid()) && $0["model"]?.string == name })
        #expect(try line.run("log", "model.safetensors").output.contains("v1 -> v2"))
        #expect(try line.run("log", "absent").output.isEmpty)
        let deleted = try #require(try line.run("list", "models", "--deleted", "--json").json?.array)
        #expect(deleted.map { $0["name"]?.string } == ["model.safetensors"])
        #expect(try line.run("list", "models", "--json").json?.array?.isEmpty == true)
    }

    @Test func `goes back to any version`() throws {
        let path = line.mountPoint.appending("models").appending(name)
        for version in [1, 2] as [UInt64] {
            #expect(try line.run("restore", "\(name)@v\(version)").status == 0)
            try eventually {
                (try? Data(contentsOf: URL(fileURLWithPath: path.string))) == Data(SmallModel.bytes(seed: version))
            }
        }
        #expect(try line.run("restore", "\(name)@v2").output.contains("already"))
        #expect(try line.run("restore", "\(name)@v3").status == 1)
        #expect(try line.run("restore", name).status == 1)
        #expect(try line.run("list", "versions", "--json").json?.array?.count == 2)
    }

    @Test func `says what its versions hold and what dropping one would free`() throws {
        let size = SmallModel.bytes(seed: 1).count
        let models = WritableTree(line.mountPoint.appending("models"))
        try models.write(SmallModel.bytes(seed: 2), to: "checkpoints/twin.safetensors")
        try eventually { try line.run("list", "versions", "twin.safetensors", "--json").json?.array?.count == 1 }
        let rows = try #require(try line.run("du", "--json").json?.array)
        #expect(rows.map { $0["name"]?.string } == [name, "checkpoints/twin.safetensors"])
        #expect(rows.map { $0["size"]?.number?.int } == [2 * size, size])
        // The second version is the twin's too.
        #expect(rows.map { $0["frees"]?.number?.int } == [size, 0])
        let versions = try #require(try line.run("du", "--versions", "--json").json?.array)
        #expect(versions.reduce(0) { $0 + ($1["frees"]?.number?.int ?? 0) } == size)
        let image = try line.directory.write(
            SmallImage.comfy(prompt: SmallImage.graph(checkpoint: "twin.safetensors")), to: "output/a.png")
        #expect(try line.run("snapshot", image.string).status == 0)
        let snapshots = try #require(try line.run("du", "--snapshots", "--json").json?.array)
        #expect(snapshots.map { $0["size"]?.number?.int } == [size])
        #expect(try line.run("du").output.contains("neither live nor in a snapshot"))
    }
}
