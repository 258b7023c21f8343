import Foundation
import Recipe
import Store
import Support
import SystemPackage
import Testing

/// Models that a run opens though no node of its prompt names them.
@Suite struct `A model that no node names` {
    let fixture: StoreFixture
    let process: Opener
    private static let graph = SmallImage.graph().replacing("CLIPTextEncode", with: "PackText")

    init() throws {
        fixture = try StoreFixture()
        process = try #require(Opener(process: getpid()))
        try fixture.add("checkpoints/model.safetensors", seed: 1)
        try fixture.add("loras/hidden.safetensors", seed: 2)
        try fixture.add("loras/other.safetensors", seed: 3)
        try fixture.add("vae_approx/taesd_decoder.safetensors", seed: 4)
    }

    private func open(_ folder: String, _ name: String, _ seed: UInt64, at time: Int64, thread: Int32? = 7) throws {
        let opener = Opener(
            identity: process.identity, pid: process.pid, started: process.started, executable: nil, thread: thread)
        try fixture.witness(
            seed, as: name, in: folder, version: 1, at: Timestamp(nanoseconds: time), by: opener)
    }

    /// A run from `begun` until 90 later, whose node 6 is at work from 20 until 30 after its beginning.
    private func run(
        begun: Int64, image: String = "a.png", _ graph: String = graph, threads: JSON = [7], nodes: JSON? = nil
    ) throws -> JSON {
        let image = try fixture.image(image, graph)
        let spans: JSON = [["id": "6", "begun": .integer(begun + 20), "ended": .integer(begun + 30)]]
        let told: [String: JSON] = ["begun": .integer(begun), "threads": threads, "nodes": nodes ?? spans]
        let report = try fixture.report(
            of: image, graph, ended: Timestamp(nanoseconds: begun + 90), by: process, told)
        let made = try fixture.store.snapshot(report: report, by: process.identity)
        return try fixture.recipe(made[0].result.id)
    }

    private func unnamed(_ recipe: JSON) -> [JSON] {
        (recipe["models"]?.array ?? []).filter { $0["role"] == "unnamed" }
    }

    /// > A model that no node names is pinned too, under the name by which it was opened, if a thread that ran the prompt opened it during
    /// > the run: its evidence is `observed`, its role `unnamed`. Files that other threads of the process open during the run, such as
    /// > those of a manager that hashes whole folders, are not.
    @Test func `is pinned where a thread of the run opened it meanwhile, and by no other thread or at another time`()
        throws
    {
        try open("checkpoints", "model.safetensors", 1, at: 1010)
        try open("loras", "hidden.safetensors", 2, at: 1025)
        try open("loras", "other.safetensors", 3, at: 1026, thread: 8)
        try open("loras", "other.safetensors", 3, at: 1026, thread: nil)
        try open("loras", "other.safetensors", 3, at: 999)
        try open("loras", "other.safetensors", 3, at: 1091)
        let found = unnamed(try run(begun: 1000))
        #expect(found.map { $0["name"]?.string } == ["hidden.safetensors"])
        #expect(found.first?["evidence"] == "observed" && found.first?["node"] == "6")
        #expect(found.first?["sha256"]?.string == SmallModel.digest(seed: 2).hex)
    }

    /// > `by-snapshot/<id>/models` has exactly the models that the prompt names, under the names that it uses, and those that the run was
    /// > seen to open without naming them. They keep their bytes, whatever happens to those names later.
    @Test func `stands in the pinned view, and keeps its bytes`() throws {
        try open("loras", "hidden.safetensors", 2, at: 1025)
        let recipe = try run(begun: 1000)
        try fixture.add("loras/hidden.safetensors", seed: 9)
        let id = try #require(recipe["snapshot"]?.string.flatMap { Digest(hex: $0) })
        let pins = try fixture.store.pinnedFiles(in: try fixture.row(id).models)
        #expect(pins.map(\.path) == ["checkpoints/model.safetensors", "loras/hidden.safetensors"])
        #expect(pins.last?.blob.digest == SmallModel.digest(seed: 2))
    }

    @Test func `stays pinned when the file is read again without its report`() throws {
        try open("loras", "hidden.safetensors", 2, at: 1025)
        _ = try run(begun: 1000)
        let again = try fixture.store.snapshot(fixture.directory.appending("output/a.png"))
        #expect(!again.isNew)
        #expect(unnamed(try fixture.recipe(again.id)).count == 1)
    }

    @Test func `is none where a preview decodes with it`() throws {
        try open("vae_approx", "taesd_decoder.safetensors", 4, at: 1025)
        #expect(unnamed(try run(begun: 1000)).isEmpty)
    }

    @Test func `is none where it was opened by a node that the image was not made with`() throws {
        try open("loras", "hidden.safetensors", 2, at: 1025)
        let nodes: JSON = [["id": "77", "begun": 1020, "ended": 1030]]
        #expect(unnamed(try run(begun: 1000, nodes: nodes)).isEmpty)
    }

    @Test func `is none where the report tells no threads, as those of older packs`() throws {
        try open("loras", "hidden.safetensors", 2, at: 1025)
        #expect(unnamed(try run(begun: 1000, threads: .null)).isEmpty)
    }

    /// > If a node runs and opens no file, but its class opened one without naming it in an earlier run of the process, that file is pinned
    /// > as `inferred`, and `model.kept` says that the process may have kept it in memory.
    @Test func `is said to be kept where its class opened it in an earlier run of the process`() throws {
        try open("checkpoints", "model.safetensors", 1, at: 1010)
        try open("loras", "hidden.safetensors", 2, at: 1025)
        _ = try run(begun: 1000)
        let later = try run(begun: 2000, image: "b.png", Self.graph.replacing("42", with: "43"))
        #expect(unnamed(later).map { $0["evidence"] } == ["inferred"])
        let codes = later["grade"]?["reasons"]?.array?.compactMap { $0["code"]?.string } ?? []
        #expect(codes.contains("model.kept") && !codes.contains("model.inferred"))
        // Another class kept nothing.
        let other = try run(begun: 3000, image: "c.png", SmallImage.graph(seed: 44))
        #expect(unnamed(other).isEmpty)
    }
}
