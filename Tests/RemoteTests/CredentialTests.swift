import Foundation
import Recipe
import Remote
import Support
import SystemPackage
import Testing

@Suite struct `Logins that others keep` {
    private func find(_ config: String, _ host: String, _ path: String = "team/models") -> DockerConfig.Found? {
        DockerConfig(Array(config.utf8))?.find(hosts: [host], path: path).first
    }
    private func encoded(_ text: String) -> String { Data(text.utf8).base64EncodedString() }

    @Test func `are split at the first colon`() {
        let config = #"{"auths": {"a.example": {"auth": "\#(encoded("me:pass:word"))"}}}"#
        #expect(find(config, "a.example") == .login(Login(user: "me", secret: "pass:word")))
        #expect(find(config, "b.example") == nil)
    }

    @Test func `may be under an address, as Docker writes them`() {
        let config = #"{"auths": {"https://index.docker.io/v1/": {"auth": "\#(encoded("me:x"))"}}}"#
        #expect(find(config, "index.docker.io") == .login(Login(user: "me", secret: "x")))
    }

    @Test func `are taken by the longest beginning of the path`() {
        let config = """
            {"auths": {"a.example": {"auth": "\(encoded("host:1"))"}, "a.example/team": {"auth": "\(encoded("team:2"))"},
            "a.example/tea": {"auth": "\(encoded("wrong:3"))"}}}
            """
        #expect(find(config, "a.example") == .login(Login(user: "team", secret: "2")))
        #expect(find(config, "a.example", "other") == .login(Login(user: "host", secret: "1")))
    }

    @Test func `may be a refresh token`() {
        let config = #"{"auths": {"a.example": {"auth": "\#(encoded("<token>:"))", "identitytoken": "t"}}}"#
        #expect(find(config, "a.example") == .login(Login(user: "<token>", secret: "t")))
    }

    @Test func `are asked of the registry's own helper, then of that for all`() {
        let config = #"{"auths": {"a.example": {}}, "credHelpers": {"a.example": "own"}, "credsStore": "all"}"#
        #expect(find(config, "a.example") == .helper("own"))
        #expect(find(config, "b.example") == .helper("all"))
    }

    @Test func `are asked of helpers before the file itself is believed, as Docker does it`() {
        let config = #"""
            {"auths": {"a.example": {"auth": "\#(encoded("me:old"))"}, "b.example": {"auth": "\#(encoded("me:old"))"}},
            "credHelpers": {"a.example": "own"}, "credsStore": "all"}
            """#
        let login = DockerConfig.Found.login(Login(user: "me", secret: "old"))
        for (host, helper) in [("a.example", "own"), ("b.example", "all")] {
            #expect(
                DockerConfig(Array(config.utf8))?.find(hosts: [host], path: "team") == [.helper(helper), login])
        }
    }

    @Test(arguments: ["../../bin/sh", "a b", "", "a/b"]) func `are never asked of what is no name of a helper`(
        name: String
    ) {
        #expect(find(#"{"credsStore": "\#(name)"}"#, "a.example") == nil)
    }

    @Test func `do not show themselves`() {
        let login = Login(user: "me", secret: "hush")
        var dumped = ""
        dump(login, to: &dumped)
        #expect(!"\(login) \(String(reflecting: login)) \(dumped)".contains("hush"))
    }
}

/// Programs that keep logins, as scripts in a directory of the search path.
@Suite(.serialized) struct `A credential helper` {
    private let directory: TemporaryDirectory
    private let name = "reprofs-test-\(UInt32.random(in: 0...UInt32.max))"

    init() throws { directory = try TemporaryDirectory() }

    private func login(_ script: String, limit: Duration = .seconds(60)) async throws -> Login? {
        let program = try directory.write(Array("#!/bin/sh\n\(script)\n".utf8), to: "docker-credential-\(name)")
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program.string)
        let before = String(cString: getenv("PATH"))
        setenv("PATH", directory.path.string + ":" + before, 1)
        defer { setenv("PATH", before, 1) }
        let credentials = try Credentials(#"{"credsStore": "\#(name)"}"#, in: directory, limit: limit)
        return try await credentials.login(for: RemoteAddress("oci://a.example:5000/team"))
    }

    @Test func `gets the registry on its input, and what it says beside the answer is not read`() async throws {
        let script =
            #"read host; echo '{"Username": "not this"' >&2; echo "{\"Username\": \"$1-$host\", \"Secret\": \"a:b\"}""#
        #expect(try await login(script) == Login(user: "get-a.example:5000", secret: "a:b"))
    }

    @Test func `may have none`() async throws {
        #expect(try await login("echo credentials not found in native keychain; exit 1") == nil)
    }

    @Test func `fails without its words, which may be a secret`() async throws {
        do {
            _ = try await login("echo hush; echo hush >&2; exit 1")
            Issue.record("it gave a login")
        } catch let error as RemoteError {
            #expect(error.sentence.contains("ended with an error"))
            #expect(!error.sentence.contains("hush"))
        }
    }

    @Test func `that floods is told as such`() async throws {
        await #expect {
            _ = try await login("exec yes")
        } throws: {
            "\($0)".contains("more than 1048576 bytes")
        }
    }

    @Test func `is not waited for once nobody wants its answer`() async throws {
        let pid = directory.appending("pid").string
        let task = Task {
            try await login("echo $$ >\(pid).new; mv \(pid).new \(pid); exec sleep 1000")
        }
        try await eventually { FileManager.default.fileExists(atPath: pid) }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    @Test func `is ended with all that it started if it takes too long`() async throws {
        await #expect(throws: RemoteError.self) {
            try await login("echo $$ >\(directory.path)/pid; sleep 100 & sleep 100", limit: .seconds(2))
        }
        let text = try String(contentsOfFile: directory.appending("pid").string, encoding: .utf8)
        let pid = try #require(Int32(text.trimmingCharacters(in: .whitespacesAndNewlines)))
        try await eventually { kill(-pid, 0) != 0 }
    }

    @Test func `that is not there is named`() async throws {
        let credentials = try Credentials(#"{"credsStore": "\#(name)"}"#, in: directory)
        await #expect(throws: RemoteError.self) {
            try await credentials.login(for: RemoteAddress("oci://a.example/team"))
        }
    }
}
