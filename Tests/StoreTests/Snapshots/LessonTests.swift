import Foundation
import Recipe
import Store
import Support
import SystemPackage
import Testing

/// What certificates of some images teach of others.
///
/// > A certificate counts for or against each class and sampler that its image was made with, by the digest of its code. A class or sampler
/// > that repeated in three runs, and always did, is trusted whatever its code looks like; one that alone explains why a run had other
/// > pixels lowers the grade of every image that was made with it.
@Suite struct `A proof` {
    let fixture: StoreFixture
    let process: Opener

    init() throws {
        fixture = try StoreFixture()
        process = try #require(Opener(process: getpid()))
        try fixture.add("checkpoints/model.safetensors", seed: 1)
        try fixture.witness(1, version: 1, by: process)
        try fixture.directory.write(Array("one".utf8), to: "custom_nodes/pack/__init__.py")
    }

    private static let chance: JSON = [
        "uses": [
            ["kind": "chance", "text": "draws without a seed", "what": "random.random", "file": "a.py", "line": 3]
        ]
    ]

    /// The snapshot of a reported image with a class of the pack, whose code looks so; without one of ComfyUI's own classes alone.
    private func image(_ seed: UInt64, code: JSON? = chance) throws -> SnapshotRow {
        let plain = SmallImage.graph(seed: seed)
        let graph = code == nil ? plain : plain.replacing("CLIPTextEncode", with: "PackText")
        var classes: JSON.Object = .init([])
        for name in [
            "KSampler", "CheckpointLoaderSimple", "VAEDecode", "SaveImage", "EmptyLatentImage", "CLIPTextEncode",
        ] {
            classes[name] = ["python_module": "nodes"]
        }
        if let code { classes["PackText"] = ["python_module": "custom_nodes.pack", "input": [:], "code": code] }
        let image = try fixture.image("\(seed)-\(code == nil).png", graph)
        let told: [String: JSON] = [
            "environment": [
                "schema": "reprofs.environment/1", "comfyui": ["version": "0.33.0"], "nodePacks": [["name": "pack"]],
                "objectInfo": .object(classes),
            ],
            "nodePacks": ["pack": .string(fixture.directory.appending("custom_nodes/pack").string)],
        ]
        let report = try fixture.report(of: image, graph, by: process, told)
        let made = try fixture.store.snapshot(report: report, by: process.identity)
        return try fixture.row(made[0].result.id)
    }

    private func prove(_ row: SnapshotRow, _ verdict: ReproductionVerdict, differences: JSON = []) throws {
        let file: JSON = [
            "folder": "checkpoints", "name": "model.safetensors", "sha256": .string(SmallModel.digest(seed: 1).hex),
        ]
        let certificate: JSON = [
            "schema": "reprofs.certificate/1", "process": ["identity": "x"], "pinned": [file], "opened": [file],
            "environment": ["recorded": ["python": "3.12"], "present": ["python": "3.12"]], "differences": differences,
        ]
        try fixture.store.keep(certificate: certificate, verdict, of: row)
    }

    private func codes(_ row: SnapshotRow) throws -> [String] {
        (try fixture.recipe(row.digest)["grade"]?["reasons"]?.array ?? []).compactMap { $0["code"]?.string }
    }

    @Test func `of three runs with the same pixels answers what the code of their class looks like`() throws {
        let other = try image(9)
        for seed in UInt64(1)...2 { try prove(try image(seed), .verified) }
        #expect(try codes(other) == ["node.unrepeatable"])
        try prove(try image(3), .verified)
        #expect(try codes(other).isEmpty)
        #expect(try fixture.recipe(other.digest)["grade"]?["grade"] == "full")
        let document = try fixture.store.recipeDocument(of: other.id, named: "9.png")
        #expect(document.lessons.contains { $0.text == "PackText repeated in 3 of 3 runs" })
    }

    @Test func `of other code teaches nothing`() throws {
        for seed in UInt64(1)...3 { try prove(try image(seed), .verified) }
        try fixture.directory.write(Array("another".utf8), to: "custom_nodes/pack/__init__.py")
        #expect(try codes(try image(9)) == ["node.unrepeatable"])
    }

    @Test func `with other pixels lowers the others that share the class which alone can be why`() throws {
        let other = try image(9, code: ["uses": []])
        let plain = try image(8, code: nil)
        // All else is seen to repeat.
        try prove(plain, .verified)
        #expect(try codes(other).isEmpty)
        try prove(try image(1, code: ["uses": []]), .different)
        #expect(try codes(other) == ["proof.cause"])
        #expect(try codes(plain) == ["verified.bitexact"])
        #expect(try codes(try image(7, code: nil)).isEmpty)
    }

    @Test func `with other pixels blames nobody where several can be why`() throws {
        try prove(try image(1, code: ["uses": []]), .different)
        #expect(try codes(try image(9, code: ["uses": []])).isEmpty)
    }

    @Test func `with other pixels in another environment teaches nothing`() throws {
        try prove(try image(8, code: nil), .verified)
        try prove(
            try image(1, code: ["uses": []]), .different,
            differences: [["code": "env.device", "message": "the device was A and is B"]])
        #expect(try codes(try image(9, code: ["uses": []])).isEmpty)
    }
}
