import Foundation
import NIOCore
import Recipe
import Remote
import Support
import Synchronization
import Testing

/// A server of files that does what it is told.
@Suite(.timeLimit(.minutes(20))) struct `A layout behind a web server` {
    private typealias Files = [String: [UInt8]]

    private static let layer = noise(200_000, seed: 1)
    private static let pin = manifest([noise(10, seed: 2), layer])
    private static let entry = LayoutIndex.Entry(
        name: "cover", manifest: pin.digest, size: pin.bytes.count, snapshot: SHA256.digest(of: [1]),
        image: SHA256.digest(of: [2]))

    private static func path(_ digest: Digest) -> String { "/store/blobs/sha256/" + digest.hex }

    private static var files: Files {
        [
            "/store/index.json": LayoutIndex([entry]).bytes, path(pin.digest): pin.bytes,
            path(SHA256.digest(of: layer)): layer,
        ]
    }

    private func serve(_ files: Files = files) throws -> HostileServer {
        try HostileServer { client in
            let words = client.request.split(separator: " ").map(String.init)
            guard let bytes = files[words[1]] else { return client.answer("", status: "404 Not Found") }
            var (status, part) = ("200 OK", bytes[...])
            if let range = client.headers["range"]?.split(whereSeparator: { "=-".contains($0) }), range.count == 3,
                let first = Int(range[1]), let last = Int(range[2])
            {
                status = "206 Partial Content\r\nContent-Range: bytes \(first)-\(last)/\(bytes.count)"
                part = bytes[first...last]
            }
            client.send("HTTP/1.1 \(status)\r\nContent-Length: \(part.count)\r\nConnection: close\r\n\r\n")
            if words[0] != "HEAD" { client.send(Array(part)) }
        }
    }

    private func remote(_ server: HostileServer, _ path: String = "store") throws -> any RemoteRepository {
        var options = RemoteOptions()
        options.pace.firstPause = .milliseconds(1)
        options.pace.longestPause = .milliseconds(5)
        options.proxies = Proxies(environment: [:])
        return try RemoteAddress(server.address + "/" + path).repository(options, credentials: Credentials(files: []))
    }

    @Test func `has its pins as tags, with those of their snapshots and images, and is asked for nothing else`()
        async throws
    {
        let server = try serve()
        let remote = try remote(server)
        #expect(remote.isReadOnly)
        try await remote.greet()
        let tags = ["cover", RemoteTag.snapshot(SHA256.digest(of: [1])), RemoteTag.image(SHA256.digest(of: [2]))]
        #expect(try await Set(remote.tags()) == Set(tags))
        for tag in tags { #expect(try await remote.manifest(.tag(tag)) == Self.pin) }
        #expect(try await remote.manifest(.digest(Self.pin.digest)) == Self.pin)
        #expect(try await remote.manifest(.tag("other")) == nil)
        #expect(try await remote.manifest(.digest(SHA256.digest(of: [3]))) == nil)
        let layer = SHA256.digest(of: Self.layer)
        #expect(try await remote.size(of: layer) == Self.layer.count)
        let taken = Mutex<[UInt8]>([])
        try await remote.read(layer, size: Self.layer.count, 1000..<150_000) { part in
            taken.withLock { $0 += Array(part.readableBytesView) }
        }
        #expect(taken.withLock { $0 } == Array(Self.layer[1000..<150_000]))
        let heard = server.heard.withLock { $0 }
        #expect(heard.count { $0.hasSuffix("index.json") } == 1)
        #expect(heard.allSatisfy { $0.hasSuffix(" /store/index.json") || $0.contains(" /store/blobs/sha256/") })
    }

    @Test func `takes nothing`() async throws {
        let server = try serve()
        let remote = try remote(server)
        await #expect(throws: RemoteError.readOnly(remote.name)) { try await remote.put(Self.pin, tag: "a") }
        await #expect(throws: RemoteError.readOnly(remote.name)) {
            try await remote.upload(
                SHA256.digest(of: [1]), size: 1, session: nil, bytes: { _ in ByteBuffer(bytes: [1]) }, note: { _ in })
        }
        #expect(try await remote.mount(SHA256.digest(of: [1]), from: "store") == false)
        #expect(server.heard.withLock { $0 } == [])
    }

    @Test func `is told from a server that has none`() async throws {
        for index in ["", "[]", "{}", "<html>", #"{"manifests": 1}"#] {
            let server = try serve(["/store/index.json": Array(index.utf8)])
            await #expect {
                try await remote(server).greet()
            } throws: {
                "\($0)".contains("its index.json is not the index of an OCI layout")
            }
        }
        let server = try serve()
        await #expect {
            try await remote(server, "elsewhere").greet()
        } throws: {
            "\($0)".contains("it has no index.json")
        }
    }

    @Test func `is not believed`() async throws {
        var files = Self.files
        files[Self.path(Self.pin.digest)]?[5] ^= 1
        let wrong = try serve(files)
        for reference in [ManifestReference.tag("cover"), .digest(Self.pin.digest)] {
            await #expect(throws: RemoteError.self) { try await remote(wrong).manifest(reference) }
        }
        files[Self.path(Self.pin.digest)] = nil
        let gone = try serve(files)
        #expect(try await remote(gone).manifest(.digest(Self.pin.digest)) == nil)
        await #expect {
            try await remote(gone).manifest(.tag("cover"))
        } throws: {
            "\($0)".contains("that its index.json names")
        }
    }

    @Test func `gives no name the manifest of another snapshot`() async throws {
        let snapshot = SHA256.digest(of: [7])
        let pin = PinManifest(
            snapshot: snapshot, title: "image", created: Timestamp(nanoseconds: 0), pixels: nil,
            layers: [.init(path: "snapshot.json", digest: snapshot, size: 1)])
        func entry(_ name: String, _ said: Digest) -> LayoutIndex.Entry {
            .init(name: name, manifest: SHA256.digest(of: pin.bytes), size: pin.bytes.count, snapshot: said)
        }
        let index = LayoutIndex([entry("cover", snapshot), entry("swapped", SHA256.digest(of: [8]))])
        let server = try serve([
            "/store/index.json": index.bytes, Self.path(SHA256.digest(of: pin.bytes)): pin.bytes,
        ])
        #expect(try await remote(server).manifest(.tag("cover"))?.bytes == pin.bytes)
        await #expect {
            try await remote(server).manifest(.tag("swapped"))
        } throws: {
            "\($0)".contains("the manifest of another snapshot")
        }
    }

    @Test func `goes to another machine with TLS alone, unless it is said that it may go without`() throws {
        let address = try RemoteAddress("http://models.example/store")
        #expect(throws: RemoteError.self) { try address.repository(credentials: Credentials(files: [])) }
        var options = RemoteOptions()
        options.plainHTTP = true
        #expect(try address.repository(options, credentials: Credentials(files: [])).name == address.description)
    }
}
