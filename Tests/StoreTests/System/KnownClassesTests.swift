import Foundation
import Recipe
import Store
import Support
import SystemPackage
import Testing

/// What a store learns of node classes that the program's own table has not.
@Suite(.timeLimit(.minutes(20))) struct `Node classes beside a store` {
    let fixture: StoreFixture

    init() throws { fixture = try StoreFixture() }

    private static let info: JSON = [
        "XEncode": [
            "python_module": "custom_nodes.x", "output": ["CONDITIONING"],
            "input": ["required": ["mine": ["STRING", ["multiline": true]], "clip": ["CLIP"]]],
        ]
    ]

    /// The words of an image that a node of that class encoded, read as the store would.
    private func words() -> String? {
        let graph = """
            {"1": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "a.safetensors"}},
            "2": {"class_type": "XEncode", "inputs": {"mine": "a fox", "clip": ["1", 1]}},
            "3": {"class_type": "KSampler", "inputs": {"seed": 1, "model": ["1", 0], "positive": ["2", 0]}},
            "4": {"class_type": "SaveImage", "inputs": {"images": ["3", 0]}}}
            """
        return RecipeReader.read(
            prompt: Array(graph.utf8), workflow: nil, parameters: nil, records: nil, fileName: nil,
            classes: KnownClasses.table(ofStore: fixture.store.path)
        )?.passes.first?.positive
    }

    private func run(by writer: ReportWriter) throws {
        let image = try fixture.image(SmallImage.graph())
        #expect(chmod(fixture.directory.path.string, 0o755) == 0)
        let report: JSON = [
            "schema": "reprofs.report/1", "ended": .integer(Timestamp.now().nanoseconds),
            "prompt": .string(SmallImage.graph()),
            "environment": ["schema": "reprofs.environment/1", "objectInfo": Self.info],
            "outputs": [
                [
                    "path": .string(image.string),
                    "sha256": .string(try #require(try fixture.store.digest(ofFile: image)).hex),
                ]
            ],
        ]
        try fixture.store.accept(report: Array(report.compact().utf8), from: nil, by: writer)
        try fixture.store.takeReports(upTo: try #require(try fixture.store.newestReport())) { outcome in
            if case .failed(let why, _) = outcome { Issue.record("\(why)") }
        }
    }

    @Test func `are those that a reported run told`() throws {
        #expect(words() == nil)
        try run(by: .own)
        #expect(words() == "a fox")
        try run(by: .own)
        #expect(words() == "a fox")
    }

    @Test(.enabled(if: getuid() == 0, "skipped: not root")) func `are not those that another user told`() throws {
        try run(by: ReportWriter(user: 65534, group: 65534, process: nil))
        #expect(words() == nil)
    }

    @Test func `are those of a file that somebody put there, and one that is none changes nothing`() throws {
        let directory = fixture.store.path.appending("classes").string
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        try Data("nonsense".utf8).write(to: URL(fileURLWithPath: directory + "/other.json"))
        try Data(Self.info.compact().utf8).write(to: URL(fileURLWithPath: directory + "/mine.json"))
        #expect(words() == "a fox")
    }
}
