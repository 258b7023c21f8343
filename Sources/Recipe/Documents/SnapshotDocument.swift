/// What is known about an image's file. Its name is not included: the same bytes under another name are the same image.
package struct ImageFacts: Sendable, Equatable {
    /// The hash of the whole file, including its metadata.
    package var sha256: Digest
    /// Bytes.
    package var size: Int
    /// Determined by the first bytes, never by the file's name.
    package var mediaType: String
    /// Pixels; nil if the header does not say.
    package var width: Int?
    /// Pixels, like ``width``.
    package var height: Int?
    /// When the image was made, as far as it is known: the earliest modification time that was seen.
    package var time: Timestamp

    /// The facts of a file whose metadata was read; `time` is when it was made, as far as it is known.
    package init(sha256: Digest, size: Int, metadata: Metadata, time: Timestamp) {
        self.sha256 = sha256
        self.size = size
        mediaType = metadata.mediaType
        width = metadata.width
        height = metadata.height
        self.time = time
    }
}

/// A document that a snapshot refers to by its digest, because the original bytes count: a prompt may hold `NaN`.
package struct DocumentReference: Sendable, Equatable {
    /// The hash of the bytes as they were in the file.
    package var sha256: Digest
    /// Bytes.
    package var size: Int
    package init(sha256: Digest, size: Int) {
        self.sha256 = sha256
        self.size = size
    }
}

/// A snapshot in its canonical form: the SHA-256 of ``canonicalBytes`` is its id.
///
/// It has no id, no grade and no time of its own creation: the same evidence gives the same id, on any machine.
package struct SnapshotDocument: Sendable, Equatable {
    /// The image that it is a snapshot of.
    package var image: ImageFacts
    /// What the image was made from, with the bytes that the names stood for.
    package var recipe: Recipe
    /// The graph that ComfyUI ran.
    package var prompt: DocumentReference?
    /// ComfyUI's canvas.
    package var workflow: DocumentReference?
    /// The text of A1111 and its relatives.
    package var parameters: DocumentReference?
    /// The file's other texts.
    package var records: DocumentReference?
    /// The environment of the run: versions, flags, threads, node packs.
    package var environment: DocumentReference?
    /// What was changed, if it is a variation of another snapshot.
    package var variation: Variation?
    /// The snapshot that this one supersedes with better evidence.
    package var parent: Digest?

    package init(
        image: ImageFacts, recipe: Recipe, prompt: DocumentReference?, workflow: DocumentReference?,
        parameters: DocumentReference? = nil, records: DocumentReference? = nil, environment: DocumentReference? = nil,
        variation: Variation? = nil, parent: Digest?
    ) {
        self.environment = environment
        self.variation = variation
        self.image = image
        self.recipe = recipe
        self.prompt = prompt
        self.workflow = workflow
        self.parameters = parameters
        self.records = records
        self.parent = parent
    }

    /// The bytes that are stored and hashed: RFC 8785, but with exact integers.
    package var canonicalBytes: [UInt8] { Array(json.canonical().utf8) }

    /// The document, with its members in a stable order.
    package var json: JSON {
        [
            "schema": DocumentSchema.snapshot.json,
            "image": [
                "sha256": .string(image.sha256.hex), "size": .integer(image.size),
                "mediaType": .string(image.mediaType),
                "width": .integer(orNull: image.width), "height": .integer(orNull: image.height),
                "time": .string(image.time.description),
            ],
            "generator": recipe.generator.json,
            "passes": .array(recipe.passes.map(\.json)),
            "models": .array(recipe.models.map { $0.json }),
            "inputs": .array(recipe.inputs.map { $0.json }),
            "findings": .array(
                recipe.findings.map { finding in
                    let told: JSON = ["code": .string(finding.code.rawValue), "message": .string(finding.message)]
                    guard let subject = finding.subject, var object = told.object else { return told }
                    object["subject"] = .string(subject)
                    return .object(object)
                }),
            "features": .array(recipe.features.map { .string($0) }), "environment": Self.json(environment),
            "variation": variation?.json ?? .null, "prompt": Self.json(prompt), "workflow": Self.json(workflow),
            "parameters": Self.json(parameters), "records": Self.json(records),
            "parent": .string(orNull: parent?.hex),
        ]
    }

    private static func json(_ reference: DocumentReference?) -> JSON {
        reference.map { ["sha256": .string($0.sha256.hex), "size": .integer($0.size)] } ?? .null
    }
}

/// A stored document does not match its schema.
package struct DocumentError: Error, CustomStringConvertible {
    package let description: String
    init(_ member: String) { description = "the member '\(member)' is missing or of another kind" }
    init(_ member: String, _ problem: NameError) { description = "the member '\(member)' has a bad name: \(problem)" }
}

extension SnapshotDocument {
    /// Reads what ``json`` returned.
    package init(_ json: JSON) throws(DocumentError) {
        guard json["schema"] == DocumentSchema.snapshot.json else { throw DocumentError("schema") }
        let image = json["image"] ?? .null
        guard let sha256 = image["sha256"]?.string.flatMap({ Digest(hex: $0) }), let size = image["size"]?.size,
            let time = image["time"]?.string.flatMap({ Timestamp($0) })
        else { throw DocumentError("image") }
        var metadata = Metadata(mediaType: image["mediaType"]?.string ?? "application/octet-stream")
        metadata.width = image["width"]?.number?.int
        metadata.height = image["height"]?.number?.int
        self.image = ImageFacts(sha256: sha256, size: size, metadata: metadata, time: time)
        let generator = json["generator"]
        recipe = Recipe(
            generator: .init(
                name: generator?["name"]?.string, version: generator?["version"]?.string,
                dialect: generator?["dialect"]?.string))
        recipe.generator.signature = generator?["signature"]?.string
        for pass in json["passes"]?.array ?? [] { recipe.passes.append(try Recipe.Pass(pass)) }
        for use in json["models"]?.array ?? [] { recipe.models.append(try Recipe.ModelUse(use)) }
        for use in json["inputs"]?.array ?? [] { recipe.inputs.append(try Recipe.InputUse(use)) }
        for finding in json["findings"]?.array ?? [] {
            guard let code = finding["code"]?.string.flatMap(Reason.Code.init), let message = finding["message"]?.string
            else { throw DocumentError("findings") }
            recipe.findings.append(Reason(code, message, of: finding["subject"]?.string))
        }
        recipe.features = json["features"]?.array?.compactMap(\.string) ?? []
        prompt = try Self.reference(json, "prompt")
        workflow = try Self.reference(json, "workflow")
        parameters = try Self.reference(json, "parameters")
        records = try Self.reference(json, "records")
        environment = try Self.reference(json, "environment")
        variation = json["variation"].flatMap { Variation($0) }
        parent = json["parent"]?.string.flatMap { Digest(hex: $0) }
    }

    /// A name in a member, which is checked so that it cannot lead elsewhere.
    static func name<Name>(_ member: String, _ make: () throws(NameError) -> Name) throws(DocumentError) -> Name {
        do { return try make() } catch { throw DocumentError(member, error) }
    }

    private static func reference(_ json: JSON, _ member: String) throws(DocumentError) -> DocumentReference? {
        guard let value = json[member], value != .null else { return nil }
        guard let sha256 = value["sha256"]?.string.flatMap({ Digest(hex: $0) }), let size = value["size"]?.size
        else { throw DocumentError(member) }
        return DocumentReference(sha256: sha256, size: size)
    }
}

extension JSON {
    /// A number of bytes.
    var size: Int? { number?.int.flatMap { $0 >= 0 ? $0 : nil } }
    /// The number of a version: at least 1, and small enough that there is always a next one.
    var versionNumber: Int? { number?.int.flatMap { (1..<Int(Int32.max)).contains($0) ? $0 : nil } }
}
