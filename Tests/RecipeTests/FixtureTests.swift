import Foundation
import Recipe
import Testing

/// Files that tools wrote, each with an expectation beside it.
///
/// With REPROFS_RECORD in the environment the expectations are written anew; read what changed in them before you keep it.
@Suite("What tools wrote") struct FixtureTests {
    static let folder = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Fixtures")

    static let images: [String] = (FileManager.default.enumerator(atPath: folder.path)?.allObjects ?? [])
        .compactMap { $0 as? String }.filter { path in
            path.contains("/") && path.contains(".") && !path.hasSuffix(".expected.json")
                && !["Fuzz/", "Pickles/", "Pixels/", "Stores/"].contains { path.hasPrefix($0) }
        }.sorted()

    @Test func `is here to be read`() {
        #expect(Self.images.count == 97)
    }

    @Test(arguments: images) func `is read as it was made`(image: String) throws {
        let url = Self.folder.appendingPathComponent(image)
        let bytes = [UInt8](try Data(contentsOf: url))
        let file = try? Data(contentsOf: url.appendingPathExtension("expected.json"))
        let expected = try file.map { try JSONParser.parse([UInt8]($0)) } ?? .null
        let read = try RecipeReader.read(MemorySource(bytes), fileName: url.lastPathComponent)
        let reading = try #require(read)
        #expect(reading.metadata.damage.isEmpty)
        if ProcessInfo.processInfo.environment["REPROFS_RECORD"] != nil {
            try Self.summary(reading).formatted().write(
                to: url.appendingPathExtension("expected.json"), atomically: true, encoding: .utf8)
        }
        #expect(Self.summary(reading).compact() == expected.compact())
    }

    /// The members of an expectation, in its order.
    private static func summary(_ reading: RecipeReader.Reading) -> JSON {
        let recipe = reading.recipe
        let pass = recipe.passes.first
        let models = recipe.models.map(\.reference)
        let checkpoint = models.first { $0.folder == "checkpoints" }
        let loras = models.filter { $0.folder == "loras" }.map { JSON.string($0.name) }
        let others = models.filter { $0.folder != "checkpoints" && $0.folder != "loras" }
        return [
            "generator": .string(orNull: recipe.generator.name), "version": .string(orNull: recipe.generator.version),
            "dialect": .string(orNull: recipe.generator.dialect),
            "prompt": .bool(reading.prompt != nil), "workflow": .bool(reading.workflow != nil),
            "mediaType": .string(reading.metadata.mediaType), "imageWidth": .integer(orNull: reading.metadata.width),
            "imageHeight": .integer(orNull: reading.metadata.height), "passes": .integer(recipe.passes.count),
            "checkpoint": .string(orNull: checkpoint?.name), "loras": .array(loras),
            "hashes": .array(
                models.flatMap { model in
                    model.recorded.map { .string("\(model.name): \($0.algorithm.rawValue) \($0.value)") }
                }),
            "otherModels": .array(others.map { .string(($0.folder ?? "?") + "/" + $0.name) }),
            "seed": .number(orNull: pass?.seed), "steps": .number(orNull: pass?.steps),
            "cfg": .number(orNull: pass?.cfg), "sampler": .string(orNull: pass?.sampler),
            "scheduler": .string(orNull: pass?.scheduler), "denoise": .number(orNull: pass?.denoise),
            "positive": .string(orNull: pass?.positive), "negative": .string(orNull: pass?.negative),
            "width": .number(orNull: pass?.width), "height": .number(orNull: pass?.height),
            "inputs": .array(recipe.inputs.map { .string($0.reference.name) }),
            "reasons": .array(recipe.findings.map(\.code.rawValue).sorted().map { .string($0) }),
        ]
    }
}
