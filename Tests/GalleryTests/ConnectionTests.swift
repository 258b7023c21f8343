import Foundation
import Gallery
import Glibc
import Logging
import Support
import Synchronization
import SystemPackage
import Testing

/// What comes over a connection, or does not.
@Suite(.timeLimit(.minutes(20))) struct `A connection of the gallery` {
    let fixture: StoreFixture
    init() throws { fixture = try StoreFixture() }

    @Test func `that says nothing is closed, and then others get in`() async throws {
        let gallery = try await GalleryFixture(fixture, patience: 1)
        let idle = try (0..<Gallery.connections).map { _ in try GalleryFixture.connect(UInt16(gallery.port)) }
        #expect(try await gallery.get("/").status == 200)
        var byte: UInt8 = 0
        for connection in idle {
            // The end of what it says, which is nothing.
            #expect(recv(connection, &byte, 1, 0) == 0)
            close(connection)
        }
        try await gallery.stop()
    }

    @Test func `with a body that is broken off is told so`() async throws {
        try await withGallery(fixture) { gallery async throws in
            let image = String(repeating: "0", count: 64)
            let head = [
                "POST /image/\(image)/pin HTTP/1.1", "Host: \(gallery.host)", gallery.cookie, "X-ReproFS: 1",
                "Transfer-Encoding: chunked", "Connection: close",
            ]
            let answer = try await gallery.exchange(head.joined(separator: "\r\n") + "\r\n\r\nZZ\r\nhello\r\n") { _ in
                false
            }
            #expect(answer.status == 400)
            #expect(answer.text == "What was sent with the request cannot be read.\n")
        }
    }

    @Test func `that arrives while the gallery ends does not bring it down`() async throws {
        var all: [Callers] = []
        for _ in 0..<36 {
            let gallery = try await GalleryFixture(fixture)
            let callers = Callers(at: UInt16(gallery.port))
            all.append(callers)
            callers.begin(4)
            try await eventually { callers.count.load(ordering: .relaxed) > 20 }
            try await gallery.stop()
            callers.stop()
            #expect(throws: Errno.connectionRefused) { try GalleryFixture.connect(UInt16(gallery.port)) }
        }
        for callers in all { callers.wait() }
    }

    @Test func `that is in the middle of a request is closed when the gallery ends`() async throws {
        let gallery = try await GalleryFixture(fixture)
        let image = String(repeating: "0", count: 64)
        let head = [
            "POST /image/\(image)/pin HTTP/1.1", "Host: \(gallery.host)", gallery.cookie, "X-ReproFS: 1",
            "Content-Length: 100",
        ]
        let connection = try GalleryFixture.connect(UInt16(gallery.port))
        let text = head.joined(separator: "\r\n") + "\r\n\r\nhalf"
        _ = Glibc.send(connection, text, text.utf8.count, CInt(MSG_NOSIGNAL))
        #expect(try await gallery.get("/").status == 200)
        try await gallery.stop()
        var byte: UInt8 = 0
        #expect(recv(connection, &byte, 1, 0) <= 0)
        close(connection)
    }

    @Test func `leaves no word behind when the gallery ends`() async throws {
        let log = CountingLog()
        let gallery = try await GalleryFixture(fixture, logger: Logger(label: "test") { _ in log })
        #expect(try await gallery.get("/").status == 200)
        try await gallery.stop()
        #expect(log.count.load(ordering: .relaxed) == 0)
    }
}

/// Threads that connect, say half a request, and go, one time after the other.
private final class Callers: Sendable {
    let count = Atomic(0)
    private let port: UInt16
    private let isStopped = Atomic(false)
    private let threads = DispatchGroup()

    init(at port: UInt16) { self.port = port }

    func begin(_ number: Int) {
        for _ in 0..<number {
            threads.enter()
            Thread.detachNewThread { [self] in
                while !isStopped.load(ordering: .relaxed), let connection = try? GalleryFixture.connect(port) {
                    _ = Glibc.send(connection, "GET / HTTP/1.1\r\n", 16, CInt(MSG_NOSIGNAL))
                    close(connection)
                    count.add(1, ordering: .relaxed)
                }
                threads.leave()
            }
        }
    }

    func stop() {
        isStopped.store(true, ordering: .relaxed)
    }

    func wait() { threads.wait() }
}

/// Counts what is warned of.
private final class CountingLog: LogHandler {
    let count = Atomic(0)
    var logLevel: Logger.Level {
        get { .warning }
        set {}
    }
    var metadata: Logger.Metadata {
        get { [:] }
        set {}
    }
    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { nil }
        set {}
    }
    func log(event: LogEvent) { if event.level >= .warning { count.add(1, ordering: .relaxed) } }
}
