import Foundation
import Recipe
import Store
import Support
import SystemPackage
import Testing

@Suite(.timeLimit(.minutes(20))) struct `Between the walk and the reading` {
    let fixture: StoreFixture
    let secret: FilePath
    private let model = "models/loras/style/ink.safetensors"

    init() throws {
        fixture = try StoreFixture()
        try fixture.directory.write(SmallModel.bytes(seed: 1), to: model)
        secret = try fixture.directory.write(SmallModel.bytes(seed: 99), to: "secret/ink.safetensors")
    }

    private func path(_ name: String) -> String { fixture.directory.appending(name).string }
    private func plan() throws -> IngestPlan {
        try fixture.store.plan(adding: [fixture.directory.appending("models")], folder: nil)
    }
    private func add(_ plan: IngestPlan) throws -> Addition {
        try fixture.store.add(try #require(plan.items.first))
    }
    private func link(_ name: String, to target: String) throws {
        try? FileManager.default.removeItem(atPath: path(name))
        try FileManager.default.createSymbolicLink(atPath: path(name), withDestinationPath: target)
    }

    @Test func `a file that becomes a link is not followed`() throws {
        let plan = try plan()
        try link(model, to: secret.string)
        #expect(throws: StoreError.self) { try add(plan) }
        #expect(try fixture.store.counts().blobs == 0)
    }

    @Test func `a directory that becomes a link is not followed`() throws {
        let plan = try plan()
        try link("models/loras/style", to: secret.removingLastComponent().string)
        #expect(throws: StoreError.self) { try add(plan) }
        #expect(try fixture.store.counts().blobs == 0)
    }

    @Test func `a link that leads elsewhere than before is not followed`() throws {
        let other = try fixture.directory.write(SmallModel.bytes(seed: 2), to: "elsewhere/ink.safetensors")
        try link(model, to: other.string)
        #expect(try add(plan()) == .version(1))
        let plan = try plan()
        try link(model, to: secret.string)
        #expect(throws: StoreError.self) { try add(plan) }
        #expect(try fixture.store.counts().blobs == 1)
    }

    @Test func `a file that becomes a pipe keeps nobody waiting`() throws {
        let plan = try plan()
        try FileManager.default.removeItem(atPath: path(model))
        try #require(mkfifo(path(model), 0o600) == 0)
        #expect(throws: StoreError.self) { try add(plan) }
    }

    @Test func `a file that a tool puts in its place is added as it is now`() throws {
        let plan = try plan()
        let new = try fixture.directory.write(SmallModel.bytes(seed: 3), to: "new")
        try #require(rename(new.string, path(model)) == 0)
        #expect(try add(plan) == .version(1))
        #expect(try fixture.blob(seed: 3).size == SmallModel.bytes(seed: 3).count)
    }

    @Test func `one file that is named is read though links lead to it`() throws {
        try link("way", to: path("models/loras"))
        let plan = try fixture.store.plan(
            adding: [fixture.directory.appending("way/style/ink.safetensors")], folder: try ModelPath("loras"))
        #expect(try add(plan) == .version(1))
    }
}
