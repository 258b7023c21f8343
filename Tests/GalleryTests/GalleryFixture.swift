import Foundation
import Gallery
import Logging
import Recipe
import Store
import Support
import SystemPackage
import Testing

/// A gallery over a store of its own, at a real port, and a browser that sends what it is told.
final class GalleryFixture: Sendable {
    let fixture: StoreFixture
    let port: Int
    let token: String
    /// What is asked for with the ticket.
    let ticket: String
    private let gallery: Gallery
    private let task: Task<Void, any Error>

    init(
        _ fixture: StoreFixture, isReadOnly: Bool = false, patience: Int? = nil,
        logger: Logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    ) async throws {
        self.fixture = fixture
        var options = Gallery.Options()
        options.isReadOnly = isReadOnly
        if let patience { options.patience = patience }
        let gallery = Gallery(fixture.store, options: options, logger: logger)
        self.gallery = gallery
        let (addresses, ready) = AsyncStream.makeStream(of: Gallery.Addresses.self)
        // The threads that tests share may all be busy with tests.
        task = Task(executorPreference: OwnThreads()) {
            defer { ready.finish() }
            try await gallery.run { ready.yield($0) }
        }
        guard let found = await addresses.first(where: { _ in true }), let url = URLComponents(string: found.lasting),
            let once = URLComponents(string: found.once)
        else {
            try await task.value
            throw Errno.socketNotConnected
        }
        port = url.port ?? 0
        ticket = "/?\(once.query ?? "")"
        token = url.queryItems?.first { $0.name == "token" }?.value ?? ""
    }

    /// Ends it as an interrupt does, and waits until it has ended.
    func stop() async throws {
        gallery.end()
        try await task.value
    }

    var host: String { "127.0.0.1:\(port)" }
    var cookie: String { "Cookie: reprofs-gallery-\(port)=\(token)" }

    /// What its own page would get.
    func get(_ path: String, _ fields: String...) async throws -> Answer {
        try await send("GET", path, ["Host: \(host)", cookie] + fields)
    }

    /// What its own page would change.
    func post(_ path: String, _ body: String) async throws -> Answer {
        try await send("POST", path, ["Host: \(host)", cookie, "Origin: http://\(host)", "X-ReproFS: 1"], body: body)
    }

    /// Sends these fields and no others.
    func send(_ method: String, _ path: String, _ fields: [String], body: String = "") async throws -> Answer {
        let text =
            ["\(method) \(path) HTTP/1.1"] + fields + ["Content-Length: \(body.utf8.count)", "Connection: close"]
        return try await exchange(text.joined(separator: "\r\n") + "\r\n\r\n" + body) { _ in false }
    }

    /// Sends a request, and reads until the connection ends or `isEnough` of what came. On a thread of its own: all others may be needed
    /// to answer.
    func exchange(_ request: String, until isEnough: @escaping @Sendable ([UInt8]) -> Bool) async throws -> Answer {
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
    static func connect(_ port: UInt16) throws -> CInt {
        let connection = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
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

    struct Answer: Sendable {
        let status: Int
        let fields: [String: String]
        let body: [UInt8]
        var text: String { String(decoding: body, as: UTF8.self) }

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

/// A test with a running gallery, which has ended when it returns.
func withGallery(
    _ fixture: StoreFixture, isReadOnly: Bool = false, _ body: (GalleryFixture) async throws -> Void
) async throws {
    let gallery = try await GalleryFixture(fixture, isReadOnly: isReadOnly)
    do { try await body(gallery) } catch {
        try await gallery.stop()
        throw error
    }
    try await gallery.stop()
}

/// Runs a task on threads that nothing else uses.
private final class OwnThreads: TaskExecutor {
    private let queue = DispatchQueue(label: "gallery", attributes: .concurrent)

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
