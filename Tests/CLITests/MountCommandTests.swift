import Foundation
import Glibc
import Recipe
import Support
import SystemPackage
import Testing

@Suite(.timeLimit(.minutes(20))) struct `The mount command` {
    let line: CommandLineFixture
    init() throws {
        line = try CommandLineFixture()
        try #require(try line.run("init").status == 0)
    }

    private func server() throws -> pid_t {
        pid_t(try #require(try line.json(".reprofs/status")["process"]?.number?.int))
    }

    @Test func `returns when the file system is there, and unmount when its process is gone`() throws {
        try line.mount()
        let server = try server()
        #expect(kill(server, 0) == 0)
        #expect(try line.run("unmount", line.mountPoint.string).status == 0)
        #expect(!line.isMounted)
        // Whoever became its parent has to notice, too.
        try eventually { kill(server, 0) == -1 && errno == ESRCH }
    }

    @Test func `brings back the error of its process`() throws {
        try line.directory.write([], to: "file")
        for (directory, reason) in [("file", "is not a directory"), ("absent/deeper", "cannot make the mount point")] {
            let outcome = try line.run("mount", line.directory.appending(directory).string)
            #expect(outcome.status == 1)
            #expect(outcome.complaint.contains(reason), "\(outcome.complaint)")
        }
        try line.directory.write([0, 1, 2], to: "store/catalogue.sqlite")
        let broken = try line.run("mount", line.mountPoint.string)
        #expect(broken.status == 1)
        #expect(broken.complaint.contains("catalogue"), "\(broken.complaint)")
        #expect(!line.isMounted)
    }

    @Test func `refuses a mount point inside the store and a store inside the mount point`() throws {
        for path in [line.store.appending("mount"), line.directory.path] {
            let outcome = try line.run("mount", path.string)
            #expect(outcome.status == 1)
            #expect(outcome.complaint.contains("inside"), "\(outcome.complaint)")
        }
    }

    @Test func `is found by a link to its directory, too`() throws {
        try FileManager.default.createDirectory(atPath: line.mountPoint.string, withIntermediateDirectories: false)
        let link = line.directory.appending("link").string
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "mount point")
        guard access("/dev/fuse", R_OK | W_OK) == 0 else { try Test.cancel("skipped: /dev/fuse is not there to use") }
        #expect(try line.run("mount", link).status == 0)
        #expect(line.isMounted)
        #expect(try line.run("unmount", link).status == 0)
        #expect(!line.isMounted)
    }

    @Test func `refuses a directory that is not empty, and says what it would hide`() throws {
        try line.directory.write([1], to: "mount point/checkpoints/late.safetensors")
        let other = line.directory.appending("other").string
        for arguments in [["mount", line.mountPoint.string], ["mount", other, "--models-at", line.mountPoint.string]] {
            let outcome = try line.run(arguments)
            #expect(outcome.status == 6)
            #expect(outcome.complaint.contains("would hide what is in it: checkpoints"), "\(outcome.complaint)")
            #expect(!line.isMounted)
        }
        try line.mount("--allow-non-empty")
        #expect(line.isMounted)
        #expect(try line.run("unmount", line.mountPoint.string).status == 0)
        #expect(FileManager.default.fileExists(atPath: line.file("checkpoints/late.safetensors")))
    }

    @Test func `refuses a second mount at the same place`() throws {
        try line.mount()
        let outcome = try line.run("mount", line.mountPoint.string)
        #expect(outcome.status == 1)
        #expect(outcome.complaint.contains("already"))
    }

    @Test func `replaces a mount whose process died`() throws {
        try line.mount()
        kill(try server(), SIGKILL)
        try eventually {
            var facts = stat()
            return stat(line.mountPoint.string, &facts) == -1 && errno == ENOTCONN
        }
        try line.mount()
        #expect(try line.json(".reprofs/status")["counts"]?["models"] == 0)
    }

    @Test(arguments: [SIGTERM, SIGINT, SIGHUP]) func `unmounts when it is told to end`(signal: CInt) throws {
        try line.mount()
        kill(try server(), signal)
        try eventually { !line.isMounted }
    }

    @Test func `leaves a busy mount alone and says so`() throws {
        try line.mount()
        let file = try FileDescriptor.open(line.file(".reprofs/status"), .readOnly, options: .closeOnExec)
        let outcome = try line.run("unmount", line.mountPoint.string)
        #expect(outcome.status == 1)
        #expect(outcome.complaint.contains("use") || outcome.complaint.contains("refused"))
        #expect(line.isMounted)
        try file.close()
        #expect(try line.run("unmount", line.mountPoint.string).status == 0)
    }

    @Test func `shows one store at two places`() throws {
        try line.mount()
        let second = line.directory.appending("second").string
        #expect(try line.run("mount", second).status == 0)
        #expect(FileManager.default.fileExists(atPath: second + "/.reprofs/status"))
        #expect(try line.run("unmount", second).status == 0)
        #expect(try line.json(".reprofs/status")["schema"] == "reprofs.mount/1")
    }

    @Test func `works for an ordinary user through fusermount3`() throws {
        guard geteuid() == 0 else { return try line.mount() }
        let outcome = try line.run(
            whereUsersMayMount: """
                as 65534 "$1" init >/dev/null && as 65534 mkdir "$2/m" || exit 11
                as 65534 "$1" mount "$2/m" >/dev/null || exit 12
                as 65534 cat "$2/m/.reprofs/status" || exit 13
                as 65534 sh -c 'mkdir "$1/m/models/loras" && echo note > "$1/m/models/loras/note.txt"' sh "$2" || exit 14
                # Without --allow-other it is nobody else's.
                as 12345 cat "$2/m/.reprofs/status" && exit 15
                as 65534 "$1" unmount "$2/m" >/dev/null || exit 16
                grep " $2/m " /proc/self/mounts && exit 17
                exit 0
                """)
        #expect(outcome.status == 0, "\(outcome)")
        #expect(outcome.json?["schema"] == "reprofs.mount/1")
    }

    /// Whoever opens a model while it becomes a version gets its bytes: its file is read-only by then, which stops all but root.
    @Test func `opens for an ordinary user what is written at the same time`() throws {
        guard FileManager.default.isExecutableFile(atPath: "/usr/bin/python3") else {
            try Test.cancel("skipped: no python3")
        }
        let reader = """
            import os, sys, threading
            path, problems, done = sys.argv[1], [], threading.Event()
            def watch():
                while not done.is_set():
                    try: open(path, "rb").close()
                    except FileNotFoundError: pass
                    except OSError as error: problems.append(f"reading: {error}")
            threads = [threading.Thread(target=watch) for _ in range(3)]
            for thread in threads: thread.start()
            for number in range(150):
                try:
                    with open(path, "wb") as file: file.write(b"%d" % number + os.urandom(300_000))
                except OSError as error: problems.append(f"writing: {error}")
            done.set()
            for thread in threads: thread.join()
            print(len(problems), problems[:3])
            """
        try line.directory.write(Array(reader.utf8), to: "reader.py")
        let outcome = try line.run(
            whereUsersMayMount: """
                as 65534 "$1" init >/dev/null && as 65534 mkdir "$2/m" || exit 11
                as 65534 "$1" mount "$2/m" >/dev/null || exit 12
                as 65534 mkdir "$2/m/models/checkpoints" || exit 13
                as 65534 /usr/bin/python3 "$3" "$2/m/models/checkpoints/model.pt" || exit 14
                as 65534 "$1" unmount "$2/m" >/dev/null || exit 15
                """, line.directory.appending("reader.py").string)
        #expect(outcome.status == 0 && outcome.output.hasPrefix("0 "), "\(outcome)")
    }
}
