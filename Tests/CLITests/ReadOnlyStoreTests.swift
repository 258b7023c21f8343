import Foundation
import Glibc
import Recipe
import Support
import SystemPackage
import Testing

/// > A store on a read-only file system can be listed, verified, mounted and read. It is shown as it was when the command or the mount
/// > opened it; only files that were not versions then are shown as another machine that can write to the store has changed them since.
/// > Nothing in it can be changed, and every write in its mounts fails with EROFS.
@Suite(.timeLimit(.minutes(20))) struct `A store on a read-only file system` {
    let disk: SmallDisk
    let model = SmallModel.bytes(seed: 1)

    /// `wal` says whether the last one who wrote there was killed, so that the newest rows are in SQLite's log alone.
    private init(wal: Bool) throws {
        disk = try SmallDisk.make(.tmpfs, size: 64 << 20)
        try #require(try disk.run(["init"]).status == 0)
        try disk.line.writeModels(seed: 1)
        let models = disk.line.directory.appending("models").string
        if wal {
            // While the store is open its log is not put away.
            let place = disk.line.mountPoint.string
            try #require(try disk.run(["mount", place]).status == 0)
            try #require(try disk.run(["add", models]).status == 0)
            let process = try #require(
                try disk.run(["status", "--json"]).json?["mounts"]?.array?.first?["process"]?.number?.int)
            kill(pid_t(process), SIGKILL)
            umount2(place, CInt(MNT_DETACH))
            try eventually { kill(pid_t(process), 0) != 0 }
            try #require(
                try FileManager.default.attributesOfItem(atPath: disk.store + "/catalogue.sqlite-wal")[.size] as? Int
                    ?? 0 > 0)
        } else {
            try #require(try disk.run(["add", models]).status == 0)
        }
    }

    init() throws { try self.init(wal: false) }

    private func expectReading() throws {
        #expect(try disk.run(["list", "models", "--json"]).json?.array?.count == 2)
        for command in [["status"], ["log"], ["verify"], ["du"], ["list", "images"], ["list", "pins"]] {
            let outcome = try disk.run(command)
            #expect(outcome.status == 0, "\(command): \(outcome.complaint)")
        }
    }

    @Test func `is listed, verified and told of`() throws {
        try disk.makeReadOnly()
        try expectReading()
    }

    @Test(arguments: [false, true]) func `is read though it was never closed`(hasIndex: Bool) throws {
        let cut = try Self(wal: true)
        if !hasIndex { unlink(cut.disk.store + "/catalogue.sqlite-shm") }
        try cut.disk.makeReadOnly()
        try cut.expectReading()
    }

    @Test func `is mounted and read`() throws {
        try disk.makeReadOnly()
        let line = disk.line
        let outcome = try line.run(
            tool: CommandLineFixture.executable, ["mount", line.mountPoint.string],
            environment: ["REPROFS_STORE": disk.store, "XDG_STATE_HOME": line.directory.appending("state").string])
        #expect(outcome.status == 0, "\(outcome.complaint)")
        #expect(outcome.complaint.contains("lies on a read-only file system"), "\(outcome.complaint)")
        #expect(try line.read("models/checkpoints/model.safetensors") == model)
        #expect(try line.read("by-name/checkpoints/model.safetensors/v1/model.safetensors") == model)
        let models = WritableTree(line.mountPoint.appending("models"))
        #expect(throws: Errno.readOnlyFileSystem) { try models.write([1], to: "checkpoints/new.bin") }
        #expect(throws: Errno.readOnlyFileSystem) { try models.remove("checkpoints/model.safetensors") }
        #expect(try line.json(".reprofs/status")["models"]?["writable"] == false)
        #expect(try disk.run(["unmount", line.mountPoint.string]).status == 0)
    }

    @Test(arguments: [
        ["add", "models"], ["gc"], ["pin", "x", "y"], ["verify", "--repair"], ["backup"],
        ["restore", "checkpoints/model.safetensors@v1"],
        ["release", "out"], ["use", "live"],
    ])
    func `is changed by no command`(_ arguments: [String]) throws {
        try disk.makeReadOnly()
        let outcome = try disk.run(arguments)
        #expect(outcome.status == 1, "\(outcome.output)")
        #expect(
            outcome.complaint.contains("lies on a read-only file system; nothing in it can be changed"),
            "\(outcome.complaint)")
    }
}
