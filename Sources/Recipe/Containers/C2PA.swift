/// What a C2PA manifest claims about an image's origin: the tool, its software agents, the kind of source.
///
/// The result is one field, `c2pa`, with JSON. The manifest's signature is not checked, so all of it is only a claim.
/// Source: C2PA technical specification 2.2, sections 8, 10 and 18; JUMBF, ISO/IEC 19566-5.
enum C2PA {
    static let key = "c2pa"
    /// The largest manifest store that is read. With its thumbnails, one rarely has more than a few hundred kilobytes. Bytes.
    static let limit = 16 << 20

    /// The manifest store in a `uuid` box of an ISO media file; nil if the box is for something else.
    static func store(inUUID content: [UInt8]) -> [UInt8]? {
        let id: [UInt8] = [
            0xD8, 0xFE, 0xC3, 0xD6, 0x1B, 0x0E, 0x48, 0x3C, 0x92, 0x97, 0x58, 0x28, 0x87, 0x7E, 0xC4, 0x81,
        ]
        guard content.starts(with: id) else { return nil }
        // Version and flags, a purpose that ends with a NUL, and, for a manifest, an offset of eight bytes.
        let purpose = content.dropFirst(20)
        guard purpose.starts(with: Array("manifest\0".utf8)) else { return nil }
        return Array(purpose.dropFirst(9 + 8))
    }

    static func read(_ store: [UInt8], into metadata: inout Metadata) {
        var walk = Walk()
        walk.boxes(store[...], depth: 0)
        guard walk.isManifest else { return metadata.note("a C2PA block holds no manifest") }
        if walk.isBroken { metadata.note("a C2PA manifest is broken") }
        let claim: JSON = [
            "generators": .array(walk.generators.map { .string($0) }),
            "agents": .array(walk.agents.map { .string($0) }),
            "sources": .array(walk.sources.map { .string($0) }),
        ]
        metadata.add(key, Array(claim.compact().utf8))
    }

    private struct Walk {
        var generators: [String] = []
        var agents: [String] = []
        var sources: [String] = []
        var isManifest = false
        var isBroken = false
        private var visited = 0

        /// A superbox begins with a description, which labels what follows.
        mutating func boxes(_ data: ArraySlice<UInt8>, depth: Int) {
            var rest = data
            var label = ""
            while rest.count >= 8 {
                visited += 1
                let size = bigEndian(rest.prefix(4))
                guard depth < 8, visited < 10_000, size >= 8, size <= rest.count else { return isBroken = true }
                let content = rest.dropFirst(8).prefix(size - 8)
                switch String(decoding: rest.dropFirst(4).prefix(4), as: UTF8.self) {
                case "jumb": boxes(content, depth: depth + 1)
                case "jumd":
                    // 16 bytes of type, one of flags, then the label.
                    label = String(decoding: content.dropFirst(17).prefix { $0 != 0 }, as: UTF8.self)
                    if label.hasPrefix("c2pa") { isManifest = true }
                case "cbor":
                    var reader = CBORReader(content)
                    if let value = reader.value() { take(value, label) } else { isBroken = true }
                case "json":
                    if let value = try? JSONParser.parse(Array(content)) { take(value, label) }
                default: break
                }
                rest = rest.dropFirst(size)
            }
            if !rest.isEmpty { isBroken = true }
        }

        private mutating func take(_ value: JSON, _ label: String) {
            if label.hasPrefix("c2pa.claim") {
                add(value["claim_generator"]?.string, to: \.generators)
                let info = value["claim_generator_info"]
                for entry in info?.array ?? [info ?? .null] { add(named(entry), to: \.generators) }
            } else if label.hasPrefix("c2pa.actions") {
                for action in value["actions"]?.array ?? [] {
                    add(named(action["softwareAgent"] ?? .null), to: \.agents)
                    add(action["digitalSourceType"]?.string, to: \.sources)
                }
            }
        }

        /// An agent is a name, or an object with one and perhaps a version.
        private func named(_ value: JSON) -> String? {
            guard let name = value.string ?? value["name"]?.string else { return nil }
            return value["version"]?.string.map { "\(name) \($0)" } ?? name
        }

        private mutating func add(_ text: String?, to list: WritableKeyPath<Self, [String]>) {
            guard let text, !self[keyPath: list].contains(text), self[keyPath: list].count < 32 else { return }
            self[keyPath: list].append(String(text.prefix(500)))
        }
    }
}
