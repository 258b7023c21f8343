import Hummingbird
import Recipe
import Store

/// Two images or more beside each other, and below them only what differs.
enum ComparePage {
    /// `slow`: the pool in which whole files may be read.
    static func add(to router: Router<GalleryContext>, _ pool: StorePool, slow: StorePool) {
        router.get("compare") { request, _ in
            let parameters = request.parameters
            let ids = try images(parameters)
            guard ids.count > 1 else { return choose(ids).response }
            let comparesWeights = parameters.contains { $0.name == "weights" && $0.value == "yes" }
            guard comparesWeights else { return page(try await pool.ask { try Comparison(ids, in: $0) }).response }
            return page(try await slow.ask(for: request) { try Comparison(ids, weightsFor: $1, in: $0) }).response
        }
    }

    /// The images that an address names, each once: `a` to `d`, or as a form sends them.
    private static func images(_ parameters: [(name: String, value: String)]) throws -> [Digest] {
        var ids: [Digest] = []
        for (name, value) in parameters where ["a", "b", "c", "d", "image"].contains(name) {
            guard let id = Digest(hex: value) else {
                throw Problem(.badRequest, "An image is named by the 64 digits of its SHA-256.")
            }
            if !ids.contains(id) { ids.append(id) }
            guard ids.count <= Comparison.most else {
                throw Problem(
                    .badRequest, "Up to \(Comparison.most) images can be compared at once, and these are more.")
            }
        }
        return ids
    }

    private static func choose(_ ids: [Digest]) -> Page {
        Page(title: "Compare", section: .library) {
            tag("section", .class("problem")) {
                tag("h1") { "Compare" }
                tag("p") {
                    ids.isEmpty
                        ? "Choose two to four images in the library: by the box on each, or with the key C."
                        : "This is one image. Choose another in the library: by the box on it, or with the key C."
                }
                tag("p") {
                    tag("a", .href(Address("/", [], ids.map { ("at", $0.hex) }))) { "To the library" }
                }
            }
        }
    }

    private static func page(_ comparison: Comparison) -> Page {
        Page(title: "Compare", section: .library) {
            tag("nav", .class("path"), .label("Where this is")) {
                tag("a", .id("back"), .href(Address("/", [], [("at", comparison.images[0].id.hex)]))) { "Library" }
                tag("span", Attribute("aria-hidden", "true")) { "/" }
                tag("span") { "Compare" }
            }
            tag("article", .class("comparison")) {
                tag("h1") { "\(comparison.images.count) images" }
                if comparison.images.count == 2 {
                    tag("div", .class("heads")) { for image in comparison.images { head(image) } }
                    PicturePair(
                        first: comparison.images[0].id, firstName: comparison.images[0].name,
                        second: comparison.images[1].id, secondName: comparison.images[1].name
                    ).html(isBeside: true)
                } else {
                    tag("div", .class("beside"), Attribute("data-count", String(comparison.images.count))) {
                        for image in comparison.images {
                            tag("figure") {
                                tag("figcaption") { head(image) }
                                tag("a", .href(.image(image.id))) {
                                    void(
                                        "img", .src(ShownImage.original(image.id)), Attribute("alt", image.name),
                                        Attribute("loading", "lazy"))
                                }
                            }
                        }
                    }
                }
                if comparison.parts.isEmpty { tag("p", .class("truth")) { "Nothing that is recorded differs." } }
                for part in comparison.parts { table(part, comparison) }
                weights(comparison)
                for other in comparison.images.dropFirst() {
                    tag("p", .class("command")) {
                        copyable(
                            ShellCommand.reprofs(
                                "diff", comparison.images[0].snapshot, other.snapshot), what: "the command")
                    }
                }
            }
        }
    }

    private static func head(_ image: Comparison.Image) -> HTML {
        tag("p", .class("head")) {
            tag("a", .href(.image(image.id))) { image.name }
            image.mark.badge
        }
    }

    private static func table(_ part: Comparison.Part, _ comparison: Comparison) -> HTML {
        tag("div") {
            tag("h2", Attribute("id", "part-\(part.name)")) { part.name.prefix(1).uppercased() + part.name.dropFirst() }
            tag(
                "div", .class("scroll"), .role("region"), Attribute("aria-labelledby", "part-\(part.name)"),
                Attribute("tabindex", "0")
            ) {
                tag("table", .class("differences"), Attribute("data-count", String(comparison.images.count))) {
                    tag("thead") {
                        tag("tr") {
                            tag("th", Attribute("scope", "col")) { "What" }
                            for image in comparison.images { tag("th", Attribute("scope", "col")) { image.name } }
                        }
                    }
                    tag("tbody") { for row in part.rows { line(row) } }
                }
            }
            if part.more > 0 {
                tag("p", .class("note")) {
                    "And \(part.more.grouped) more; the command below prints all of them."
                }
            }
        }
    }

    private static func line(_ row: Comparison.Row) -> HTML {
        tag("tr") {
            tag("th", Attribute("scope", "row")) { row.what.cut(200).onOneLine }
            for (index, value) in row.values.enumerated() {
                tag("td", [Attribute("data-same", index > 0 && value.json == row.values[0].json ? "yes" : "no")]) {
                    let text = RecipeDifference.text(of: value.json, limit: 2000).onOneLine
                    if value.json == .null {
                        tag("span", .class("note")) { "none" }
                    } else if let model = value.model {
                        tag("a", .href(.model(model))) { text }
                    } else {
                        text
                    }
                }
            }
        }
    }

    private static func weights(_ comparison: Comparison) -> HTML {
        guard comparison.replaced > 0 else { return HTML([]) }
        return panel("Weights", "weights") {
            if let weights = comparison.weights {
                for (image, differences) in zip(comparison.images.dropFirst(), weights) {
                    tag("h3") { "\(comparison.images[0].name) and \(image.name)" }
                    if differences.isEmpty {
                        tag("p", .class("note")) {
                            "No models of theirs can be compared tensor by tensor: both have to be safetensors files in the store."
                        }
                    }
                    for difference in differences { tensors(difference) }
                }
            } else {
                tag("p") {
                    tag(
                        "a", .href(Address.compare(comparison.images.map(\.id), ("weights", "yes")).at("weights"))
                    ) { "Compare the weights, tensor by tensor" }
                }
                tag("p", .class("note")) {
                    "\(comparison.replaced.of("model")) with other bytes. Their files are read for ten seconds at most."
                }
            }
        }
    }

    private static func tensors(_ weight: WeightDifference) -> HTML {
        let difference = weight.difference
        let lists = [
            ("Changed", difference.changed), ("Added", difference.added), ("Removed", difference.removed),
            ("Of another shape", difference.reshaped),
        ].filter { !$0.1.isEmpty }
        return tag("div", .class("tensors")) {
            tag("p", .class("name")) { weight.name.onOneLine }
            tag("p", .class("note")) { difference.text.cut(400).onOneLine }
            for (title, names) in lists where names.count > 3 {
                tag("details") {
                    tag("summary") { "\(title): \(names.count.grouped)" }
                    tag("ul") {
                        for name in names.prefix(Comparison.rowsShown) {
                            tag("li") { tag("code") { name.cut(200).onOneLine } }
                        }
                        if names.count > Comparison.rowsShown {
                            tag("li") { "and \((names.count - Comparison.rowsShown).grouped) more" }
                        }
                    }
                }
            }
        }
    }
}

extension String {
    /// How many characters of it are shown.
    func cut(_ limit: Int) -> String {
        let beginning = String(String.UnicodeScalarView(unicodeScalars.prefix(limit)))
        return beginning.utf8.count < utf8.count ? beginning + "…" : self
    }
}
