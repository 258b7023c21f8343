import Recipe
import Store

/// A text with a button that copies it. Without scripts there is no button.
func copyable(_ text: String, _ name: StaticString = "code", what: String) -> HTML {
    tag("span", .class("copyable")) {
        tag(name, Attribute("data-copied")) { text }
        tag("button", .type("button"), .class("copy"), .label("Copy \(what)"), Attribute("hidden")) { "Copy" }
    }
}

/// A heading with what belongs to it.
func panel(_ title: String, _ id: StaticString, @HTMLBuilder content: () -> HTML) -> HTML {
    tag("section", Attribute("aria-labelledby", id.description)) {
        tag("h2", .id(id)) { title }
        content()
    }
}

/// How far the image can be made again, why, and what would help.
enum GradeBox {
    static func html(_ shown: ShownImage) -> HTML {
        let document = shown.document
        return tag("section", .class("grade"), Attribute("data-mark", shown.mark.rawValue), .label("Grade")) {
            tag("p", .class("verdict")) {
                shown.mark.badge
                tag("span") { document.sentence }
            }
            if !document.verdict.reasons.isEmpty {
                tag("ul", .class("reasons")) {
                    for reason in document.verdict.reasons { item(reason, in: document) }
                }
            }
            if !document.lessons.isEmpty {
                tag("details") {
                    tag("summary") { "What was made again says" }
                    tag("ul") { for lesson in document.lessons { tag("li") { lesson.text.onOneLine } } }
                }
            }
        }
    }

    private static func item(_ reason: Reason, in document: RecipeDocument) -> HTML {
        let remedy = document.remedy(for: reason).map { Remedy($0) }
        return tag("li", Attribute("data-cap", reason.cap.rawValue)) {
            tag("span", .class("message")) { reason.message.onOneLine }
            tag("code", .class("code")) { reason.code.rawValue }
            if let remedy {
                tag("span", .class("remedy")) { remedy.words + (remedy.command == nil ? "." : ":") }
                if let command = remedy.command { copyable(command, what: "the command") }
            }
        }
    }
}

/// What the sampler was asked.
enum RecipePanel {
    /// Characters of a prompt that a page shows; the files that can be downloaded have all of it.
    private static let shown = 20_000

    static func html(_ shown: ShownImage) -> HTML {
        let passes = shown.document.snapshot.recipe.passes
        return HTML(
            passes.enumerated().map { index, pass in
                tag("section", .label(title(index, of: passes.count))) {
                    tag("h2") { title(index, of: passes.count) }
                    prompt("Prompt", pass.positive)
                    prompt("Negative prompt", pass.negative)
                    tag("dl", .class("facts")) {
                        for (label, value) in values(pass) {
                            tag("div") {
                                tag("dt") { label }
                                tag("dd") { copyable(value.onOneLine, "span", what: label.lowercased()) }
                            }
                        }
                    }
                }
            })
    }

    private static func title(_ index: Int, of count: Int) -> String {
        count == 1 ? "Recipe" : "Recipe, pass \(count - index)"
    }

    private static func values(_ pass: Recipe.Pass) -> [(String, String)] {
        let size = pass.width.flatMap { width in pass.height.map { "\(width.literal) × \($0.literal)" } }
        let values: [(String, String?)] = [
            ("Seed", pass.seed?.literal), ("Steps", pass.steps?.literal), ("CFG", pass.cfg?.literal),
            ("Sampler", pass.sampler), ("Scheduler", pass.scheduler), ("Denoise", pass.denoise?.literal),
            ("Size", size),
        ]
        return values.compactMap { label, value in value.map { (label, $0) } }
    }

    private static func prompt(_ label: String, _ text: String?) -> HTML? {
        guard let text, !text.isEmpty else { return nil }
        let isWhole = text.utf8.count <= Self.shown
        let part = isWhole ? text : String(String.UnicodeScalarView(text.unicodeScalars.prefix(Self.shown)))
        return tag("div", .class("prompt")) {
            tag("h3") { label }
            copyable(part, "pre", what: label.lowercased())
            if !isWhole {
                tag("p", .class("note")) {
                    "Only its beginning is shown, of \(text.utf8.count.asSize); the recipe below has all of it."
                }
            }
        }
    }
}

/// The models and inputs, each with how its bytes are known.
enum ModelPanel {
    static func html(_ shown: ShownImage) -> HTML {
        let inputs = shown.document.snapshot.recipe.inputs
        return HTML([
            shown.models.isEmpty
                ? HTML([])
                : panel("Models", "models") {
                    tag("ul", .class("uses")) { for model in shown.models { item(model) } }
                },
            inputs.isEmpty
                ? HTML([])
                : panel("Inputs", "inputs") {
                    tag("ul", .class("uses")) { for input in inputs { item(input) } }
                },
        ])
    }

    private static func item(_ model: ShownImage.Model) -> HTML {
        let (use, reference) = (model.use, model.use.reference)
        return tag("li", Attribute("data-evidence", use.evidence.rawValue)) {
            if let resolution = use.resolution {
                let name = "\(resolution.folder)/\(resolution.path)"
                tag("p", .class("name")) {
                    if let row = model.row {
                        tag("a", .href(.model(row))) { name.onOneLine }
                    } else {
                        name.onOneLine
                    }
                    if let version = resolution.version {
                        tag("a", .class("version"), .href(address(.version, "\(name)@v\(version)"))) {
                            "v\(version)"
                            tag("span", .class("aside")) { ": all images that were made with it" }
                        }
                    }
                    strength(reference)
                }
                tag("p", .class("note")) { "\(use.evidenceInWords); \(fate(model))" }
                copyable(resolution.sha256.hex, what: "the SHA-256 of \(name.onOneLine)")
            } else {
                let name = (reference.folder.map { $0 + "/" } ?? "") + reference.name
                tag("p", .class("name")) {
                    name.onOneLine
                    strength(reference)
                }
                tag("p", .class("note")) { use.evidenceInWords }
                for hash in reference.recorded.prefix(4) {
                    tag("p", .class("note")) {
                        copyable(hash.value, what: "the recorded hash")
                        tag(
                            "a", Attribute("rel", "noreferrer noopener"), Attribute("target", "_blank"),
                            .href(Address(outside: "https://civitai.com/search/models", [("query", hash.value)]))
                        ) { "Search Civitai for \(hash.value.prefix(10))" }
                    }
                }
            }
        }
    }

    private static func strength(_ reference: ModelReference) -> HTML? {
        reference.strength.map { value in tag("span", .class("strength")) { "strength \(value.literal)" } }
    }

    /// Whether the store still has the bytes, and whether the name still holds them.
    private static func fate(_ model: ShownImage.Model) -> String {
        switch model.place {
        case .here: break
        case .at(let remote): return "they are at \(remote), from where a mount brings them"
        case .nowhere: return "the store has lost them"
        }
        guard let version = model.use.resolution?.version else { return "the store has them" }
        return switch model.live {
        case version: "the name still has them"
        case let live?: "the name has v\(live) now, and the store keeps them"
        case nil: "the name is gone, and the store keeps them"
        }
    }

    private static func item(_ input: Recipe.InputUse) -> HTML {
        tag("li", Attribute("data-evidence", input.evidence.rawValue)) {
            tag("p", .class("name")) { "\(input.reference.name.onOneLine) (\(input.reference.kind.onOneLine))" }
            tag("p", .class("note")) { input.evidenceInWords }
            if let resolution = input.resolution {
                copyable(resolution.sha256.hex, what: "the SHA-256 of \(input.reference.name.onOneLine)")
            }
        }
    }

    private static func address(_ facet: LibraryFacet, _ value: String) -> Address {
        var query = LibraryQuery()
        query.filters = [LibraryFilter(facet, FacetValue(value))]
        return .library(query)
    }
}
