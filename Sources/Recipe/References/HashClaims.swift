/// Recorded hashes that are not hashes of any bytes.
package enum HashClaims {
    /// The recipe without hashes that were made from a file's name, with a finding for each.
    ///
    /// Forge wrote such hashes from 2024-08 to 2025-02: the SHA-256 of the name, cut to 10 digits like that of a file.
    package static func checked(_ recipe: Recipe) -> Recipe {
        var recipe = recipe
        for index in recipe.models.indices {
            let reference = recipe.models[index].reference
            for hash in reference.recorded where isNameDerived(hash, reference.name) {
                recipe.models[index].reference.recorded.removeAll { $0 == hash }
                recipe.findings.append(
                    Reason(
                        .hashFake,
                        "the recorded hash \(hash.value) of \(reference.name) was made from its name and proves nothing"
                    ))
            }
        }
        return recipe
    }

    static func isNameDerived(_ hash: RecordedHash, _ name: String) -> Bool {
        guard hash.algorithm == .sha256 else { return false }
        return ["", ".safetensors", ".sft", ".ckpt", ".gguf"].contains { suffix in
            SHA256.digest(of: Array((name + suffix).utf8)).hex.hasPrefix(hash.value)
        }
    }
}
