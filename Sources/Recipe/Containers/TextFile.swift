/// Texts in files of their own: beside an image, or parameters that somebody kept.
package enum TextFile {
    private static let limit = 8 << 20

    /// The names under which tools keep the record of `image`, the most telling first.
    package static func sidecars(of image: String) -> [String] {
        let (stem, suffix) = image.splitAtLast(".") ?? (image, "")
        let names = [".swarm.json", ".json", ".txt", ".xmp"].flatMap { [stem + $0, image + $0] }
        // VideoHelperSuite leaves the workflow in an image of the same name.
        return (suffix.lowercased() == "png" ? [] : [stem + ".png"]) + names.filter { $0 != image }
    }

    /// A text that is a record by itself; nil for anything else.
    static func read(_ source: some ByteSource) throws(SourceError) -> Metadata? {
        source.count <= limit ? metadata(try source.read(at: 0, count: source.count)) : nil
    }

    static func sidecar(_ sidecar: RecipeReader.Sidecar) throws(SourceError) -> Metadata? {
        let source = sidecar.source
        let lower = sidecar.name.lowercased()
        if lower.hasSuffix(".png") {
            var metadata = try Container.read(source)
            metadata?.isLossless = false
            return metadata
        }
        guard source.count <= limit else { return nil }
        let bytes = try source.read(at: 0, count: source.count)
        guard lower.hasSuffix(".xmp") else { return metadata(bytes) }
        var metadata = Metadata(mediaType: "application/rdf+xml")
        XMP.read(bytes, into: &metadata)
        return metadata
    }

    /// JSON gives its members as fields, and itself as `parameters`; any other text is `parameters`.
    private static func metadata(_ bytes: [UInt8]) -> Metadata? {
        guard !bytes.isEmpty, !bytes.contains(0), String(validating: bytes, as: UTF8.self) != nil else { return nil }
        var metadata = Metadata(mediaType: "text/plain")
        guard bytes.first(where: { $0 > 0x20 }) == UInt8(ascii: "{"), let json = try? JSONParser.parse(bytes),
            let object = json.object
        else {
            metadata.add("parameters", bytes)
            // Lines of `name: value` are the fields of tools that write them so.
            for line in String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline).prefix(1000) {
                let parts = line.split(separator: ":", maxSplits: 1)
                guard parts.count == 2 else { continue }
                metadata.add(String(parts[0]).trimmingBlanks, Array(String(parts[1]).trimmingBlanks.utf8))
            }
            return metadata
        }
        metadata.mediaType = "application/json"
        // A workflow as ComfyUI exports it, for its server or for its canvas.
        if ComfyGraph(json) != nil {
            metadata.add("prompt", bytes)
        } else if json["nodes"]?.array != nil {
            metadata.add("workflow", bytes)
        } else {
            metadata.add("parameters", bytes)
            metadata.add(object)
            // InvokeAI keeps that of a video so, and its API gives that of an image so.
            if ["positive_prompt", "generation_mode"].contains(where: { object[$0] != nil }) {
                metadata.add("invokeai_metadata", bytes)
            }
        }
        return metadata
    }
}
