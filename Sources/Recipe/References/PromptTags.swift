/// Models that a prompt's words name: `<lora:name:0.8>`, `<lyco:…>`, `<hypernet:…>`, `embedding:name`.
enum PromptTags {
    struct Tag: Equatable {
        let folder: String
        /// Without suffix; perhaps with subfolders.
        let name: String
        let strength: JSON.Number?
    }

    private static let openings = [("<lora:", "loras"), ("<lyco:", "loras"), ("<hypernet:", "hypernetworks")]

    /// The tags in angle brackets.
    static func models(in prompt: String) -> [Tag] {
        guard prompt.utf8.contains(UInt8(ascii: "<")) else { return [] }
        return openings.flatMap { opening, folder in
            prompt.places(of: opening).compactMap { range -> Tag? in
                let inside = prompt[range.upperBound...].prefix { $0 != ">" && $0 != "<" }
                let parts = inside.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
                guard !parts[0].isEmpty else { return nil }
                return Tag(
                    folder: folder, name: parts[0], strength: JSON.string(parts.count > 1 ? parts[1] : "1").numeric)
            }
        }
    }

    /// The names after `embedding:`; weights and brackets around them do not belong to them.
    static func embeddings(in prompt: String) -> [String] {
        guard prompt.holds("embedding:") else { return [] }
        return prompt.split { $0.isWhitespace }.flatMap { word in
            word.places(of: "embedding:").map { String(word[$0.upperBound...].prefix { !"():,[]{}|<>".contains($0) }) }
        }.filter { !$0.isEmpty }
    }
}
