import Recipe
import Store
import SystemPackage

/// What can be taken away, what names the image, and where it lies.
enum FilePanel {
    static func html(_ shown: ShownImage) -> HTML {
        let (document, facts) = (shown.document, shown.document.snapshot.image)
        let short = shown.snapshot.short.text
        return HTML([
            panel("Take it with you", "files") {
                tag("ul", .class("downloads")) {
                    for text in ImageText.allCases where text.isIn(shown.snapshot) {
                        tag("li") {
                            tag("a", .href(Address.image(shown.id, text.rawValue))) {
                                text.words
                                tag("span", .class("note")) { text.rawValue }
                            }
                        }
                    }
                    tag("li") {
                        tag("a", .href(Address.image(shown.id, "original", query: [("keep", "1")]))) {
                            "the file itself"
                        }
                    }
                }
                if shown.snapshot.workflow != nil {
                    tag("p", .class("note")) {
                        "To open it in ComfyUI, drop the workflow or the file itself on its canvas; it takes none by an address."
                    }
                }
                tag("p", .class("command")) {
                    copyable(
                        ShellCommand.reprofs("export", short, "DIR"), what: "the command that exports it")
                }
            },
            panel("Names", "ids") {
                tag("dl", .class("facts wide")) {
                    fact("Snapshot", document.id.hex, "the snapshot's id")
                    fact("Image", facts.sha256.hex, "the image's SHA-256")
                    if let pixels = document.pixels { fact("Pixels", pixels.hex, "the digest of the pixels") }
                    for place in shown.places.prefix(4) { fact("Place", place.string.onOneLine, "the path") }
                }
                tag("p", .class("note")) {
                    let size = facts.width.flatMap { width in facts.height.map { "\(width) × \($0) pixels, " } } ?? ""
                    "\(size)\(facts.size.asSize), \(facts.mediaType), made \(facts.time.local) with \(document.tool.onOneLine)"
                }
            },
        ])
    }

    private static func fact(_ label: String, _ value: String, _ what: String) -> HTML {
        tag("div") {
            tag("dt") { label }
            tag("dd") { copyable(value, what: what) }
        }
    }
}
