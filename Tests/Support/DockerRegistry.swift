import Foundation
import Synchronization
package import SystemPackage
import Testing

/// Debian's docker-registry (distribution 2.8), on a port of its own, for one test. Ends with its last reference.
package final class DockerRegistry: Sendable {
    /// Who is let in.
    package enum Door: Sendable {
        case open
        /// ``user`` with ``password``.
        case password
        /// Who brings a token that this key's certificate vouches for, from the issuer at the address.
        case tokens(realm: String, certificate: FilePath)
    }

    package static let user = "user"
    package static let password = "pass:word"
    /// Of the password, with bcrypt, as a file of users has it.
    package static let line = #"user:$2b$04$6YwqVPGRhHQoLPh1YVA21eThaHSYqZraYQ3X1czeHjjNpmZHz3a1i"# + "\n"
    package static let service = "test-registry"
    package static let issuer = "test-issuer"

    package let directory: FilePath
    private let process: Mutex<Process>
    private let running = Mutex<UInt16>(0)

    /// Cancels the test if there is none here. With `certificate` it speaks TLS.
    package init(in directory: FilePath, door: Door = .open, certificate: TestCertificate? = nil) async throws {
        self.directory = directory
        process = Mutex(Process())
        try FileManager.default.createDirectory(
            atPath: directory.appending("data").string, withIntermediateDirectories: true)
        var lines = [
            "version: 0.1", "log: {level: info, accesslog: {disabled: true}}",
            "storage: {filesystem: {rootdirectory: \(directory.appending("data"))}, delete: {enabled: true}}",
            "http:", "  secret: fixed", "  addr: 127.0.0.1:0",
        ]
        if let certificate {
            lines.append("  tls: {certificate: \(certificate.certificate), key: \(certificate.key)}")
        }
        switch door {
        case .open: break
        case .password:
            let file = directory.appending("htpasswd").string
            try Data(Self.line.utf8).write(to: URL(fileURLWithPath: file))
            lines.append("auth: {htpasswd: {realm: test, path: \(file)}}")
        case .tokens(let realm, let certificate):
            lines.append(
                "auth: {token: {realm: '\(realm)', service: \(Self.service), issuer: \(Self.issuer), rootcertbundle: \(certificate)}}"
            )
        }
        try Data((lines.joined(separator: "\n") + "\n").utf8).write(
            to: URL(fileURLWithPath: directory.appending("config.yml").string))
        try await start()
    }

    package var port: UInt16 { running.withLock { $0 } }
    /// Where blobs and manifests lie.
    package var data: FilePath { directory.appending("data/docker/registry/v2") }

    /// Ends it as a power cut would, and starts it on another port.
    package func restart() async throws {
        end()
        try await start()
    }

    /// Takes away what no manifest with a tag names.
    package func collectGarbage() throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try Self.program)
        process.arguments = ["garbage-collect", "--delete-untagged", directory.appending("config.yml").string]
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
    }

    private static var program: String {
        get throws {
            // scripts/test unpacks it where it is not installed.
            let unpacked = FilePath.tests.removingLastComponent().appending(
                ".build/docker-registry/usr/bin/docker-registry")
            let program = ["/usr/bin/docker-registry", unpacked.string].first(
                where: FileManager.default.isExecutableFile(atPath:))
            guard let program else { try Test.cancel("skipped: docker-registry is not there") }
            return program
        }
    }

    private func start() async throws {
        let program = try Self.program
        let log = directory.appending("log").string
        _ = FileManager.default.createFile(atPath: log, contents: nil)
        let new = Process()
        new.executableURL = URL(fileURLWithPath: program)
        new.arguments = ["serve", directory.appending("config.yml").string]
        new.standardInput = FileHandle.nullDevice
        new.standardOutput = FileHandle.nullDevice
        new.standardError = FileHandle(forWritingAtPath: log)
        try new.run()
        process.withLock { $0 = new }
        try await eventually {
            let text = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
            // `listening on 127.0.0.1:34567`, and behind it `, tls` or the end of a quotation.
            guard let range = text.range(of: "listening on 127.0.0.1:"),
                let port = UInt16(text[range.upperBound...].prefix { $0.isNumber })
            else { return false }
            running.withLock { $0 = port }
            return true
        }
    }

    private func end() {
        process.withLock { process in
            guard process.processIdentifier > 0 else { return }
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
        }
    }

    deinit { end() }
}
