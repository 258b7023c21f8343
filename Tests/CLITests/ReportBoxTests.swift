import Foundation
import Recipe
import Store
import Support
import SystemPackage
import Testing

/// `.reprofs/reports` as other users of the machine find it.
@Suite(.timeLimit(.minutes(5)), .enabled(if: getuid() == 0, "skipped: not root")) struct `The report box of a mount` {
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
}
