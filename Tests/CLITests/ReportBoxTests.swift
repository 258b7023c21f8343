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

    /// > The files that a report names are read with the rights of the user who wrote it. A mount that cannot act with another user's
    /// > rights refuses that user's reports with EACCES.
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

    @Test func `a mount of an ordinary user takes that user's reports and refuses all others, root's too`() throws {
        let image = try line.directory.write(SmallImage.comfy(prompt: SmallImage.graph()), to: "output/a.png")
        let secret = try line.directory.write(SmallImage.comfy(prompt: SmallImage.graph(seed: 3)), to: "output/b.png")
        try #require(chmod(image.string, 0o644) == 0 && chmod(secret.string, 0o600) == 0)
        let outcome = try line.run(
            whereUsersMayMount: """
                as 65534 "$1" init >/dev/null && mkdir "$2/m" && chown 65534:65534 "$2/m"
                as 65534 "$1" mount "$2/m" --allow-other --no-passthrough >/dev/null
                for who in 65534 12345 0; do
                    as $who sh -c 'cat "$1" > "$2/m/.reprofs/reports"' sh "$3" "$2"; echo "$who: $?"
                done
                as 65534 sh -c 'cat "$1" > "$2/m/.reprofs/reports"' sh "$4" "$2"; echo "secret: $?"
                for try in $(seq 100); do as 65534 "$1" list snapshots | grep -q a.png && break; sleep 0.1; done
                as 65534 "$1" list snapshots
                as 65534 "$1" unmount "$2/m"
                """, report(of: image).string, report(of: secret).string)
        #expect(outcome.output.contains("65534: 0"), "\(outcome)")
        #expect(!outcome.output.contains("12345: 0") && outcome.output.contains("12345:"), "\(outcome)")
        #expect(!outcome.output.contains("\n0: 0") && outcome.output.contains("\n0:"), "\(outcome)")
        #expect(outcome.output.contains("a.png") && !outcome.output.contains("b.png"), "\(outcome)")
    }
}
