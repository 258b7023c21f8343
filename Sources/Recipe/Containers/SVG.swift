/// The prompt in an SVG's `metadata` element. Source: ComfyUI's SaveSVG; SVG 2, section 5.9.
enum SVG {
    static func read(_ source: some ByteSource) throws(SourceError) -> Metadata? {
        let head = utf8OrLatin1(try source.read(at: 0, count: 1024))
        let start = head.drop { $0.isWhitespace || $0 == "\u{FEFF}" }
        guard start.hasPrefix("<"), start.holds("<svg") else { return nil }
        var metadata = Metadata(mediaType: "image/svg+xml")
        guard source.count <= ReadLimit.field else {
            metadata.leave("the SVG", bytes: source.count)
            return metadata
        }
        var path: [String] = []
        let isWhole = XML.forEach(in: try source.read(at: 0, count: source.count)) { event in
            switch event {
            case .start(_, let name, let attributes):
                path.append(name)
                guard path == ["svg"] else { return }
                metadata.width = pixels("width", attributes)
                metadata.height = pixels("height", attributes)
            case .end: _ = path.popLast()
            case .text(let text):
                guard path.last == "metadata" else { return }
                if !ComfyBundle.add(Array(text.utf8), to: &metadata), !text.trimmingBlanks.isEmpty {
                    metadata.add("metadata", Array(text.trimmingBlanks.utf8))
                }
            }
        }
        if !isWhole { metadata.note("the SVG is broken or cut off") }
        return metadata
    }

    private static func pixels(_ name: String, _ attributes: [XML.Attribute]) -> Int? {
        attributes.first { $0.name == name }.flatMap { Int($0.value.prefix { $0.isNumber }) }
    }
}
