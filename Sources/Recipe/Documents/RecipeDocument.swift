/// The recipe as it is served: `by-image/*.json`, `recipe.json` and their cards.
package struct RecipeDocument: Sendable {
    package static let schema = "reprofs.recipe/1"

    /// The id of the snapshot.
    package let id: Digest
    package let snapshot: SnapshotDocument
    package let verdict: Verdict
    /// The file name of the image.
    package let name: String
    /// The original bytes of the graph that ran and of the canvas.
    package let prompt: [UInt8]?
    package let workflow: [UInt8]?
    /// The original bytes of A1111's text.
    package let parameters: [UInt8]?
    /// The digest of the image's decoded pixels, where they are exact.
    package let pixels: Digest?
    /// What it ran in.
    package let environment: JSON?
    /// What the last attempt to make it again from the same bytes came to.
    package let certificate: Certificate?

    /// A certificate by its digest; its document is a blob like any other.
    package struct Certificate: Sendable, Equatable {
        package let verdict: String
        package let time: Timestamp
        package let sha256: Digest

        package init(verdict: String, time: Timestamp, sha256: Digest) {
            self.verdict = verdict
            self.time = time
            self.sha256 = sha256
        }
    }

    package init(
        id: Digest, snapshot: SnapshotDocument, verdict: Verdict, name: String, prompt: [UInt8]?, workflow: [UInt8]?,
        parameters: [UInt8]? = nil, pixels: Digest? = nil, environment: JSON? = nil,
        certificate: Certificate? = nil
    ) {
        self.certificate = certificate
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

    /// Keys are stable, additions are possible, an unknown value is null.
    package var json: JSON {
        let image = snapshot.image
        let recipe = snapshot.recipe
        return [
            "schema": .string(Self.schema), "snapshot": .string(id.hex),
            "image": [
                "name": .string(name), "sha256": .string(image.sha256.hex), "size": .integer(image.size),
                "mediaType": .string(image.mediaType), "width": .integer(orNull: image.width),
                "height": .integer(orNull: image.height), "pixels": .string(orNull: pixels?.hex),
                "time": .string(image.time.description),
            ],
            "generator": recipe.generator.json,
            "passes": .array(recipe.passes.map(\.json)),
            "models": .array(recipe.models.map(\.json)),
            "inputs": .array(recipe.inputs.map(\.json)),
            "environment": environment ?? .null, "variation": snapshot.variation?.json ?? .null,
            "grade": verdict.json,
            "certificate": certificate.map {
                [
                    "verdict": .string($0.verdict), "time": .string($0.time.description),
                    "sha256": .string($0.sha256.hex),
                ]
            } ?? .null,
            "prompt": Self.embedded(prompt), "workflow": Self.embedded(workflow),
            "parameters": .string(orNull: parameters.map { String(decoding: $0, as: UTF8.self) }),
        ]
    }

    private static func embedded(_ bytes: [UInt8]?) -> JSON { bytes.flatMap { try? JSONParser.parse($0) } ?? .null }
}
