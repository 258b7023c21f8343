// The parts of a recipe as JSON, with the same members in snapshot.json and recipe.json, and how they are read back.

extension Recipe.Generator {
    /// The member `generator` of a recipe and of a snapshot.
    package var json: JSON {
        [
            "name": .string(orNull: name), "version": .string(orNull: version), "dialect": .string(orNull: dialect),
            "signature": .string(orNull: signature),
        ]
    }
}

extension Recipe.Pass {
    /// An element of `passes`; null for what could not be resolved.
    package var json: JSON {
        [
            "node": .string(node), "sampler": .string(orNull: sampler), "scheduler": .string(orNull: scheduler),
            "steps": .number(orNull: steps), "cfg": .number(orNull: cfg), "seed": .number(orNull: seed),
            "denoise": .number(orNull: denoise), "positive": .string(orNull: positive),
            "negative": .string(orNull: negative), "width": .number(orNull: width), "height": .number(orNull: height),
        ]
    }

    init(_ json: JSON) throws(DocumentError) {
        guard let node = json["node"]?.string else { throw DocumentError("passes") }
        self.init(node: node)
        sampler = json["sampler"]?.string
        scheduler = json["scheduler"]?.string
        steps = json["steps"]?.number
        cfg = json["cfg"]?.number
        seed = json["seed"]?.number
        denoise = json["denoise"]?.number
        positive = json["positive"]?.string
        negative = json["negative"]?.string
        width = json["width"]?.number
        height = json["height"]?.number
    }
}

extension Recipe.ModelUse {
    /// An element of `models`, with the bytes that the name stood for and the evidence for it.
    package var json: JSON {
        let folder = resolution?.folder.text ?? reference.folder
        let json: JSON = [
            "folder": .string(orNull: folder), "name": .string(resolution?.path.description ?? reference.name),
            "reference": .string(reference.name),
            "role": .string(orNull: reference.isUnnamed ? "unnamed" : folder.map(Folder.role)),
            "node": .string(reference.node), "input": .string(reference.input),
            "strength": .number(orNull: reference.strength), "sha256": .string(orNull: resolution?.sha256.hex),
            "size": .integer(orNull: resolution?.size), "version": .integer(orNull: resolution?.version),
            "evidence": .string(evidence.rawValue), "recorded": .array(reference.recorded.map(\.json)),
            "air": .string(orNull: reference.air), "url": .string(orNull: reference.url),
            "refused": .bool(reference.candidates.isEmpty), "match": match?.json ?? .null, "changed": .bool(isChanged),
        ]
        guard mayBeKept, var object = json.object else { return json }
        object["kept"] = true
        return .object(object)
    }

    init(_ json: JSON) throws(DocumentError) {
        guard let name = json["name"]?.string, let reference = json["reference"]?.string,
            let node = json["node"]?.string,
            let input = json["input"]?.string, let evidence = json["evidence"]?.string.flatMap(Evidence.init)
        else { throw DocumentError("models") }
        let digest = json["sha256"]?.string.flatMap { Digest(hex: $0) }
        let isRefused = json["refused"]?.bool == true
        // A resolved model has a name of the store. A name that only the image gave may be anything, so it stands for nothing.
        let found = digest == nil || isRefused ? nil : ModelPath(parsing: name)
        if digest != nil, !isRefused, found == nil { throw DocumentError("models", .leavesTheFolder(name)) }
        let path = isRefused ? nil : found ?? (try? ModelPath(name))
        self.init(
            reference: ModelReference(
                folder: json["folder"]?.string, name: reference, candidates: path.map { [$0] } ?? [], node: node,
                input: input))
        self.reference.isUnnamed = json["role"]?.string == "unnamed"
        self.reference.strength = json["strength"]?.number
        self.reference.air = json["air"]?.string
        self.reference.url = json["url"]?.string
        self.reference.recorded = json["recorded"]?.array?.compactMap { RecordedHash($0) } ?? []
        self.evidence = evidence
        match = json["match"].flatMap { RecordedHash($0) }
        isChanged = json["changed"]?.bool ?? false
        mayBeKept = json["kept"]?.bool ?? false
        guard let digest, let found else { return }
        guard let size = json["size"]?.size, let folder = json["folder"]?.string else { throw DocumentError("models") }
        let version = json["version"]?.versionNumber
        guard version != nil || json["version"] == nil || json["version"] == .null else {
            throw DocumentError("models")
        }
        resolution = .init(
            folder: try SnapshotDocument.name("models") { () throws(NameError) in try EntryName(folder) }, path: found,
            sha256: digest, size: size, version: version)
    }
}

extension Recipe.InputUse {
    /// An element of `inputs`, with the bytes that the name stood for and the evidence for it.
    package var json: JSON {
        [
            "kind": .string(reference.kind), "name": .string(reference.name), "directory": .string(reference.directory),
            "node": .string(reference.node), "sha256": .string(orNull: resolution?.sha256.hex),
            "size": .integer(orNull: resolution?.size), "evidence": .string(evidence.rawValue),
            "recorded": .array(
                [reference.recorded].compactMap { digest in
                    digest.map { ["algorithm": "sha256", "value": .string($0.hex), "trust": "exact"] }
                }),
        ]
    }

    init(_ json: JSON) throws(DocumentError) {
        guard let kind = json["kind"]?.string, let name = json["name"]?.string, let node = json["node"]?.string,
            let directory = json["directory"]?.string, let evidence = json["evidence"]?.string.flatMap(Evidence.init)
        else { throw DocumentError("inputs") }
        let path = InputReference.path(of: name, in: directory)
        let recorded = json["recorded"]?.array?.first?["value"]?.string.flatMap { Digest(hex: $0) }
        self.init(
            reference: InputReference(
                kind: kind, name: name, directory: directory, path: path, node: node, recorded: recorded))
        self.evidence = evidence
        guard let digest = json["sha256"]?.string.flatMap({ Digest(hex: $0) }) else { return }
        guard let size = json["size"]?.size else { throw DocumentError("inputs") }
        guard let path else { throw DocumentError("inputs", .leavesTheFolder(name)) }
        resolution = .init(
            folder: try SnapshotDocument.name("inputs") { () throws(NameError) in try EntryName(directory) },
            path: path, sha256: digest, size: size, version: nil)
    }
}

extension Verdict {
    /// The member `grade` of a recipe.
    package var json: JSON {
        [
            "grade": .string(grade.rawValue), "verified": .bool(isVerified),
            "reasons": .array(
                reasons.map {
                    [
                        "code": .string($0.code.rawValue), "message": .string($0.message),
                        "cap": .string($0.cap.rawValue), "remedy": .string(orNull: $0.remedy),
                    ]
                }),
        ]
    }
}
