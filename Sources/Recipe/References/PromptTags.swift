/// Models that are named in the words of a prompt: `<lora:name:0.8>`, `<lyco:…>`, `<hypernet:…>`, `embedding:name`.
enum PromptTags {
    struct Tag: Equatable {
        let folder: String
        /// Without suffix; may include subfolders.
        let name: String
        let strength: JSON.Number?
    }

    private static let openings = [("<lora:", "loras"), ("<lyco:", "loras"), ("<hypernet:", "hypernetworks")]

    /// Which tool reads the tags: A1111 and its family use the first number for the text encoder and the second for the model, ComfyUI's
    /// packs the other way round.
    enum Reader { case a1111, comfy }

    /// The tags in angle brackets.
    static func models(in prompt: String, by reader: Reader) -> [Tag] {
        guard prompt.utf8.contains(UInt8(ascii: "<")) else { return [] }
        return openings.flatMap { opening, folder in
            prompt.places(of: opening).compactMap { range -> Tag? in
                let inside = prompt[range.upperBound...].prefix { $0 != ">" && $0 != "<" }
                let parts = inside.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
                guard !parts[0].isEmpty else { return nil }
                return Tag(folder: folder, name: parts[0], strength: strength(parts.dropFirst(), reader))
            }
        }
    }

    /// The strength for the model itself: `unet=` by name, else, where A1111 reads it, the second number, else the first.
    /// Lists of blocks and other options are not strengths.
    private static func strength(_ parts: some Sequence<String>, _ reader: Reader) -> JSON.Number? {
        var numbers: [JSON.Number] = []
        var named: [String: JSON.Number] = [:]
        for part in parts {
            let sides = part.split(separator: "=", maxSplits: 1).map(String.init)
            if sides.count == 2 {
                named[sides[0].trimmingBlanks.lowercased()] = JSON.string(sides[1]).numeric
            } else if let number = JSON.string(part).numeric {
                numbers.append(number)
            }
        }
        if let unet = named["unet"] { return unet }
        return (reader == .a1111 && numbers.count > 1 ? numbers[1] : numbers.first) ?? named["te"]
            ?? JSON.Number(1 as Int64)
    }

    /// The names after `embedding:`; weights and brackets around them do not belong to them.
    static func embeddings(in prompt: String) -> [String] {
        guard prompt.holds("embedding:") else { return [] }
        return prompt.split { $0.isWhitespace }.flatMap { word in
            word.places(of: "embedding:").map { String(word[$0.upperBound...].prefix { !"():,[]{}|<>".contains($0) }) }
        }.filter { !$0.isEmpty }
    }
}
