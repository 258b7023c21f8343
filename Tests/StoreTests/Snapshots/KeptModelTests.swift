import Foundation
import Recipe
import Store
import Support
import SystemPackage
import Testing

/// A model is replaced under its name while a process runs, which keeps the results of nodes that do not change.
@Suite struct `A model that was replaced while a process ran` {
    let fixture: StoreFixture
    let process: Opener
    private static let name = "model.safetensors"
    /// Node 4 loads the checkpoint.
    private static let graph = SmallImage.graph()
    /// Node 12 loads it as well, for the VAE.
    private static let both = graph.replacing(#""vae":["4",2]"#, with: #""vae":["12",2]"#).replacing(
        #"{"4":"#,
        with: #"{"12":{"class_type":"CheckpointLoaderSimple","inputs":{"ckpt_name":"\#(name)"}},"4":"#)

    init() throws {
        fixture = try StoreFixture()
        process = try #require(Opener(process: getpid()))
        try fixture.add("checkpoints/\(Self.name)", seed: 1)
        try fixture.add("checkpoints/\(Self.name)", seed: 2)
    }

    /// A run from `begun` until 90 later. Each of these nodes is at work for 10, one after the other, and opens these bytes if any.
    private func run(_ graph: String, begun: Int64, _ nodes: [(id: String, seed: UInt64?)]) throws -> JSON {
        let opener = Opener(
            identity: process.identity, pid: process.pid, started: process.started, executable: nil, thread: 7)
        var spans: [JSON] = []
        for (index, node) in nodes.enumerated() {
            let start = begun + 10 + 10 * Int64(index)
            spans.append(["id": .string(node.id), "begun": .integer(start), "ended": .integer(start + 9)])
            guard let seed = node.seed else { continue }
            try fixture.witness(
                seed, as: Self.name, version: Int(seed), at: Timestamp(nanoseconds: start + 5), by: opener)
        }
        let graph = graph.replacing("42", with: "\(begun)")
        let image = try fixture.image("\(begun).png", graph)
        let told: [String: JSON] = ["begun": .integer(begun), "threads": [7], "nodes": .array(spans)]
        let report = try fixture.report(
            of: image, graph, ended: Timestamp(nanoseconds: begun + 90), by: process, told)
        let made = try fixture.store.snapshot(report: report, by: process.identity)
        return try fixture.recipe(made[0].result.id)
    }

    /// The bytes of each node's model, by its number, and whether they are certain.
    private func found(_ recipe: JSON) -> [String: String] {
        var found: [String: String] = [:]
        for use in recipe["models"]?.array ?? [] {
            let seed = [1, 2].first { SmallModel.digest(seed: $0).hex == use["sha256"]?.string } ?? 0
            found[use["node"]?.string ?? ""] = "\(seed) \(use["evidence"]?.string ?? "")"
        }
        return found
    }

    private func isSaidToBeKept(_ recipe: JSON) -> Bool {
        recipe["grade"]?["reasons"]?.array?.contains { $0["code"] == "model.kept" } == true
    }

    /// > If a name got other bytes while a process ran, a node has those that it opened itself: in this run, or, if ComfyUI kept its
    /// > result, in the last run whose prompt had the node in the same form. If that is not known, or another node of the prompt had other
    /// > bytes under the name, `model.kept` says so.
    @Test func `is the old one to a node that ran before, and the new one to a node that opened it since`() throws {
        let first = try run(Self.graph, begun: 1000, [("4", 1)])
        #expect(found(first) == ["4": "1 observed"])
        let second = try run(Self.both, begun: 2000, [("12", 2)])
        #expect(
            found(second) == ["4": "1 observed", "12": "2 inferred"]
                || found(second) == ["4": "1 inferred", "12": "2 observed"])
        #expect(isSaidToBeKept(second))
        let third = try run(Self.graph, begun: 3000, [])
        #expect(found(third) == ["4": "1 observed"] && !isSaidToBeKept(third))
        let fourth = try run(Self.graph, begun: 4000, [("4", 2)])
        #expect(found(fourth) == ["4": "2 observed"] && !isSaidToBeKept(fourth))
        let fifth = try run(Self.graph, begun: 5000, [])
        #expect(found(fifth) == ["4": "2 observed"] && !isSaidToBeKept(fifth))
    }

    @Test func `is a guess where nobody saw the node open it`() throws {
        _ = try run(Self.graph, begun: 1000, [("4", 1)])
        _ = try run(Self.graph, begun: 2000, [("4", 2)])
        let other = try run(Self.graph.replacing(#""4""#, with: #""40""#), begun: 3000, [])
        #expect(found(other) == ["40": "2 inferred"] && isSaidToBeKept(other))
    }

    @Test func `is certain where the process never opened another one`() throws {
        _ = try run(Self.graph, begun: 1000, [("4", 1)])
        let later = try run(Self.graph.replacing(#""4""#, with: #""40""#), begun: 2000, [])
        #expect(found(later) == ["40": "1 observed"] && !isSaidToBeKept(later))
    }
}
