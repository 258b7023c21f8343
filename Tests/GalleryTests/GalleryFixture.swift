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
        _ fixture: StoreFixture, isReadOnly: Bool = false, patience: Int? = nil, comfy: Gallery.Comfy? = nil,
        logger: Logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    ) async throws {
        self.fixture = fixture
        var options = Gallery.Options()
        options.isReadOnly = isReadOnly
        options.comfy = comfy
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

    var host: String { client.host }
    var cookie: String { client.cookie }

    /// What its own page would get.
    func get(_ path: String, _ fields: String...) async throws -> PageClient.Answer {
        try await client.send("GET", path, [client.hostField, cookie] + fields)
    }

    /// What its own page would change.
    func post(_ path: String, _ body: String = "") async throws -> PageClient.Answer {
        try await client.post(path, body)
    }

    /// Sends these fields and no others.
    func send(_ method: String, _ path: String, _ fields: [String], body: String = "") async throws -> PageClient.Answer
    {
        try await client.send(method, path, fields, body: body)
    }

    /// Sends a request, and reads until the connection ends or `isEnough` of what came.
    func exchange(
        _ request: String, until isEnough: @escaping @Sendable ([UInt8]) -> Bool
    ) async throws -> PageClient.Answer { try await client.exchange(request, until: isEnough) }

    static func connect(_ port: UInt16) throws -> CInt { try PageClient.connect(port) }

    private var client: PageClient { PageClient(port: port, token: token) }
}

/// A test with a running gallery, which has ended when it returns.
func withGallery(
    _ fixture: StoreFixture, isReadOnly: Bool = false, comfy: Gallery.Comfy? = nil,
    _ body: (GalleryFixture) async throws -> Void
) async throws {
    let gallery = try await GalleryFixture(fixture, isReadOnly: isReadOnly, comfy: comfy)
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
