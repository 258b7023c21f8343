import Recipe

// The fuzzer makes one module of all that it runs.
#if canImport(Remote)
    import Remote
#endif

/// What is fuzzed: a reader for each container and each dialect, with everything that follows from its reading.
///
/// `scripts/fuzz` runs them under libFuzzer; the tests run what it found.
package enum FuzzTargets {
    package enum Kind: Sendable {
        /// The input is a file. Seeds are the fixtures with these suffixes.
        case file([String])
        /// The input is what a PNG chunk of this type holds.
        case chunk(String)
        /// The input is the text of these fields.
        case fields([String])
        /// The input is a document that somebody else wrote.
        case document
    }

    package static let all: [(name: String, kind: Kind)] = [
        ("png", .file([".png"])), ("jpeg", .file([".jpg"])), ("webp", .file([".webp"])), ("gif", .file([".gif"])),
        ("avif", .file([".avif"])), ("jxl", .file([".jxl"])), ("mp4", .file([".mp4"])),
        ("matroska", .file([".webm", ".mkv"])), ("flac", .file([".flac"])), ("ogg", .file([".opus"])),
        ("mp3", .file([".mp3"])), ("glb", .file([".glb"])), ("svg", .file([".svg"])),
        ("safetensors", .file([".latent"])),
        ("pickle", .file([".pkl", ".pt", ".ckpt"])),
        ("text", .file([".txt", ".json"])), ("exif", .chunk("eXIf")), ("c2pa", .chunk("caBX")), ("xmp", .chunk("iTXt")),
        ("comfy", .fields(["prompt"])), ("canvas", .fields(["workflow"])), ("infotext", .fields(["parameters"])),
        ("swarm", .fields(["parameters"])), ("fooocus", .fields(["parameters"])),
        ("invoke", .fields(["invokeai_metadata"])),
        ("invoke-2", .fields(["sd-metadata"])), ("dream", .fields(["Dream"])), ("novelai", .fields(["Comment"])),
        ("draw-things", .fields(["UserComment"])), ("easy", .fields(["UserComment", "prompt"])),
        ("stability-matrix", .fields(["parameters-json", "smproj"])), ("midjourney", .fields(["Description"])),
        ("origin", .fields(["c2pa", "Iptc4xmpExt:DigitalSourceType"])), ("pasted", .fields(["parameters"])),
        ("snapshot", .document), ("manifest", .document), ("report", .document), ("answer", .document),
        ("pieces", .document), ("challenge", .document), ("docker-config", .document), ("address", .document),
    ]

    /// Reads the input and makes everything of it that a user could see. Broken promises trap.
    package static func run(_ name: String, _ input: [UInt8]) {
        guard let kind = all.first(where: { $0.name == name })?.kind else { preconditionFailure("no target \(name)") }
        switch kind {
        case .file: read(input)
        case .document: document(name, input)
        case .chunk(let type):
            let head = type == "iTXt" ? Array("XML:com.adobe.xmp".utf8) + [0, 0, 0, 0, 0] : []
            read(png(type, head + input))
        case .fields(let keys):
            let text = String(decoding: input, as: UTF8.self)
            let fields = keys.map { ["key": .string($0), "text": .string(text)] as JSON }
            let records = Array(JSON.array(fields).compact().utf8)
            if let recipe = RecipeReader.read(
                prompt: nil, workflow: nil, parameters: nil, records: records, fileName: "x_00001_.png")
            {
                show(recipe, Metadata(mediaType: ""))
            }
        }
    }

    private static func read(_ bytes: [UInt8]) {
        if let pickle = try? PickleImports.read(MemorySource(bytes)) { precondition(!pickle.warning.isEmpty) }
        guard let reading = try? RecipeReader.read(MemorySource(bytes), fileName: "x_00001_.png") else { return }
        _ = try? PixelFacts.of(MemorySource(bytes), reading.metadata)
        show(reading.recipe, reading.metadata)
    }

    /// A snapshot of the recipe comes back from its own bytes, and its card is made.
    private static func show(_ recipe: Recipe, _ metadata: Metadata) {
        guard let digest = Digest(hex: String(repeating: "0", count: 64)) else { return }
        let facts = ImageFacts(sha256: digest, size: 1, metadata: metadata, time: Timestamp(nanoseconds: 0))
        let snapshot = SnapshotDocument(image: facts, recipe: recipe, prompt: nil, workflow: nil, parent: nil)
        let bytes = snapshot.canonicalBytes
        guard let json = try? JSONParser.parse(bytes), let again = try? SnapshotDocument(json) else {
            preconditionFailure("a snapshot cannot be read back")
        }
        precondition(again.canonicalBytes == bytes, "a snapshot comes back as another")
        let verdict = Verdict(recipe, made: facts.time) { _ in .here }
        let document = RecipeDocument(
            id: digest, snapshot: snapshot, verdict: verdict, name: "x", prompt: nil, workflow: nil)
        precondition(!document.card.isEmpty && document.json.formatted().utf8.count > 2)
    }

    /// What documents say leads nowhere else.
    private static func document(_ name: String, _ input: [UInt8]) {
        func require(_ names: [EntryName]) {
            for name in names { precondition((try? EntryName(name.text)) == name, "a name that is none") }
        }
        switch name {
        case "snapshot":
            guard let json = try? JSONParser.parse(input), let snapshot = try? SnapshotDocument(json) else { return }
            let found =
                snapshot.recipe.models.compactMap(\.resolution) + snapshot.recipe.inputs.compactMap(\.resolution)
            for resolution in found {
                require([resolution.folder] + resolution.path.components)
                precondition(
                    resolution.size >= 0 && resolution.version.map { (1..<Int(Int32.max)).contains($0) } ?? true)
            }
            for use in snapshot.recipe.models { require(use.pinnedPath) }
            // What somebody else wrote need not come back as it was, but it can be read.
            precondition(
                (try? JSONParser.parse(snapshot.canonicalBytes)).flatMap { try? SnapshotDocument($0) } != nil,
                "a snapshot cannot be read back")
        case "manifest":
            if let manifest = PinManifest(input) {
                for layer in manifest.layers {
                    guard let path = ViewPath(parsing: layer.path) else { preconditionFailure("a path that is none") }
                    require(path.components)
                }
                precondition(PinManifest(manifest.bytes)?.layers == manifest.layers && !manifest.configBytes.isEmpty)
                precondition(manifest.contents.allSatisfy { $0.size >= 0 })
            }
            if let manifest = PartedManifest(input) {
                precondition(PartedManifest(manifest.bytes) == manifest, "a manifest of parts comes back as another")
                for parts in manifest.parts.values {
                    let whole = parts.reduce(0) { $0 + $1.size }
                    precondition(whole > 0 && parts.allSatisfy { $0.size > 0 })
                }
            }
            if let index = LayoutIndex(input) { precondition(LayoutIndex(index.bytes)?.entries == index.entries) }
        case "pieces":
            // Of the file that its header names, where there is one.
            guard input.count >= 64, let digest = Digest(bytes: input[24..<56]) else { return }
            let size = input[16..<24].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            guard let size = Int(exactly: size), let list = PieceList(bytes: input, of: digest, size: size) else {
                return
            }
            precondition(list.bytes == input && input.count == PieceList.byteCount(ofSize: size))
            precondition(list.range(of: list.count - 1).upperBound == size && list.range(of: 0).lowerBound == 0)
            for piece in [0, list.count / 2, list.count - 1] {
                [1, 2, 3].withUnsafeBytes { precondition(!list.holds(piece, $0), "bytes that are none of the file's") }
            }
        case "address":
            guard let address = try? RemoteAddress(String(decoding: input, as: UTF8.self)) else { return }
            precondition((try? RemoteAddress(address.description)) == address, "an address that cannot be read back")
            precondition(!address.description.utf8.contains(UInt8(ascii: "@")), "a user in an address")
            _ = address.isLoopback
        case "challenge":
            let found = Challenge.all(in: [String(decoding: input, as: UTF8.self)])
            precondition(found.count <= 64 && found.allSatisfy { !$0.scheme.isEmpty && $0.parameters.count <= 64 })
        case "docker-config":
            guard let config = DockerConfig(input) else { return }
            for path in ["", "team", "team/models"] {
                let found = config.find(hosts: ["registry.example", "a"], path: path)
                for case .helper(let name) in found {
                    precondition(
                        !name.isEmpty && !name.utf8.contains(UInt8(ascii: "/")), "a helper that leads elsewhere")
                }
            }
        case "report":
            guard let report = try? RunReport(input) else { return }
            precondition(report.outputs.count <= 4096 && report.inputs.count <= 4096)
            _ = RecipeReader.read(
                prompt: report.prompt, workflow: report.workflow, parameters: nil, records: nil,
                fileName: "x_00001_.png")
        default:
            guard let json = try? JSONParser.parse(input) else { return }
            for output in (try? RunOutput.all(in: json)) ?? [] {
                for text in [output.name, output.subfolder] where !text.isEmpty {
                    guard let path = try? ModelPath(text) else { preconditionFailure("an output that leads elsewhere") }
                    require(path.components)
                }
                precondition(output.suffix.utf8.count <= 9 && !output.suffix.utf8.contains(UInt8(ascii: "/")))
            }
        }
    }

    private static func png(_ type: String, _ data: [UInt8]) -> [UInt8] {
        func number(_ value: Int) -> [UInt8] { [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) } }
        let header: [UInt8] = [0, 0, 0, 1, 0, 0, 0, 1, 8, 2, 0, 0, 0]
        return PNG.signature + number(13) + Array("IHDR".utf8) + header + [0, 0, 0, 0] + number(data.count)
            + Array(type.utf8) + data + [0, 0, 0, 0] + number(0) + Array("IEND".utf8) + [0xAE, 0x42, 0x60, 0x82]
    }
}
