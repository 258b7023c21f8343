import Recipe
import Store

/// The images that it belongs to, and what there is to be compared with.
enum KinPanel {
    static func html(_ shown: ShownImage) -> HTML {
        panel("Where it belongs", "kin") {
            tag("ul", .class("downloads")) {
                tag("li") {
                    tag("a", .href(Address("/lineage", [shown.id.hex]))) { "What it came from, and what came from it" }
                }
                if let base = shown.base {
                    tag("li") { tag("a", .href(.image(base))) { "The image that it was made from" } }
                    tag("li") { tag("a", .href(.compare([base, shown.id]))) { "Compare with that" } }
                }
                if let newest = shown.newest {
                    tag("li") {
                        tag("a", .href(.library(ShownImage.under(shown.id)))) {
                            "\(shown.folded.of("image")) made from it"
                        }
                    }
                    tag("li") {
                        tag("a", .href(.compare([shown.id, newest]))) {
                            shown.folded == 1 ? "Compare with that" : "Compare with the newest of them"
                        }
                    }
                }
            }
        }
    }
}
