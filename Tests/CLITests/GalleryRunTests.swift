import Comfy
import Foundation
import Glibc
import Recipe
import Support
import SystemPackage
import Testing

/// Images that are made again from a page, by the program as a user runs it, on the stand-in for ComfyUI.
@Suite(.serialized, .timeLimit(.minutes(20))) struct `A run from the gallery` {
    let line: CommandLineFixture
    let graph = SmallImage.graph()

    init() throws {
        line = try CommandLineFixture()
        try #require(try line.run("init").status == 0)
        try line.directory.write(SmallModel.bytes(seed: 1), to: "models/checkpoints/model.safetensors")
        try #require(try line.run("add", line.directory.appending("models").string).status == 0)
        try line.mount()
    }

    /// A gallery with a ComfyUI, and an image of that: its SHA-256, and its name.
    private func withGallery(
        environment: [String: String] = [:], at address: String? = nil,
        _ body: (ServedGallery, StandIn, Digest, String) async throws -> Void
    ) async throws {
        try await withStandIn(line) { first in
            let path = try #require(try await first.run(graph).first)
            let id = String(try line.run("snapshot", path.string).output.prefix(12))
            let image = SHA256.digest(of: [UInt8](try Data(contentsOf: URL(fileURLWithPath: path.string))))
            try await withStandIn(line, environment: environment) { standIn in
                let gallery = try ServedGallery(line, server: address ?? standIn.address)
                try await body(gallery, standIn, image, id)
                let status = try gallery.end()
                #expect(status == 0 || gallery.isKilled && status == SIGKILL)
            }
        }
    }

    private func active() throws -> JSON? { try line.json(".reprofs/status")["active"]?["view"] }

    /// Asks for something; returns the page of the run.
    private func ask(_ gallery: ServedGallery, _ path: String) async throws -> String {
        let answer = try await gallery.client.post(path)
        try #require(answer.status == 201, "\(answer.text)")
        return try #require(answer.fields["location"])
    }

    /// Waits until the page of a run says so.
    private func page(_ gallery: ServedGallery, _ path: String, says text: String) async throws {
        for _ in 0..<1000 {
            if try await gallery.client.get(path).text.contains(text) { return }
            try await Task.sleep(for: .milliseconds(20))
        }
        Issue.record("\(path) never says '\(text)': \(try await gallery.client.get(path).text)")
        throw Errno.timedOut
    }

    @Test func `says where it would be and whose code that is, and gives the verdict with the proof`() async throws {
        try await withGallery { gallery, standIn, image, _ in
            let asked = try await gallery.client.get("/image/\(image)/reproduce").text
            #expect(asked.contains(standIn.address) && asked.contains("ComfyUI&#39;s own"))
            #expect(asked.contains("data-post=\"/image/\(image)/reproduce\"") && asked.contains(" --server http"))
            let run = try await ask(gallery, "/image/\(image)/reproduce")
            try await page(gallery, run, says: "Verified: the same pixels, from the pinned bytes")
            #expect(try await gallery.client.get(run).text.contains("href=\"/image/\(image)#proofs\""))
            #expect(try await gallery.client.get("/image/\(image)").text.contains("id=\"proofs\""))
            let list = try await gallery.client.get("/runs").text
            #expect(list.contains("Since the gallery was started") && list.contains("href=\"/image/\(image)#proofs\""))
            #expect(try active() == "live")
        }
    }

    @Test func `tells every open page how far it is, and goes on when they are closed`() async throws {
        try await withGallery { gallery, standIn, image, _ in
            let hold = try line.directory.hold(standIn, "hold-steps")
            let run = try await ask(gallery, "/image/\(image)/reproduce")
            // A second tab that asks for the same gets the same.
            #expect(try await ask(gallery, "/image/\(image)/reproduce") == run)
            let events = "GET /events HTTP/1.1\r\n\(gallery.client.hostField)\r\n\(gallery.client.cookie)\r\n\r\n"
            for _ in 0..<2 {
                let told = try await gallery.client.exchange(events) {
                    $0.firstRange(of: Array("step 1 of 3".utf8)) != nil
                }
                #expect(told.text.contains("event: run\ndata: [{\"id\":1,"))
            }
            #expect(try await gallery.client.get(run).text.contains("step 1 of 3"))
            try hold.end()
            try await page(gallery, run, says: "Verified")
        }
    }

    @Test func `shows what ComfyUI shows of it meanwhile`() async throws {
        try await withGallery { gallery, standIn, image, _ in
            let hold = try line.directory.hold(standIn, "hold-steps")
            let run = try await ask(gallery, "/image/\(image)/reproduce")
            try await page(gallery, run, says: "src=\"\(run)/preview?n=")
            let preview = try await gallery.client.get("\(run)/preview?n=1")
            #expect(preview.fields["content-type"] == "image/png" && preview.fields["cache-control"] == "no-store")
            #expect(PixelReader.rgba(preview.body)?.size.width == 32)
            let stranger = try await gallery.client.send(
                "GET", "\(run)/preview?n=1", [gallery.client.hostField, "Sec-Fetch-Site: cross-site"])
            #expect(stranger.status == 403)
            try hold.end()
            try await page(gallery, run, says: "Verified")
            #expect(try await gallery.client.get("\(run)/preview?n=1").status == 404)
        }
    }

    /// > After a run it shows again what it showed before, even if the run's process was killed.
    @Test func `puts back what mounts show where the gallery is killed`() async throws {
        try await withGallery { gallery, standIn, image, _ in
            let hold = try line.directory.hold(standIn)
            _ = try await ask(gallery, "/image/\(image)/reproduce")
            try await eventually { try active() != "live" }
            gallery.kill()
            try await eventually { try active() == "live" }
            try hold.end()
        }
    }

    @Test func `waits for the others, and can be taken out of the queue or stopped`() async throws {
        try await withGallery { gallery, standIn, image, _ in
            let hold = try line.directory.hold(standIn)
            let first = try await ask(gallery, "/image/\(image)/reproduce")
            try await page(gallery, first, says: ">Stop</button>")
            let vary = "/image/\(image)/vary?x=3.cfg&xs=4,6"
            var waiting: [String] = []
            for _ in 0..<20 { waiting.append(try await ask(gallery, vary)) }
            let full = try await gallery.client.post(vary)
            #expect(full.status == 503 && full.text.contains("20 runs wait already"))
            #expect(try await gallery.client.get("/runs").text.contains("Take out"))
            for run in waiting {
                #expect(try await gallery.client.post(run + "/stop").status == 200)
                #expect(try await gallery.client.get(run).text.contains("Stopped"))
            }
            #expect(try await gallery.client.post(first + "/stop").status == 200)
            try await page(gallery, first, says: "Stopped")
            #expect(try active() == "live")
            #expect(try await gallery.client.post(first + "/stop").status == 409)
            #expect(try await gallery.client.post("/runs/999/stop").status == 404)
            try hold.end()
        }
    }

    @Test func `is stopped when the gallery ends, and everything is put back`() async throws {
        try await withGallery { gallery, standIn, image, _ in
            let hold = try line.directory.hold(standIn)
            let run = try await ask(gallery, "/image/\(image)/reproduce")
            try await page(gallery, run, says: ">Stop</button>")
            while try await standIn.server.isIdle() { try await Task.sleep(for: .milliseconds(20)) }
            #expect(try active() != "live")
            #expect(try gallery.end() == 0)
            #expect(try active() == "live")
            try hold.end()
        }
    }

    @Test func `says why it came to nothing where no ComfyUI answers, and the next one begins`() async throws {
        try await withGallery(at: "http://127.0.0.1:9") { gallery, _, image, _ in
            for _ in 0..<2 {
                let run = try await ask(gallery, "/image/\(image)/reproduce")
                try await page(gallery, run, says: "No ComfyUI answers at http://127.0.0.1:9")
            }
        }
    }

    @Test func `that failed in a node is kept with the image`() async throws {
        try await withGallery(environment: ["STANDIN": "fail"]) { gallery, _, image, _ in
            let run = try await ask(gallery, "/image/\(image)/reproduce")
            try await page(gallery, run, says: "the stand-in was told to fail")
            let list = try await gallery.client.get("/runs").text
            #expect(list.contains("data-verdict=\"failed\"") && list.contains("no picture: ComfyUI failed in node 3"))
        }
    }

    @Test func `makes a grid of two inputs, with its axes`() async throws {
        try await withGallery { gallery, _, image, id in
            let path = "/image/\(image)/vary?x=3.cfg&xs=4,6,8&y=3.seed&ys=1..2"
            let asked = try await gallery.client.get(path).text
            #expect(asked.contains("A grid of 2 rows and 3 columns.") && asked.contains("Make 6 pictures"))
            #expect(asked.contains("reprofs vary --grid \(id)"))
            #expect(asked.contains("--set &#39;3.seed=1..2&#39; --set &#39;3.cfg=4,6,8&#39; --store "))
            let run = try await ask(gallery, path)
            try await page(gallery, run, says: "6 of 6 made")
            let sheet = try await gallery.client.get(run).text
            #expect(sheet.contains("<th scope=\"col\">cfg=8</th>") && sheet.contains("<th scope=\"row\">seed=2</th>"))
            #expect(sheet.components(separatedBy: "/thumbnail\" alt=\"seed=").count == 7)
            let made = try FileManager.default.contentsOfDirectory(
                atPath: line.directory.appending("out/variations-\(id)").string)
            #expect(made.count == 6)
            #expect(try await gallery.client.get("/?under=\(image)").text.contains("6 images"))
            #expect(sheet.contains("href=\"\(run)/sheet.png\"") && sheet.contains("/original\">"))
            let whole = try await gallery.client.get("\(run)/sheet.png")
            #expect(whole.fields["content-disposition"] == "attachment; filename*=UTF-8''sheet-\(id).png")
            let size = try #require(PixelReader.rgba(whole.body)?.size)
            #expect(size.width > 3 * 240 && size.height > 2 * 64 && size.height < size.width)
        }
    }

    @Test(arguments: [
        ("x=3.cfg&xs=", "3.cfg has no values"), ("x=3.cfg&xs=warm", "&#39;warm&#39; is not a number"),
        ("x=3.nothing&xs=1", "has no input &#39;nothing&#39;"), ("x=3.seed&xs=1..101", "100 can be asked for here"),
        ("x=4.ckpt_name&xs=gone.safetensors", nil), ("xs=1", nil),
    ])
    func `is refused with a sentence where it is not to be understood`(query: String, sentence: String?) async throws {
        try await withGallery { gallery, _, image, _ in
            let answer = try await gallery.client.post("/image/\(image)/vary?\(query)")
            #expect(answer.status == 400)
            guard let sentence else { return }
            #expect(try await gallery.client.get("/image/\(image)/vary?\(query)").text.contains(sentence))
        }
    }
}

/// `reprofs gallery` on a store, ended with the test.
private final class ServedGallery {
    let client: PageClient
    private let process: Process

    init(_ line: CommandLineFixture, server: String) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: CommandLineFixture.executable)
        process.arguments = [
            "gallery", "--store", line.store.string, "--server", server, "--out",
            line.directory.appending("out").string,
        ]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try withoutBlockedSignals { try process.run() }
        var printed = ""
        while !printed.hasSuffix("\n"), case let data = output.fileHandleForReading.availableData, !data.isEmpty {
            printed += String(decoding: data, as: UTF8.self)
        }
        self.process = process
        client = try PageClient(printed.trimmingCharacters(in: .newlines))
    }

    /// Interrupts it; returns its status.
    @discardableResult
    func end() throws -> Int32 {
        if process.isRunning { process.interrupt() }
        process.waitUntilExit()
        return process.terminationStatus
    }

    private(set) var isKilled = false

    func kill() {
        isKilled = true
        Glibc.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    deinit { _ = try? end() }
}

extension TemporaryDirectory {
    /// Holds the stand-in's runs before they save anything, or at their first step, until it is ended.
    fileprivate func hold(_ standIn: StandIn, _ name: String = "hold") throws -> Hold {
        try Hold(standIn.base.appending(name))
    }
}

private struct Hold {
    private let path: FilePath

    init(_ path: FilePath) throws {
        self.path = path
        try Data().write(to: URL(fileURLWithPath: path.string))
    }

    func end() throws { try FileManager.default.removeItem(atPath: path.string) }
}
