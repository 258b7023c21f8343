import Recipe
import Store

/// Each try to make the image again, with what came of it.
enum ProofPanel {
    static func html(_ shown: ShownImage) -> HTML {
        guard !shown.proofs.isEmpty else { return HTML([]) }
        return panel("Made again", "proofs") {
            tag("ol", .class("proofs")) {
                for (index, proof) in shown.proofs.enumerated() {
                    tag("li", Attribute("data-verdict", proof.attempt.verdict.rawValue)) {
                        tag("p", .class("name")) { proof.attempt.outcome.onOneLine }
                        tag("p", .class("note")) { proof.attempt.occasion.onOneLine }
                        copyable(proof.attempt.certificate.hex, what: "the SHA-256 of the certificate")
                        if let picture = proof.picture { comparison(shown, picture, index) }
                    }
                }
            }
        }
    }

    /// Both pictures in one place. Without a program they stand beside each other.
    private static func comparison(_ shown: ShownImage, _ other: Digest, _ index: Int) -> HTML {
        tag("div", .class("compare"), Attribute("data-compare")) {
            tag("div", .class("stage")) {
                void(
                    "img", .src(shown.original), Attribute("alt", "The original, \(shown.name.onOneLine)"),
                    Attribute("loading", "lazy"))
                void(
                    "img", .class("again"), .src(ShownImage.original(other)), Attribute("alt", "What was made again"),
                    Attribute("loading", "lazy"))
            }
            tag("div", .class("controls"), Attribute("hidden")) {
                tag("label") {
                    "Original"
                    void(
                        "input", .type("range"), Attribute("min", "0"), Attribute("max", "100"),
                        Attribute("value", "50"),
                        .label("How much of the original is shown, in percent"))
                    "Again"
                }
                tag("label") {
                    void("input", .type("checkbox"), Attribute("data-difference"))
                    "Difference ×16"
                }
            }
            tag("p") { tag("a", .href(Address.image(other))) { "The page of the picture that was made again" } }
        }
    }
}
