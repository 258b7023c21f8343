import Foundation
import Recipe
import Store
import Support
import SystemPackage
import Testing

/// `.reprofs/reports` as other users of the machine find it.
@Suite(.timeLimit(.minutes(20)), .enabled(if: getuid() == 0, "skipped: not root")) struct `The report box of a mount` {
    let line: CommandLineFixture
    init() throws {
        line = try CommandLineFixture()
        try #require(chmod(line.directory.path.string, 0o755) == 0)
        try #require(try line.run("init").status == 0)
    }

    private func report(of image: FilePath) throws -> FilePath {
        let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: image.string)))
        let report: JSON = [
            "schema": "reprofs.report/1", "ended": .integer(Timestamp.now().nanoseconds),
            "prompt": .string(SmallImage.graph()),
            "outputs": [["path": .string(image.string), "sha256": .string(SHA256.digest(of: bytes).hex)]],
        ]
        return try line.directory.write(
            Array(report.compact().utf8), to: "report-\(image.lastComponent?.string ?? "image").json")
    }

    /// As a user who is nobody here.
    private func deliver(_ report: FilePath) throws -> CommandLineFixture.Outcome {
        try line.run(
            tool: "/usr/bin/setpriv",
            [
                "--reuid", "65534", "--regid", "65534", "--clear-groups", "sh", "-c", #"cat "$1" > "$2""#, "sh",
                report.string, line.file(".reprofs/reports"),
            ])
    }

    /// > The files that a report names are read with the rights of whoever wrote it. A mount that cannot take the rights of others
    /// > refuses their reports with EACCES.
    @Test func `takes reports of another user, and believes them as far as that user may see`() throws {
        guard FileManager.default.isExecutableFile(atPath: "/usr/bin/setpriv") else {
            try Test.cancel("skipped: no setpriv")
        }
        let secret = try line.directory.write(SmallImage.comfy(prompt: SmallImage.graph()), to: "output/secret.png")
        let open = try line.directory.write(SmallImage.comfy(prompt: SmallImage.graph(seed: 9)), to: "output/open.png")
        try #require(chmod(secret.string, 0o600) == 0 && chmod(open.string, 0o644) == 0)
        try line.mount("--allow-other")
        defer { _ = try? line.run("unmount", line.mountPoint.string) }
        #expect(try deliver(report(of: secret)).status == 0)
        #expect(try deliver(report(of: open)).status == 0)
        try eventually { try line.run("recipe", open.string, "--json").status == 0 }
        let listed = try line.run("list", "snapshots", "--json").output
        #expect(listed.contains("open.png") && !listed.contains("secret.png"))
    }

    /// A mount of an ordinary user, which others may use: in a mount namespace of its own, whose fuse.conf allows that.
    @Test func `a mount of an ordinary user takes that user's reports and refuses all others, root's too`() throws {
        for tool in ["/usr/bin/setpriv", "/usr/bin/unshare", "/usr/bin/fusermount3", "/bin/mount"] {
            guard FileManager.default.isExecutableFile(atPath: tool) else { try Test.cancel("skipped: no \(tool)") }
        }
        guard access("/dev/fuse", R_OK | W_OK) == 0 else { try Test.cancel("skipped: /dev/fuse is not there to use") }
        let image = try line.directory.write(SmallImage.comfy(prompt: SmallImage.graph()), to: "output/a.png")
        let secret = try line.directory.write(SmallImage.comfy(prompt: SmallImage.graph(seed: 3)), to: "output/b.png")
        try #require(chmod(image.string, 0o644) == 0 && chmod(secret.string, 0o600) == 0)
        let own = line.directory.appending("nobody")
        try #require(mkdir(own.string, 0o755) == 0 && chown(own.string, 65534, 65534) == 0)
        let configuration = try line.directory.write(Array("user_allow_other\n".utf8), to: "fuse.conf")
        let script = """
            mount --make-rprivate / && mount --bind "$3" /etc/fuse.conf || { echo "no namespace"; exit 0; }
            mknod "$2/fuse" c 10 229 && chmod 666 "$2/fuse" && mount --bind "$2/fuse" /dev/fuse
            as() { who=$1; shift; setpriv --reuid "$who" --regid "$who" --clear-groups "$@"; }
            as 65534 "$1" init >/dev/null && mkdir "$2/m" && chown 65534:65534 "$2/m"
            as 65534 "$1" mount "$2/m" --allow-other --no-passthrough >/dev/null || { echo "no mount"; exit 0; }
            for who in 65534 12345 0; do
                as $who sh -c 'cat "$1" > "$2/m/.reprofs/reports"' sh "$4" "$2"; echo "$who: $?"
            done
            as 65534 sh -c 'cat "$1" > "$2/m/.reprofs/reports"' sh "$5" "$2"; echo "secret: $?"
            for try in $(seq 100); do as 65534 "$1" list snapshots | grep -q a.png && break; sleep 0.1; done
            as 65534 "$1" list snapshots
            as 65534 "$1" unmount "$2/m"
            """
        let outcome = try line.run(
            tool: "/usr/bin/unshare",
            [
                "-m", "sh", "-c", script, "sh", CommandLineFixture.executable, own.string, configuration.string,
                report(of: image).string, report(of: secret).string,
            ], environment: ["REPROFS_STORE": own.appending("store").string])
        for missing in ["no namespace", "no mount"] where outcome.output.contains(missing) {
            try Test.cancel("skipped: \(missing): \(outcome.complaint)")
        }
        #expect(outcome.output.contains("65534: 0"), "\(outcome)")
        #expect(!outcome.output.contains("12345: 0") && outcome.output.contains("12345:"), "\(outcome)")
        #expect(!outcome.output.contains("\n0: 0") && outcome.output.contains("\n0:"), "\(outcome)")
        #expect(outcome.output.contains("a.png") && !outcome.output.contains("b.png"), "\(outcome)")
    }
}
