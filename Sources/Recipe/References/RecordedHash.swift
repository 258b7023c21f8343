/// A content hash that a tool wrote beside a model's name.
package struct RecordedHash: Sendable, Hashable {
    /// What was hashed. Source: A1111's `hashes.py`, kohya's `addnet_hash_safetensors`.
    package enum Algorithm: String, Sendable {
        /// The beginning of the file's SHA-256; 10 digits of it are AutoV2.
        case sha256
        /// Of a slice of the file; 8 digits, which many files share.
        case autov1
        /// Of a safetensors file's tensors, without its header; 12 digits of it are AutoV3.
        case tensors = "autov3"
        case blake3
        /// zlib's checksum of the file; 8 digits, which only tell files apart.
        case crc32
        /// Of the tensors or of the file, depending on the tool's version: A1111 writes `Lora hashes` so.
        case tensorsOrFile = "autov3-or-sha256"
    }

    /// What was hashed, as far as the tool's record says.
    package let algorithm: Algorithm
    /// Lower-case hexadecimal digits, 8 to 64.
    package let value: String
    /// Whether the tool took it from a claim in the file instead of the bytes: it may be another file's.
    package var isClaim = false

    /// Nil if `text` is not a hash: it has other characters or too few digits, or is the hash of no bytes.
    package init?(_ text: some StringProtocol, _ algorithm: Algorithm) {
        let value = text.lowercased()
        guard let prefix = DigestPrefix(hex: value), prefix.digits >= 8, !Self.isOfNothing(value) else { return nil }
        self.algorithm = prefix.digits == 8 && algorithm == .sha256 ? .autov1 : algorithm
        self.value = value
    }

    /// In InvokeAI's form: `blake3:<64 hex>`, `sha256:…`. Nil for other prefixes, whose hashes are not kept.
    package init?(prefixed text: String) {
        let parts = text.split(separator: ":", maxSplits: 1)
        guard parts.count == 2 else { return nil }
        switch parts[0] {
        case "blake3", "blake3_single": self.init(parts[1], .blake3)
        case "sha256": self.init(parts[1], .sha256)
        default: return nil
        }
    }

    /// The beginning of the SHA-256 of no bytes, which tools write when they could not read the file.
    package static func isOfNothing(_ text: some StringProtocol) -> Bool { text.lowercased().hasPrefix("e3b0c442") }

    /// How far a match can be trusted: two files may share 8 digits by chance, but not 12.
    package var trust: String {
        if isClaim { return "claimed" }
        return switch value.count {
        case 64: "exact"
        case 12...: "strong"
        case 10...: "probable"
        default: "weak"
        }
    }

    var json: JSON { ["algorithm": .string(algorithm.rawValue), "value": .string(value), "trust": .string(trust)] }

    init?(_ json: JSON) {
        guard let algorithm = json["algorithm"]?.string.flatMap(Algorithm.init), let value = json["value"]?.string
        else {
            return nil
        }
        self.init(value, algorithm)
        isClaim = json["trust"] == "claimed"
    }
}
