import Foundation
import Glibc
import Recipe
import ReproFS
import Store
import Support
import SystemPackage
import Testing

/// A store with a folder, mounted; `body` gets the live view as programs see it.
func withLive(
    passesThrough: Bool = true, _ body: (WritableTree, StoreFixture) throws -> Void
) throws {
    let fixture = try StoreFixture()
    try View.mount(fixture.store, passesThrough: passesThrough) { tree throws in
        let models = WritableTree(tree.mountPoint.appending("models"))
        try models.makeDirectory("checkpoints")
        try body(models, fixture)
    }
    #expect(try fixture.store.everyBlobIsWhole())
}

private let name = "checkpoints/model.safetensors"

@Suite(.timeLimit(.minutes(20))) struct `The live view` {
    /// > `models/<folder>/<path>` has each model's live version: the bytes that were last closed or added under that name.
    @Test func `holds what was closed or added last`() throws {
        try withLive { models, fixture in
            try models.write(SmallModel.bytes(seed: 1), to: name)
            try eventually { try fixture.store.liveVersion(of: name) == 1 }
            try fixture.add(name, seed: 2)
            try eventually { try models.read(name) == SmallModel.bytes(seed: 2) }
            try models.write(SmallModel.bytes(seed: 3), to: name)
            #expect(try models.read(name) == SmallModel.bytes(seed: 3))
            try eventually { try fixture.store.liveVersion(of: name) == 3 }
        }
    }

    /// > Closing a file under a model's name after writing makes a version of it: a new one, or an older one again if the bytes are the
    /// > same; none if they are those that the name has. Closing without having written makes none.
    @Test func `makes versions of what is closed`() throws {
        try withLive { models, fixture in
            func settled(_ live: Int, _ seeds: [UInt64]) throws {
                try eventually { try fixture.store.liveVersion(of: name) == live }
                #expect(try fixture.store.digests(of: name) == seeds.map { SmallModel.digest(seed: $0) })
            }
            try models.write(SmallModel.bytes(seed: 1), to: name)
            try settled(1, [1])
            try models.write(SmallModel.bytes(seed: 2), to: name)
            try settled(2, [1, 2])
            try models.write(SmallModel.bytes(seed: 2), to: name)
            // Whatever is closed later is published later.
            try models.write(SmallModel.bytes(seed: 9), to: "checkpoints/other.safetensors")
            try eventually { try fixture.store.liveVersion(of: "checkpoints/other.safetensors") == 1 }
            try settled(2, [1, 2])
            try models.write(SmallModel.bytes(seed: 1), to: name)
            try settled(1, [1, 2])
            let file = try FileDescriptor.open(models.path(name), .readWrite, options: .closeOnExec)
            try file.close()
            #expect(utimes(models.path(name), nil) == 0)
            #expect(try models.read(name) == SmallModel.bytes(seed: 1))
            try settled(1, [1, 2])
            var causes: [String] = []
            try fixture.store.forEachEvent(of: name) { event in
                causes.append("\(event.cause) \(event.previous ?? 0) \(event.version ?? 0)")
                #expect(event.pid == getpid())
            }
            #expect(causes == ["write 0 1", "write 1 2", "write 2 1"])
        }
    }

    @Test func `makes a version of every close, however fast they follow`() throws {
        try withLive { models, fixture in
            for seed in 1...30 { try models.write(SmallModel.bytes(seed: UInt64(seed)), to: name) }
            try eventually { try fixture.store.digests(of: name).count == 30 }
            #expect(try fixture.store.digests(of: name) == (1...30).map { SmallModel.digest(seed: $0) })
        }
    }

    /// > Renaming and deleting change names and never bytes: every version stays in `by-name` under the name that it had, and a renamed
    /// > model also has its version under the new name.
    @Test func `keeps every version whatever becomes of its name`() throws {
        try withLive { models, fixture in
            let mount = WritableTree(models.root.removingLastComponent())
            try models.write(SmallModel.bytes(seed: 1), to: name)
            // At once, before it can have been published.
            try models.rename(name, to: "checkpoints/new.safetensors")
            try models.write(SmallModel.bytes(seed: 2), to: "checkpoints/new.safetensors")
            try models.remove("checkpoints/new.safetensors")
            try models.makeDirectory("loras")
            try models.makeDirectory("loras/style")
            try models.write(SmallModel.bytes(seed: 3), to: "loras/style/ink.safetensors")
            try models.rename("loras/style", to: "loras/other")
            let expected = [
                "\(name)/v1/model.safetensors": 1, "checkpoints/new.safetensors/v1/new.safetensors": 1,
                "checkpoints/new.safetensors/v2/new.safetensors": 2,
                "loras/style/ink.safetensors/v1/ink.safetensors": 3,
                "loras/other/ink.safetensors/v1/ink.safetensors": 3,
            ]
            for (path, seed) in expected {
                try eventually { (try? mount.read("by-name/" + path)) == SmallModel.bytes(seed: UInt64(seed)) }
            }
            #expect(try models.names("checkpoints").isEmpty && models.names("loras") == ["other"])
            #expect(try fixture.store.liveVersion(of: "checkpoints/new.safetensors") == nil)
        }
    }

    /// > A name that gets other bytes gets another inode. A program that has the old one open or mapped continues to read the old bytes,
    /// > even while the new ones are being written.
    @Test(arguments: [true, false]) func `leaves readers their bytes`(_ passesThrough: Bool) throws {
        try withLive(passesThrough: passesThrough) { models, fixture in
            let old = SmallModel.bytes(seed: 1, size: 300_000)
            try models.write(old, to: name)
            try eventually { try fixture.store.liveVersion(of: name) == 1 }
            let before = try models.inode(name)
            let reader = try FileDescriptor.open(models.path(name), .readOnly, options: .closeOnExec)
            defer { try? reader.close() }
            let mapped = mmap(nil, old.count, PROT_READ, MAP_SHARED, reader.rawValue, 0)
            defer { munmap(mapped, old.count) }
            func isOld() throws -> Bool {
                var bytes = [UInt8](repeating: 0, count: old.count)
                let count = try bytes.withUnsafeMutableBytes { try reader.read(fromAbsoluteOffset: 0, into: $0) }
                return count == old.count && bytes == old && mapped.map { memcmp($0, old, old.count) } == 0
            }
            let writer = try FileDescriptor.open(models.path(name), .readWrite, options: .closeOnExec)
            try writer.writeAll(toAbsoluteOffset: 100_000, [1, 2, 3])
            #expect(try isOld())
            try writer.resize(to: 200_000)
            #expect(try isOld())
            try writer.close()
            try models.truncate(name, to: 150_000)
            #expect(try isOld())
            try models.write(SmallModel.bytes(seed: 2), to: name)
            #expect(try isOld())
            try eventually { try fixture.store.digests(of: name).count == 2 }
            #expect(try isOld())
            #expect(try models.inode(name) != before)
            try models.remove(name)
            #expect(try isOld())
        }
    }

    @Test func `writes through mappings, holes and cut files as any directory does`() throws {
        try withLive { models, fixture in
            let path = "checkpoints/raw.bin"
            let file = try FileDescriptor.open(
                models.path(path), .readWrite, options: [.create, .exclusiveCreate, .closeOnExec],
                permissions: [.ownerReadWrite])
            #expect(posix_fallocate(file.rawValue, 0, 100_000) == 0)
            try file.writeAll(toAbsoluteOffset: 90_000, [7, 8, 9])
            let mapped = mmap(nil, 100_000, PROT_READ | PROT_WRITE, MAP_SHARED, file.rawValue, 0)
            mapped?.storeBytes(of: 0xAB, toByteOffset: 50_000, as: UInt8.self)
            try file.writeAll(toAbsoluteOffset: 0, [1])
            try file.resize(to: 120_000)
            #expect(fsync(file.rawValue) == 0)
            try file.close()
            munmap(mapped, 100_000)
            var expected = [UInt8](repeating: 0, count: 120_000)
            expected.replaceSubrange(90_000..<90_003, with: [7, 8, 9])
            expected[50_000] = 0xAB
            expected[0] = 1
            #expect(try models.read(path) == expected)
            try eventually { try fixture.store.digests(of: path) == [SHA256.digest(of: expected)] }
            try models.append([5, 6], to: path)
            try eventually { try fixture.store.digests(of: path).last == SHA256.digest(of: expected + [5, 6]) }
        }
    }

    /// > These files are models: weights in any folder, configurations in `configs`, the files of a pipeline in `diffusers`, and, if a
    /// > directory in a folder has a `config.json` or `model_index.json`, everything in and below that directory, except hidden and
    /// > unfinished files. Nothing in hidden directories is a model. All other files are as in any directory and are not versioned: notes,
    /// > previews, `.civitai.info`, `put_checkpoints_here`, and downloads named `.part`, `.aria2`, `.incomplete` or `.tmp` until they are
    /// > renamed.
    @Test func `versions models and keeps the rest as it is`() throws {
        try withLive { models, fixture in
            try models.makeDirectory("configs")
            try models.makeDirectory(".cache")
            try models.makeDirectory("checkpoints/.cache")
            let bytes = SmallModel.bytes(seed: 1)
            let plain = [
                "checkpoints/put_checkpoints_here", "checkpoints/a.preview.png", "checkpoints/a.civitai.info",
                "checkpoints/a.safetensors.part", "checkpoints/b.safetensors.aria2", "checkpoints/c.incomplete",
                "checkpoints/d.tmp", "checkpoints/notes.txt", ".cache/e.safetensors",
                "checkpoints/.cache/f.safetensors", "top.safetensors", "checkpoints/g.yaml",
            ]
            for path in plain { try models.write(bytes, to: path) }
            let versioned = ["checkpoints/z.safetensors", "configs/v1.yaml"]
            for path in versioned { try models.write(bytes, to: path) }
            for path in versioned { try eventually { try fixture.store.liveVersion(of: path) == 1 } }
            #expect(try fixture.store.counts().versions == 2)
            for path in plain { #expect(try models.read(path) == bytes) }
            // They change in place, as anywhere.
            let inode = try models.inode("checkpoints/notes.txt")
            try models.append([1], to: "checkpoints/notes.txt")
            #expect(try models.read("checkpoints/notes.txt") == bytes + [1])
            #expect(try models.inode("checkpoints/notes.txt") == inode)
            for (old, new) in [("a.safetensors.part", "a.safetensors"), ("c.incomplete", "c.safetensors")] {
                try models.rename("checkpoints/" + old, to: "checkpoints/" + new)
                try eventually { try fixture.store.liveVersion(of: "checkpoints/" + new) == 1 }
            }
            // A model under another name keeps its bytes, and is not a model any more.
            try models.rename("checkpoints/a.safetensors", to: "checkpoints/a.bak")
            #expect(try models.read("checkpoints/a.bak") == bytes)
            #expect(try fixture.store.liveVersion(of: "checkpoints/a.safetensors") == nil)
            try models.patch([9], at: 0, of: "checkpoints/a.bak")
            #expect(try models.read("checkpoints/a.bak") == [9] + bytes.dropFirst())
        }
    }

    /// > An incomplete file under a model's name does not become a version, whether it was written there, added or moved in: an empty one,
    /// > one with the suffix of safetensors or GGUF that does not begin like one, one that is shorter than its header says (safetensors,
    /// > GGUF, ONNX, PyTorch's format before 1.6), a zip archive without a directory, or one with an `.aria2` file beside it. A file that
    /// > was written or moved in becomes a version when the rest has arrived; until then `reprofs status` names it.
    @Test func `makes no version of half a download`() throws {
        try withLive { models, fixture in
            let bytes = SmallModel.bytes(seed: 1)
            try models.write([], to: "checkpoints/empty.safetensors")
            try models.write(Array(bytes.prefix(1000)), to: "checkpoints/half.safetensors")
            try models.write([0x50, 0x4B, 3, 4] + bytes, to: "checkpoints/half.pt")
            try models.write([], to: "checkpoints/aria.safetensors.aria2")
            try models.write(bytes, to: "checkpoints/aria.safetensors")
            try models.write(Array("<html>".utf8), to: "checkpoints/page.gguf")
            try models.write(bytes, to: "checkpoints/whole.safetensors")
            try eventually { try fixture.store.liveVersion(of: "checkpoints/whole.safetensors") == 1 }
            #expect(try fixture.store.counts().versions == 1)
            try models.append(Array(bytes.dropFirst(1000)), to: "checkpoints/half.safetensors")
            try eventually { try fixture.store.liveVersion(of: "checkpoints/half.safetensors") == 1 }
            try models.remove("checkpoints/aria.safetensors.aria2")
            try eventually { try fixture.store.liveVersion(of: "checkpoints/aria.safetensors") == 1 }
            try models.append([0x50, 0x4B, 5, 6] + [UInt8](repeating: 0, count: 18), to: "checkpoints/half.pt")
            try eventually { try fixture.store.liveVersion(of: "checkpoints/half.pt") == 1 }
            #expect(try fixture.store.counts().versions == 4)
        }
    }

    @Test(arguments: [(0o4755, 0o755), (0o2755, 0o755), (0o6777, 0o777), (0o2745, 0o2745)] as [(UInt32, UInt32)])
    func `takes from a file that others write what lets it run as its owner`(mode: UInt32, dropped: UInt32) throws {
        let fixture = try StoreFixture()
        let root = try View.root(of: fixture.store)
        let owner = Caller(user: 1000, group: 1000, opener: nil)
        let folder = try root.context.live.makeDirectory("checkpoints", in: LiveRow.root, mode: 0o755, by: owner).id
        let (row, draft) = try root.context.live.create("run.sh", in: folder, mode: mode, by: owner)
        try root.context.live.close(draft)
        for (user, expected) in [(0, mode), (65534, dropped)] as [(UInt32, UInt32)] {
            let file = try #require(try root.node(NodeID(.liveFile, row.id)).inode as? any WritableFile)
            let writing = try file.write(by: Caller(user: user, group: user, opener: nil))
            try [1].withUnsafeBytes { bytes throws in try writing.write(bytes, at: 0) }
            try writing.close()
            #expect(try fixture.store.live(row.id)?.mode == expected)
        }
    }

    @Test(.enabled(if: getuid() == 0, "skipped: not root"))
    func `a directory with the setgid bit gives its group to what is made in it`() throws {
        try withLive { models, _ in
            try models.makeDirectory("loras")
            try #require(chown(models.path("loras"), 0, 4242) == 0 && chmod(models.path("loras"), 0o2775) == 0)
            try models.write(SmallModel.bytes(seed: 1), to: "loras/a.safetensors")
            try models.makeDirectory("loras/inner")
            try models.write([1], to: "loras/inner/note.txt")
            try models.makeDirectory("vae")
            let (file, inner) = (try models.stat("loras/a.safetensors"), try models.stat("loras/inner"))
            #expect(file.st_gid == 4242 && file.st_mode & 0o2000 == 0)
            #expect(inner.st_gid == 4242 && inner.st_mode & 0o2000 != 0)
            #expect(try models.stat("loras/inner/note.txt").st_gid == 4242)
            #expect(try models.stat("vae").st_gid == getgid())
        }
    }

    /// > Files that are written keep their modes, owners and times, and a directory with the setgid bit gives its group to new entries. All
    /// > other files belong to the user who mounts.
    @Test func `keeps modes, owners and times`() throws {
        try withLive { models, fixture in
            try models.write(SmallModel.bytes(seed: 1), to: name)
            try models.setMode(name, 0o640)
            let times = [timespec(tv_sec: 1_000_000, tv_nsec: 5), timespec(tv_sec: 2_000_000, tv_nsec: 123_456_789)]
            #expect(utimensat(AT_FDCWD, models.path(name), times, 0) == 0)
            if geteuid() == 0 { #expect(chown(models.path(name), 1234, 5678) == 0) }
            func isKept() throws -> Bool {
                let facts = try models.stat(name)
                let isOwner = geteuid() != 0 || facts.st_uid == 1234 && facts.st_gid == 5678
                return facts.st_mode & 0o7777 == 0o640 && facts.st_mtim.tv_sec == 2_000_000
                    && facts.st_mtim.tv_nsec == 123_456_789 && facts.st_atim.tv_sec == 1_000_000 && isOwner
            }
            #expect(try isKept())
            try eventually { try fixture.store.liveVersion(of: name) == 1 }
            #expect(try isKept())
            try models.rename(name, to: "checkpoints/other.safetensors")
            try models.rename("checkpoints/other.safetensors", to: name)
            #expect(try isKept())
            try fixture.add("checkpoints/added.safetensors", seed: 2)
            try eventually { models.exists("checkpoints/added.safetensors") }
            #expect(try models.stat("checkpoints/added.safetensors").st_uid == getuid())
        }
    }

    /// > Making a hard link, a device, a pipe or a socket fails with EPERM, and so does a symbolic link that is absolute or leads out of
    /// > the view. A name of more than 255 bytes fails with ENAMETOOLONG, one that is not UTF-8 with EILSEQ, one with a backslash with
    /// > EINVAL, and moving something into another tree with EROFS.
    @Test func `refuses with one errno each`() throws {
        try withLive { models, fixture in
            try models.write(SmallModel.bytes(seed: 1), to: name)
            func problem(_ result: CInt) -> Errno? { result == -1 ? Errno(rawValue: errno) : nil }
            let path = models.path(name)
            #expect(problem(link(path, models.path("checkpoints/hard.safetensors"))) == .notPermitted)
            #expect(problem(mkfifo(models.path("pipe"), 0o644)) == .notPermitted)
            #expect(problem(symlink("/etc/passwd", models.path("out"))) == .notPermitted)
            #expect(problem(symlink("../../other", models.path("checkpoints/out"))) == .notPermitted)
            let long = String(repeating: "n", count: 256)
            #expect(problem(open(models.path(long), O_CREAT | O_WRONLY, 0o644)) == .fileNameTooLong)
            let bytes: [CChar] = models.path("x").utf8CString.dropLast() + [-1, 0]
            #expect(problem(open(bytes, O_CREAT | O_WRONLY, 0o644)) == .illegalByteSequence)
            #expect(problem(mkdir(models.path("a\\b"), 0o755)) == .invalidArgument)
            let mount = models.root.removingLastComponent()
            #expect(problem(rename(path, mount.appending("by-name/x").string)) == .readOnlyFileSystem)
            // A link inside is a link.
            try models.link("checkpoints/inner.safetensors", to: "model.safetensors")
            try models.link("checkpoints/up", to: "../checkpoints/model.safetensors")
            #expect(try models.read("checkpoints/up") == SmallModel.bytes(seed: 1))
        }
    }

    @Test func `renames without replacing and exchanges`() throws {
        try withLive { models, fixture in
            let renameat2 = try #require(RenameAt2.call)
            for (name, seed) in [("a", 1), ("b", 2)] {
                try models.write(SmallModel.bytes(seed: UInt64(seed)), to: "checkpoints/\(name).safetensors")
            }
            let a = models.path("checkpoints/a.safetensors")
            let b = models.path("checkpoints/b.safetensors")
            #expect(renameat2(AT_FDCWD, a, AT_FDCWD, b, 1) == -1 && errno == EEXIST)
            #expect(renameat2(AT_FDCWD, a, AT_FDCWD, b, 2) == 0)
            #expect(try models.read("checkpoints/a.safetensors") == SmallModel.bytes(seed: 2))
            #expect(try models.read("checkpoints/b.safetensors") == SmallModel.bytes(seed: 1))
            try eventually {
                try fixture.store.digests(of: "checkpoints/a.safetensors").count == 2
                    && fixture.store.digests(of: "checkpoints/b.safetensors").count == 2
            }
            let mount = WritableTree(models.root.removingLastComponent())
            for (path, seed) in [("a.safetensors", 2), ("b.safetensors", 1)] {
                let live = try #require(try fixture.store.liveVersion(of: "checkpoints/" + path))
                let bytes = try mount.read("by-name/checkpoints/\(path)/v\(live)/\(path)")
                #expect(bytes == SmallModel.bytes(seed: UInt64(seed)))
            }
        }
    }

    @Test func `records who opened a model that was closed a moment ago`() throws {
        try withLive { models, fixture in
            for seed in 1...5 {
                let path = "checkpoints/m\(seed).safetensors"
                try models.write(SmallModel.bytes(seed: UInt64(seed)), to: path)
                #expect(try models.read(path) == SmallModel.bytes(seed: UInt64(seed)))
            }
            try eventually {
                Set(try fixture.store.loads().map(\.sha256)) == Set((1...5).map { SmallModel.digest(seed: $0) })
            }
        }
    }

    /// > A mount with `--models-only` has the contents of `models` at its top; the other views exist but are not listed.
    @Test func `takes a models directory's place`() throws {
        let fixture = try StoreFixture()
        try fixture.add("loras/a.safetensors", seed: 1)
        try View.mount(fixture.store, isModelsDirectory: true) { tree throws in
            let top = WritableTree(tree.mountPoint)
            #expect(try top.names() == ["loras"])
            try top.makeDirectory("checkpoints")
            try top.write(SmallModel.bytes(seed: 2), to: name)
            try top.rename("loras", to: "vae")
            #expect(try top.names() == ["checkpoints", "vae"])
            try eventually { try fixture.store.liveVersion(of: name) == 1 }
            #expect(try top.read("by-name/\(name)/v1/model.safetensors") == SmallModel.bytes(seed: 2))
            #expect(try top.read("active/models/vae/a.safetensors") == SmallModel.bytes(seed: 1))
            #expect(top.exists(".reprofs/status"))
            try fixture.add("loras/b.safetensors", seed: 3)
            try eventually { (try? top.read("loras/b.safetensors")) == SmallModel.bytes(seed: 3) }
        }
    }
}

/// `renameat2`, which Swift's Glibc does not show.
enum RenameAt2 {
    typealias Call = @convention(c) (CInt, UnsafePointer<CChar>, CInt, UnsafePointer<CChar>, CUnsignedInt) -> CInt
    static let call = dlsym(nil, "renameat2").map { unsafeBitCast($0, to: Call.self) }
}
