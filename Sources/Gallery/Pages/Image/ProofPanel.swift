import Recipe
import Store

/// Each try to make the image again, with what came of it.
enum ProofPanel {
    static func html(_ shown: ShownImage) -> HTML {
        guard !shown.proofs.isEmpty else { return HTML([]) }
        return panel("Made again", "proofs") {
            tag("ol", .class("proofs")) {
                for proof in shown.proofs {
                    tag("li", Attribute("data-verdict", proof.attempt.verdict.rawValue)) {
                        tag("p", .class("name")) { proof.attempt.outcome.onOneLine }
                        tag("p", .class("note")) { proof.attempt.occasion.onOneLine }
                        copyable(proof.attempt.certificate.hex, what: "the SHA-256 of the certificate")
                        if let picture = proof.picture { comparison(shown, picture) }
                    }
                }
            }
        }
    }

    private static func comparison(_ shown: ShownImage, _ other: Digest) -> HTML {
        HTML([
            PicturePair(
                first: shown.id, firstName: "The original, \(shown.name.onOneLine)", second: other,
                secondName: "What was made again", ends: ("Original", "Again")
            ).html(),
            tag("p") {
                tag("a", .href(Address.image(other))) { "The page of the picture that was made again" }
            },
            tag("p") { tag("a", .href(.compare([shown.id, other]))) { "What differs between their recipes" } },
        ])
    }
}
