import Recipe

/// Two pictures, beside each other or in one place with a slider between them. Without a program they stand beside each other.
struct PicturePair {
    let first: Digest
    let firstName: String
    let second: Digest
    let secondName: String
    /// What stands at the ends of the slider.
    var ends = (first: "First", second: "Second")

    /// `isBeside`: whether they stand so at first also where a program runs.
    func html(isBeside: Bool = false) -> HTML {
        tag("div", .class("compare"), Attribute("data-compare")) {
            tag("div", .class("stage")) {
                void(
                    "img", .src(ShownImage.original(first)), Attribute("alt", firstName), Attribute("loading", "lazy"))
                void(
                    "img", .class("again"), .src(ShownImage.original(second)), Attribute("alt", secondName),
                    Attribute("loading", "lazy"))
            }
            tag("div", .class("controls"), Attribute("hidden")) {
                if isBeside {
                    tag("label") {
                        void("input", .type("checkbox"), Attribute("data-over"))
                        "In one place"
                    }
                }
                tag("label") {
                    ends.first
                    void(
                        "input", .type("range"), Attribute("min", "0"), Attribute("max", "100"),
                        Attribute("value", "50"),
                        .label("How much of the \(ends.first.lowercased()) is shown, in percent"))
                    ends.second
                }
                tag("label") {
                    void("input", .type("checkbox"), Attribute("data-difference"))
                    "Difference ×16"
                }
            }
        }
    }
}
