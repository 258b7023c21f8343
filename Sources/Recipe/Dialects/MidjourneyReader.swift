/// Midjourney's prompts with their flags, as the web site writes them: `a cat --ar 3:2 --v 6.1 Job ID: <uuid>`.
enum MidjourneyReader {
    static func read(_ metadata: Metadata) -> Recipe? {
        for key in ["Description", "ImageDescription", "dc:description", "UserComment"] {
            guard let text = metadata.text(key), let mark = text.places(of: "Job ID:").last,
                isUUID(String(text[mark.upperBound...]).trimmingBlanks)
            else { continue }
            let line = String(text[..<mark.lowerBound]).trimmingBlanks
            var words = line
            var flags: [String: String] = [:]
            if let first = line.places(of: " --").first {
                words = String(line[..<first.lowerBound])
                for flag in line[first.lowerBound...].components(separatedBy: " --") {
                    let parts = flag.split(separator: " ", maxSplits: 1)
                    if let name = parts.first {
                        flags[String(name)] = parts.count > 1 ? String(parts[1]).trimmingBlanks : ""
                    }
                }
            }
            let version = flags["v"] ?? flags["version"] ?? flags["niji"].map { "niji \($0)" }
            var record = FlatRecord("Midjourney", version: version, dialect: "midjourney", field: key)
            record.sample { pass in
                pass.positive = words
                pass.negative = flags["no"]
                pass.seed = flags["seed"].flatMap { JSON.string($0).numeric }
            }
            record.note(.toolClosed, "Midjourney's models run only at Midjourney")
            return record.finish()
        }
        return nil
    }

    private static func isUUID(_ text: String) -> Bool {
        text.utf8.count == 36 && text.allSatisfy { $0.isHexDigit || $0 == "-" }
    }
}

extension StringProtocol {
    /// The parts between separators of one or more characters.
    func components(separatedBy separator: String) -> [String] {
        var parts: [String] = []
        var start = startIndex
        for range in places(of: separator) {
            parts.append(String(self[start..<range.lowerBound]))
            start = range.upperBound
        }
        return parts + [String(self[start...])]
    }
}
