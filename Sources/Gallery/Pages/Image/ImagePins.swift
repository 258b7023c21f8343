import Hummingbird
import Recipe
import Store

/// Names that a person gives an image's snapshot, and takes away again.
enum ImagePins {
    /// Bytes of a name that are read; a pin's has at most 128.
    private static let limit = 1024

    static func add(to router: Router<GalleryContext>, _ pool: StorePool) {
        router.post("image/:id/pin") { request, context in
            let id = try context.image
            let name = String(buffer: try await request.body.collect(upTo: limit))
            let lost = try await pool.ask { store in
                guard let snapshot = try store.snapshot(ofImage: id) else {
                    throw StoreError.notFound("the image \(id.hex.prefix(12))")
                }
                return try store.pin(snapshot, as: name).lost
            }
            let rest = lost.isEmpty ? "" : " The bytes of \(lost.count.of("file")) are lost, and not in it."
            return Response(text: "The snapshot is pinned as \(name.onOneLine).\(rest)\n")
        }
        router.post("image/:id/unpin") { request, context in
            let id = try context.image
            let name = String(buffer: try await request.body.collect(upTo: limit))
            try await pool.ask { store in
                guard let snapshot = try store.snapshot(ofImage: id),
                    try store.pins(of: snapshot.id).contains(where: { $0.text == name })
                else { throw StoreError.notFound("a pin '\(name.onOneLine)' of this image") }
                _ = try store.unpin(name)
            }
            return Response(text: "The pin \(name.onOneLine) was taken away. The snapshot stays.\n")
        }
    }

    static func html(_ shown: ShownImage, allowsChanges: Bool) -> HTML {
        panel("Pins", "pins") {
            tag("p", .class("note")) { "What is pinned keeps its bytes until it is unpinned." }
            if !shown.pins.isEmpty {
                tag("ul", .class("uses")) {
                    for pin in shown.pins {
                        tag("li") {
                            copyable(pin.text, what: "the pin's name")
                            if allowsChanges {
                                tag("form", .class("act"), post(shown, "unpin"), Attribute("hidden")) {
                                    void("input", .type("hidden"), .name("value"), Attribute("value", pin.text))
                                    tag("button", .type("submit"), .label("Unpin \(pin.text)")) { "Unpin" }
                                }
                            }
                        }
                    }
                }
            }
            if allowsChanges {
                tag("form", .class("act"), post(shown, "pin"), Attribute("hidden")) {
                    void(
                        "input", .type("text"), .name("value"), Attribute("required"), Attribute("maxlength", "128"),
                        Attribute("pattern", "[A-Za-z0-9][A-Za-z0-9._\\-]*"), Attribute("placeholder", "Name"),
                        .label("Name of the pin"), Attribute("autocomplete", "off"))
                    tag("button", .type("submit")) { "Pin" }
                }
            }
            tag("p", .class("command")) {
                copyable(
                    ShellCommand.reprofs("pin", "\(shown.snapshot.short)", "NAME"),
                    what: "the command that pins it")
            }
        }
    }

    /// Where `post.js` sends the form's value.
    private static func post(_ shown: ShownImage, _ what: String) -> Attribute {
        Attribute("data-post", Address.image(shown.id, what).text)
    }
}
