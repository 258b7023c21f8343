/// Changes in tools that are known to change images, as data: an image from before such a change may come out differently today.
///
/// Sources: commits and release notes of ComfyUI and A1111; A1111's `infotext_versions.py`. Dates are UTC.
enum DriftLedger {
    struct Entry: Sendable {
        let tool: String
        /// The first version with the new behaviour, or the day of the change if versions are not recorded.
        let since: Since
        /// The samplers and node classes that it affects, by ComfyUI's names or the tool's; a `*` at the end matches any rest.
        let touches: [String]
        let what: String
    }

    enum Since: Sendable {
        case version([Int])
        /// The beginning of a day.
        case day(Timestamp?)
    }

    static let entries: [Entry] = [
        .init(
            tool: "ComfyUI", since: .day(Timestamp(year: 2023, month: 6, day: 25)),
            touches: ["dpmpp_sde*", "dpmpp_2m_sde*", "dpmpp_3m_sde*"],
            what: "SDE samplers got their own seeded noise (4eab00e1)"),
        .init(
            tool: "ComfyUI", since: .day(Timestamp(year: 2023, month: 10, day: 20)), touches: ["uni_pc*"],
            what: "the mathematics of uni_pc changed (4185324a)"),
        .init(
            tool: "ComfyUI", since: .day(Timestamp(year: 2023, month: 12, day: 6)), touches: ["HyperTile"],
            what: "HyperTile chose its tiles otherwise (03eadbb5)"),
        .init(
            tool: "ComfyUI", since: .day(Timestamp(year: 2024, month: 8, day: 26)), touches: ["weight_dtype:fp8*"],
            what: "rounding to fp8 became repeatable; before, LoRAs on fp8 weights were random (2ca8f6e2)"),
        .init(
            tool: "ComfyUI", since: .day(Timestamp(year: 2025, month: 1, day: 7)),
            touches: ["*_ancestral", "euler_ancestral*", "dpm_2_ancestral", "dpmpp_2s_ancestral*"],
            what: "ancestral samplers draw other noise since 0.3.12 (916d1e14, 4209edf4)"),
        .init(
            tool: "A1111", since: .version([1, 6, 0]), touches: ["DDIM", "PLMS", "prompt-editing"],
            what: "prompt editing and the padding of DDIM and PLMS changed in 1.6.0"),
        .init(
            tool: "A1111", since: .version([1, 8, 0]), touches: ["refiner"],
            what: "the refiner switches at another step since 1.8.0"),
    ]

    /// The changes between the making of the image and today.
    static func crossed(by recipe: Recipe, made time: Timestamp?) -> [Entry] {
        let used = used(by: recipe)
        return entries.filter { entry in
            guard entry.tool == recipe.generator.name else { return false }
            switch entry.since {
            case .day(let change):
                guard let time, let change, time < change else { return false }
                // If a run recorded its version, the clock does not matter: all these changes came before 0.3.12.
                if let version = numbers(recipe.generator.version), !version.lexicographicallyPrecedes([0, 3, 12]) {
                    return false
                }
            case .version(let first):
                guard let version = numbers(recipe.generator.version), version.lexicographicallyPrecedes(first) else {
                    return false
                }
            }
            return entry.touches.contains { pattern in used.contains { matches($0, pattern) } }
        }
    }

    private static func used(by recipe: Recipe) -> Set<String> {
        var used: Set<String> = []
        for pass in recipe.passes {
            if let sampler = pass.sampler { used.insert(sampler) }
            // A1111 switches words with `[from:to:when]`.
            if let text = pass.positive, text.contains("["), text.split(separator: ":").count > 2 {
                used.insert("prompt-editing")
            }
        }
        if recipe.models.contains(where: { $0.reference.input == "Refiner" }) { used.insert("refiner") }
        used.formUnion(recipe.features)
        return used
    }

    private static func matches(_ name: String, _ pattern: String) -> Bool {
        if pattern.hasPrefix("*") { return name.hasSuffix(pattern.dropFirst()) }
        return pattern.hasSuffix("*") ? name.hasPrefix(pattern.dropLast()) : name == pattern
    }

    /// `v1.5.2-128-gabc` as 1, 5, 2.
    private static func numbers(_ version: String?) -> [Int]? {
        guard let version else { return nil }
        let parts = version.drop { $0 == "v" }.prefix { $0.isNumber || $0 == "." }.split(separator: ".").compactMap {
            Int($0)
        }
        return parts.count >= 2 ? parts : nil
    }
}
