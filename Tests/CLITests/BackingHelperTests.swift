import Foundation
import Recipe
import Store
import Support
import SystemPackage
import Testing

/// The program beside `reprofs`.
private let program = FilePath(CommandLineFixture.executable).removingLastComponent().appending("reprofs-backing")
    .string

@Suite(.timeLimit(.minutes(20))) struct `Attacks on the helper` {
    private static let script = FilePath(#filePath).removingLastComponent().removingLastComponent()
        .appending("BackingHelper/attacks.py").string

    /// What is attacked is named where it is done: each name says what comes of it.
    private static let attacks: [String] = {
        let text = (try? String(contentsOfFile: script, encoding: .utf8)) ?? ""
        let lines = text.split(separator: "\n")
        return zip(lines, lines.dropFirst()).compactMap { mark, line in
            guard mark == "@attack", line.hasPrefix("def ") else { return nil }
            return String(line.dropFirst(4).prefix { $0 != "(" })
        }
    }()

    @Test(arguments: attacks) func `come to nothing`(attack: String) throws {
        let line = try CommandLineFixture()
        guard geteuid() == 0, access("/dev/fuse", R_OK | W_OK) == 0,
            ["/usr/bin/python3", "/usr/bin/setpriv"].allSatisfy(FileManager.default.isExecutableFile)
        else { try Test.cancel("skipped: not root, no /dev/fuse, no python3 or no setpriv") }
        let outcome = try line.run(tool: "/usr/bin/python3", [Self.script, program, attack])
        if outcome.output.hasPrefix("skipped") { try Test.cancel("\(outcome.output)") }
        #expect(outcome.status == 0, "\(outcome.complaint)")
    }

    @Test func `are many`() { #expect(Self.attacks.count > 20) }
}

/// Mounts of an ordinary user, to whom the kernel itself refuses.
@Suite(.timeLimit(.minutes(20))) struct `An ordinary user's reads by the kernel` {
    private static let listen = FilePath(#filePath).removingLastComponent().removingLastComponent()
        .appending("BackingHelper/listen.py").string
    private let line: CommandLineFixture
    init() throws { line = try CommandLineFixture() }

    /// Runs a script in a namespace in which users may mount, whose /run has nothing but what the script makes.
    ///
    /// There `helper` starts the helper, `start` mounts, `on` opens files again, once nobody keeps what they were, and waits until the mount says that the
    /// kernel reads by itself; `off` the same until it says that it does not, with these words; and `same NAME` compares what is read, also through a mapping, with what was put there.
    private func run(_ script: String) throws -> CommandLineFixture.Outcome {
        guard geteuid() == 0 else { try Test.cancel("skipped: not root") }
        for (index, name) in ["a", "b", "c", "d"].enumerated() {
            try line.directory.write(
                SmallModel.bytes(seed: UInt64(index), size: 300_000), to: "models/checkpoints/\(name).safetensors")
        }
        return try line.run(
            whereUsersMayMount: #"""
                reprofs=$1 own=$2 program=$2/reprofs-backing models=$4 listen=$5 socket=/run/reprofs/backing.sock
                mount -t tmpfs -o mode=755 tmpfs /run && mkdir /run/reprofs && chown 65533 /run/reprofs || exit 10
                cp "$3" "$program" && chmod 755 "$program" || exit 10
                helper() {
                    rm -f $socket
                    /usr/bin/python3 "$listen" $socket "$program" &
                    process=$!
                    for try in $(seq 200); do grep -qs "^Seccomp:.*2" /proc/$process/status && return; sleep 0.05; done
                    exit 14
                }
                ends() { kill -9 $process 2>/dev/null; as 65534 "$reprofs" unmount "$own/m" >/dev/null 2>&1; }
                trap ends EXIT
                # What was made of a file before is kept for a moment: all are opened again after it.
                says() {
                    for try in $(seq 20); do
                        sleep 3
                        for name in a b c d; do
                            as 65534 head -c 1 "$own/m/models/checkpoints/$name.safetensors" >/dev/null || exit 15
                        done
                        as 65534 cat "$own/m/.reprofs/status" | tr -d '\n' | tr -s ' ' > "$own/status"
                        grep -qF "$1" "$own/status" && { [ -z "$2" ] || grep -qF "$2" "$own/status"; } && return
                    done
                    echo "never: $1 $2"; cat "$own/status"; exit 16
                }
                on() { says '"on": true' '"used": true'; }
                off() { says '"on": false' "$1"; }
                same() {
                    as 65534 /usr/bin/python3 -c '
                import mmap, sys
                shown, put = open(sys.argv[1], "rb"), open(sys.argv[2], "rb").read()
                assert mmap.mmap(shown.fileno(), 0, prot=mmap.PROT_READ)[:] == put == shown.read()
                ' "$own/m/models/checkpoints/$1.safetensors" "$models/checkpoints/$1.safetensors" || exit 17
                }
                as 65534 "$reprofs" init >/dev/null && as 65534 mkdir "$own/m" || exit 11
                as 65534 "$reprofs" add --copy "$models" >/dev/null || exit 12
                start() { as 65534 "$reprofs" mount "$own/m" >/dev/null || exit 13; }

                """# + script, program, line.directory.appending("models").string, Self.listen)
    }

    @Test func `are as fast as root's where the helper is there`() throws {
        let outcome = try run("helper; start; on; for name in a b c d; do same $name; done; same a; on")
        #expect(outcome.status == 0, "\(outcome)")
    }

    @Test func `go through the mount where no helper is there, which says so`() throws {
        let outcome = try run(
            #"start; off '"there": false'; for name in a b c d; do same $name; done; off 'service install --helper'"#)
        #expect(outcome.status == 0, "\(outcome)")
    }

    @Test func `begin when the helper comes`() throws {
        let outcome = try run("start; same a; off; helper; on; same b")
        #expect(outcome.status == 0, "\(outcome)")
    }

    @Test func `go on when the helper is killed, and when it is started again`() throws {
        let outcome = try run(
            """
            helper; start; on
            mkfifo "$own/wait" && chmod 666 "$own/wait"
            as 65534 sh -c 'exec 5<"$1"; read ready <"$3"; cmp - "$2" <&5' sh "$own/m/models/checkpoints/b.safetensors" \
                "$models/checkpoints/b.safetensors" "$own/wait" & reader=$!
            kill -9 $process
            same b; same c; off; same d; same a
            helper; on; same c; same b
            echo go > "$own/wait"; wait $reader || exit 18
            """)
        #expect(outcome.status == 0, "\(outcome)")
    }

    /// It is asked once, and then not for a while: nobody waits for it a second time.
    @Test func `go on when the helper stands still`() throws {
        let outcome = try run(
            "helper; start; on; kill -STOP $process; same b; same c; off 'gives no answer'; same d; kill -CONT $process; on; same b"
        )
        #expect(outcome.status == 0, "\(outcome)")
    }

    /// Something else listens there, which answers everybody with these bytes, an expression of Python's.
    private static func impostor(_ answer: String) -> String {
        """
        setpriv --reuid 65533 --clear-groups /usr/bin/python3 -c "
        import os, socket, struct
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        listener.bind('$socket')
        os.chmod('$socket', 0o666)
        listener.listen(9)
        while True:
            client = listener.accept()[0]
            client.recv(100)
            client.send(\(answer))
        " & process=$!
        for try in $(seq 200); do [ -S $socket ] && break; sleep 0.05; done

        """
    }

    /// It refuses, or says what makes no sense.
    @Test(arguments: [
        "struct.pack('<i', -1)", "struct.pack('<i', -18)", "struct.pack('<i', -4711)", "struct.pack('<i', 0)", "b'x'",
        "b''",
    ]) func `go on whatever the helper says`(answer: String) throws {
        let outcome = try run(Self.impostor(answer) + "start; for name in a b c d; do same $name; done")
        #expect(outcome.status == 0, "\(outcome)")
    }

    /// Nobody is told to use another file system where it is not at fault.
    @Test(arguments: [
        (EXDEV, "does not register files of the store's file system"),
        (ENOENT, "that the helper reprofs-backing does not see"),
    ]) func `say why the helper refuses a file`(problem: CInt, words: String) throws {
        let outcome = try run(Self.impostor("struct.pack('<i', -\(problem))") + "start; off \"\(words)\"")
        #expect(outcome.status == 0, "\(outcome)")
    }

    @Test func `never let anybody write into a blob`() throws {
        let outcome = try run(
            """
            helper; start; on
            as 65534 /usr/bin/python3 -c '
            import os, sys
            reader = os.open(sys.argv[1], os.O_RDONLY)
            try:
                os.pwrite(os.open("/proc/self/fd/%d" % reader, os.O_RDWR), b"x", 9)
                sys.exit(1)
            except OSError: pass
            ' "$own/m/models/checkpoints/a.safetensors" || exit 18
            as 65534 "$reprofs" verify >/dev/null || exit 19
            """)
        #expect(outcome.status == 0, "\(outcome)")
    }
}
