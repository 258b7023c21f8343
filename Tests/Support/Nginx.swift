import Foundation
import Glibc
package import SystemPackage
import Testing

/// Debian's nginx with a configuration of `packaging/nginx`, on a port of its own, for one test. Ends with its last reference.
package final class Nginx: Sendable {
    /// The name that it answers to; a certificate has to have it.
    package static let name = "localhost"
    package let port: UInt16
    private let process: Process

    /// Shows a store as `store.conf` says, with TLS if there is a certificate. `users` is a file of those who may read.
    package convenience init(
        showing store: FilePath, in directory: FilePath, certificate: TestCertificate? = nil, users: FilePath? = nil
    ) throws {
        var changes = [("models.example", Self.name), ("/srv/reprofs", store.string)]
        if let users {
            changes += [("#auth_basic", "auth_basic"), ("/etc/nginx/store.htpasswd", users.string)]
        }
        try self.init("store.conf", changes, in: directory, certificate)
    }

    /// Keeps what comes from a server of this name on this machine, which speaks no TLS, as `cache.conf` says.
    package convenience init(before port: UInt16, in directory: FilePath) throws {
        try self.init(
            "cache.conf",
            [
                ("/var/cache/nginx/models", directory.appending("kept").string), ("cache.example", Self.name),
                ("server registry.example:443", "server 127.0.0.1:\(port)"), ("registry.example", Self.name),
                ("https://source", "http://source"),
            ], in: directory, nil)
    }

    /// Stands before a server of this name on this machine as a proxy that takes no request longer than `limit`, in bytes.
    package convenience init(before port: UInt16, limit: Int, in directory: FilePath) throws {
        try self.init(
            text: """
                server {
                    listen 443 ssl;
                    client_max_body_size \(limit);
                    location / {
                        proxy_pass http://127.0.0.1:\(port);
                        proxy_set_header Host $http_host;
                    }
                }
                """, in: directory, nil)
    }

    /// Each change has a text and what takes its place.
    private convenience init(
        _ recipe: String, _ changes: [(String, String)], in directory: FilePath, _ certificate: TestCertificate?
    ) throws {
        let file = FilePath.tests.removingLastComponent().appending("packaging/nginx").appending(recipe).string
        var text = try String(contentsOfFile: file, encoding: .utf8)
        if let certificate {
            text.replace(/ssl_certificate [^;]*/, with: "ssl_certificate \(certificate.certificate)")
            text.replace(/ssl_certificate_key [^;]*/, with: "ssl_certificate_key \(certificate.key)")
        } else {
            text.replace(/(proxy_)?ssl_[^;]*;/, with: "")
        }
        for (old, new) in changes { text.replace(old, with: new) }
        let left = text.split(separator: "\n").filter {
            !$0.contains("#") && $0.contains(/example|\/etc\/|\/srv\/|\/var\//)
        }
        try #require(left.isEmpty, "\(recipe) has names that nobody gave: \(left)")
        try self.init(text: text, in: directory, certificate)
    }

    private init(text: String, in directory: FilePath, _ certificate: TestCertificate?) throws {
        try FileManager.default.createDirectory(atPath: directory.string, withIntermediateDirectories: true)
        for _ in 0..<5 {
            let (listener, port) = try Loopback.listen()
            close(listener)
            let own = text.replacing(
                "listen 443 ssl", with: "listen 127.0.0.1:\(port)" + (certificate == nil ? "" : " ssl"))
            let process = try Self.start(own, in: directory)
            for _ in 0..<500 where process.isRunning {
                if let connection = Loopback.connect(port) {
                    close(connection)
                    (self.port, self.process) = (port, process)
                    return
                }
                usleep(20_000)
            }
            // Somebody else may have got the port meanwhile.
            Self.end(process)
        }
        let log = try? String(contentsOfFile: directory.appending("log").string, encoding: .utf8)
        throw Failure(description: "nginx does not start: \(log ?? "")")
    }

    private struct Failure: Error, CustomStringConvertible { let description: String }

    private static func start(_ configuration: String, in directory: FilePath) throws -> Process {
        // scripts/test unpacks it where it is not installed.
        let unpacked = FilePath.tests.removingLastComponent().appending(".build/nginx/usr/sbin/nginx")
        let program = ["/usr/sbin/nginx", unpacked.string].first(
            where: FileManager.default.isExecutableFile(atPath:))
        guard let program else { try Test.cancel("skipped: nginx is not there") }
        let places = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map { "\($0)_temp_path \(directory.appending($0));" }.joined(separator: " ")
        let log = directory.appending("log").string
        let file = directory.appending("nginx.conf").string
        // Its workers read what the test wrote.
        let user = geteuid() == 0 ? "user root;" : ""
        try Data(
            """
            daemon off; \(user) worker_processes 1; pid \(directory.appending("pid")); error_log \(log);
            events {}
            http { access_log off; \(places)
            \(configuration)
            }
            """.utf8
        ).write(to: URL(fileURLWithPath: file))
        _ = FileManager.default.createFile(atPath: log, contents: nil)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = ["-p", directory.string, "-c", file, "-e", log]
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle(forWritingAtPath: log)
        try process.run()
        return process
    }

    /// Its workers end with it.
    private static func end(_ process: Process) {
        process.terminate()
        process.waitUntilExit()
    }

    deinit { Self.end(process) }
}
