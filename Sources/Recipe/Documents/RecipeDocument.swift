/// The recipe as it is shown: in `by-image/*.json`, `recipe.json` and their cards.
package struct RecipeDocument: Sendable {
    /// The id of the snapshot.
    package let id: Digest
    /// What the image was made from, and the bytes of it, as far as they are known.
    package let snapshot: SnapshotDocument
    /// How far the image can be made again, and why.
    package let verdict: Verdict
    /// The file name of the image.
    package let name: String
    /// The original bytes of the graph that ran, and of the canvas.
    package let prompt: [UInt8]?
    package let workflow: [UInt8]?
    /// The original bytes of A1111's text.
    package let parameters: [UInt8]?
    /// The digest of the image's decoded pixels, if they are exact.
    package let pixels: Digest?
    /// The environment of the run.
    package let environment: JSON?
    /// The attempts to make it again from the same bytes, the oldest first.
    package let attempts: [Attempt]
    /// What all certificates say about what the image was made with.
    package let lessons: [Lesson]

    package init(
        id: Digest, snapshot: SnapshotDocument, verdict: Verdict, name: String, prompt: [UInt8]?, workflow: [UInt8]?,
        parameters: [UInt8]? = nil, pixels: Digest? = nil, environment: JSON? = nil,
        attempts: [Attempt] = [], lessons: [Lesson] = []
    ) {
        self.lessons = lessons
        self.attempts = attempts
        self.environment = environment
        self.id = id
        self.snapshot = snapshot
        self.verdict = verdict
        self.name = name
        self.prompt = prompt
        self.workflow = workflow
        self.parameters = parameters
        self.pixels = pixels
    }

    /// Keys are stable, keys may be added, and unknown values are null.
    package var json: JSON {
        let recipe = snapshot.recipe
        return [
            "schema": DocumentSchema.recipe.json, "snapshot": .string(id.hex), "image": image,
            "generator": recipe.generator.json,
            "passes": .array(recipe.passes.map(\.json)),
            "models": .array(recipe.models.map(\.json)),
            "inputs": .array(recipe.inputs.map(\.json)),
            "environment": environment ?? .null, "variation": snapshot.variation?.json ?? .null,
            "grade": verdict.json,
            "certificate": attempts.last?.json ?? .null, "attempts": .array(attempts.map(\.json)),
            "prompt": Self.embedded(prompt), "workflow": Self.embedded(workflow),
            "parameters": .string(orNull: parameters.map { String(decoding: $0, as: UTF8.self) }),
        ]
    }

    private var image: JSON {
        let image = snapshot.image
        return [
            "name": .string(name), "sha256": .string(image.sha256.hex), "size": .integer(image.size),
            "mediaType": .string(image.mediaType), "width": .integer(orNull: image.width),
            "height": .integer(orNull: image.height), "pixels": .string(orNull: pixels?.hex),
            "time": .string(image.time.description),
        ]
    }

    /// The verdict, and the image that it is about.
    package var explanationJSON: JSON {
        let subject: JSON = [
            "schema": DocumentSchema.explain.json, "snapshot": .string(id.hex), "image": image,
            "attempts": .array(attempts.map(\.json)), "lessons": .array(lessons.map(\.json)),
        ]
        return .object(.init((subject.object?.members ?? []) + (verdict.json.object?.members ?? [])))
    }

    private static func embedded(_ bytes: [UInt8]?) -> JSON { bytes.flatMap { try? JSONParser.parse($0) } ?? .null }
}
