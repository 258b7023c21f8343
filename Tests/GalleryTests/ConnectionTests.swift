import Gallery
import Glibc
import Logging
import Support
import Synchronization
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

    @Test func `leaves no word behind when the gallery ends`() async throws {
        let log = CountingLog()
        let gallery = try await GalleryFixture(fixture, logger: Logger(label: "test") { _ in log })
        #expect(try await gallery.get("/").status == 200)
        try await gallery.stop()
        #expect(log.count.load(ordering: .relaxed) == 0)
    }
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
