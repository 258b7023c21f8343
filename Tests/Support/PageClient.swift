import Foundation
import Glibc
import SystemPackage

/// A browser of a gallery, as far as one is needed: it sends what it is told, over a socket of its own each time.
package struct PageClient: Sendable {
    package let port: Int
    package let token: String

    package init(port: Int, token: String) {
        self.port = port
        self.token = token
    }

    /// `address` is what `reprofs gallery` prints.
    package init(_ address: String) throws {
        guard let url = URLComponents(string: address), let port = url.port,
            let token = url.queryItems?.first(where: { $0.name == "token" })?.value
        else { throw Errno.invalidArgument }
        self.init(port: port, token: token)
    }

    package var host: String { "127.0.0.1:\(port)" }
    package var hostField: String { "Host: \(host)" }
    package var cookie: String { "Cookie: reprofs-gallery-\(port)=\(token)" }

    /// What its own page would get.
    package func get(_ path: String) async throws -> Answer { try await send("GET", path, [hostField, cookie]) }

    /// What its own page would change.
    package func post(_ path: String, _ body: String = "") async throws -> Answer {
        try await send("POST", path, ["Host: \(host)", cookie, "Origin: http://\(host)", "X-ReproFS: 1"], body: body)
    }

    /// Sends these fields and no others.
    package func send(_ method: String, _ path: String, _ fields: [String], body: String = "") async throws -> Answer {
        let text =
            ["\(method) \(path) HTTP/1.1"] + fields + ["Content-Length: \(body.utf8.count)", "Connection: close"]
        return try await exchange(text.joined(separator: "\r\n") + "\r\n\r\n" + body) { _ in false }
    }

    /// Sends a request, and reads until the connection ends or `isEnough` of what came. On a thread of its own: all others may be needed
    /// to answer.
    package func exchange(_ request: String, until isEnough: @escaping @Sendable ([UInt8]) -> Bool) async throws
        -> Answer
    {
        let port = UInt16(port)
        return try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(with: Result { try Self.exchange(request, port, isEnough) })
            }
        }
    }

    private static func exchange(
        _ request: String, _ port: UInt16, _ isEnough: ([UInt8]) -> Bool
    ) throws -> Answer {
        let connection = try connect(port)
        defer { close(connection) }
        _ = Glibc.send(connection, request, request.utf8.count, CInt(MSG_NOSIGNAL))
        var received: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while !isEnough(received) {
            let count = recv(connection, &buffer, buffer.count, 0)
            guard count > 0 else { break }
            received += buffer[..<count]
        }
        return try Answer(received)
    }

    /// A connection that waits 20 seconds for what comes.
    package static func connect(_ port: UInt16) throws -> CInt {
        let connection = socket(AF_INET, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        var patience = timeval(tv_sec: 600, tv_usec: 0)
        setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let connected = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(connection, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard connected == 0 else {
            defer { close(connection) }
            throw Errno(rawValue: errno)
        }
        return connection
    }

    package struct Answer: Sendable {
        package let status: Int
        package let fields: [String: String]
        package let body: [UInt8]
        package var text: String { String(decoding: body, as: UTF8.self) }

        init(_ bytes: [UInt8]) throws {
            guard let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else { throw Errno.noMessage }
            let lines = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
            status = Int(lines[0].split(separator: " ")[1]) ?? 0
            var fields: [String: String] = [:]
            for line in lines.dropFirst() {
                let parts = line.split(separator: ":", maxSplits: 1)
                fields[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces)
            }
            self.fields = fields
            body = Array(bytes[end.upperBound...])
        }
    }
}
