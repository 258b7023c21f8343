/// Text files with a record: beside an image, or saved by a user.
package enum TextFile {
    /// The longest that is read. Bytes.
    package static let limit = ReadLimit.field

    /// The names under which tools save the record of `image`, the most informative first.
    package static func sidecars(of image: String) -> [String] {
        let (stem, suffix) = image.splitAtLast(".") ?? (image, "")
        let names = [".swarm.json", ".json", ".txt", ".xmp"].flatMap { [stem + $0, image + $0] }
        // VideoHelperSuite leaves the workflow in an image of the same name.
        return (suffix.lowercased() == "png" ? [] : [stem + ".png"]) + names.filter { $0 != image }
    }

    /// The fields of a text file that is a record; nil for any other file.
    static func read(_ source: some ByteSource) throws(SourceError) -> Metadata? {
        source.count <= limit ? metadata(try source.read(at: 0, count: source.count)) : nil
    }

    /// Whether a file of no known container is a text, as far as its beginning shows, and longer than is read.
    package static func isTooLong(_ source: some ByteSource) throws(SourceError) -> Bool {
        guard source.count > limit else { return false }
        return try !source.read(at: 0, count: 64 << 10).contains(0)
    }

    /// The fields of a file beside an image; if that is longer than is read, only that.
    static func sidecar(_ sidecar: RecipeReader.Sidecar) throws(SourceError) -> Metadata? {
        let source = sidecar.source
        let lower = sidecar.name.lowercased()
        if lower.hasSuffix(".png") {
            var metadata = try Container.read(source)
            metadata?.isLossless = false
            return metadata
        }
        var metadata = Metadata(mediaType: "application/rdf+xml")
        guard source.count <= limit else {
            metadata.leave(sidecar.name, bytes: source.count)
            return metadata
        }
        let bytes = try source.read(at: 0, count: source.count)
        guard lower.hasSuffix(".xmp") else { return Self.metadata(bytes) }
        XMP.read(bytes, into: &metadata)
        return metadata
    }

    /// The members of JSON become fields, and the whole text becomes `parameters`, as does any other text.
    private static func metadata(_ bytes: [UInt8]) -> Metadata? {
        guard !bytes.isEmpty, !bytes.contains(0), String(validating: bytes, as: UTF8.self) != nil else { return nil }
        var metadata = Metadata(mediaType: "text/plain")
        guard bytes.first(where: { $0 > 0x20 }) == UInt8(ascii: "{"), let json = try? JSONParser.parse(bytes),
            let object = json.object
        else {
            metadata.add("parameters", bytes)
            // Some tools write their fields as lines of `name: value`.
            for line in String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline).prefix(1000) {
                let parts = line.split(separator: ":", maxSplits: 1)
                guard parts.count == 2 else { continue }
                metadata.add(String(parts[0]).trimmingBlanks, Array(String(parts[1]).trimmingBlanks.utf8))
            }
            return metadata
        }
        metadata.mediaType = "application/json"
        // A workflow that ComfyUI exported, in its API format or as a canvas.
        if ComfyGraph(json) != nil {
            metadata.add("prompt", bytes)
        } else if json["nodes"]?.array != nil {
            metadata.add("workflow", bytes)
        } else {
            metadata.add("parameters", bytes)
            metadata.add(object)
            // InvokeAI saves a video's metadata in this form, and its API returns an image's in it.
            if ["positive_prompt", "generation_mode"].contains(where: { object[$0] != nil }) {
                metadata.add("invokeai_metadata", bytes)
            }
        }
        return metadata
    }
}
