import Recipe
import Reproduction
import Store

/// Chooses what of an image is to be varied. The choice stands in the address, so it can be kept, and needs no program.
enum VaryPage {
    static func page(_ subject: RunSubject, _ parameters: [(name: String, value: String)], _ runs: RunQueue?) -> Page {
        Page(title: "Vary \(subject.name.onOneLine)", section: .runs) {
            tag("article", .class("request")) {
                RequestPages.path(subject, "Vary it")
                tag("h1") { "Vary it" }
                tag("p", .class("lead")) {
                    "The same graph with another value here or there, each a picture of its own that knows what it was changed from."
                }
                switch subject.base {
                case .failure: RequestPages.confirmation(subject, runs, .image(subject.image, "vary"), "", command: "")
                case .success(let base): choice(subject, base, parameters, runs)
                }
            }
        }
    }

    private static func choice(
        _ subject: RunSubject, _ base: SnapshotRun, _ parameters: [(name: String, value: String)], _ runs: RunQueue?
    ) -> HTML {
        func value(_ name: String) -> String { parameters.first { $0.name == name }?.value ?? "" }
        let inputs = VariationWish.inputs(of: base)
        let isAsked = ["x", "y"].contains { !value($0).isEmpty }
        return HTML([
            tag("form", .class("wish"), .action(.image(subject.image, "vary"))) {
                field("x", "Input", inputs, value("x"), value("xs"), "4, 6, 8  or  1..8")
                field("y", "A second one, as rows of a grid", inputs, value("y"), value("ys"), "")
                tag("p", .class("act")) {
                    tag("button", .type("submit")) { "Show what that makes" }
                    if let seed = inputs.first(where: \.isSeed) {
                        tag("a", .class("button"), .href(seeds(subject, seed))) { "Four other seeds" }
                    }
                }
            },
            isAsked ? plan(subject, base, parameters, runs) : HTML([]),
        ])
    }

    private static func field(
        _ name: StaticString, _ label: String, _ inputs: [VariationWish.Input], _ chosen: String, _ values: String,
        _ example: String
    ) -> HTML {
        tag("fieldset") {
            tag("legend") { label }
            tag("select", .name(name), .label(label)) {
                tag("option", Attribute("value", "")) { "none" }
                for input in inputs {
                    tag(
                        "option",
                        [Attribute("value", input.path)] + (input.path == chosen ? [Attribute("selected")] : [])
                    ) { input.label }
                }
            }
            void(
                "input", .type("text"), .name(name.description == "x" ? "xs" : "ys"), .label("Values of that"),
                Attribute("value", values), Attribute("placeholder", example.isEmpty ? "values" : example),
                Attribute("autocomplete", "off"), Attribute("maxlength", "2000"))
        }
    }

    /// A query with four random seeds.
    private static func seeds(_ subject: RunSubject, _ input: VariationWish.Input) -> Address {
        let seeds = (0..<4).map { _ in String(UInt64.random(in: 0...0xFFFF_FFFF_FFFF)) }
        return .image(
            subject.image, "vary", query: [("x", input.path), ("xs", seeds.joined(separator: ","))])
    }

    private static func plan(
        _ subject: RunSubject, _ base: SnapshotRun, _ parameters: [(name: String, value: String)], _ runs: RunQueue?
    ) -> HTML {
        do {
            let wish = try VariationWish(parameters, of: base)
            let count = wish.plan.runs.count
            let command = RunPanel.command(
                wish.settings.count > 1 ? "vary --grid" : "vary", subject.snapshot, runs?.comfy.place.option,
                settings: wish.settings)
            let address = Address.image(subject.image, "vary", query: parameters)
            return tag("section", .id("plan"), .label("What that makes")) {
                tag("h2") { count.of("picture") }
                tag("p", .class("note")) {
                    if let axes = wish.plan.axes {
                        "A grid of \(axes.rows.count.of("row")) and \(axes.columns.count.of("column"))."
                    } else {
                        wish.plan.runs.prefix(12).map(\.label).joined(separator: ", ").onOneLine
                            + (count > 12 ? " …" : "")
                    }
                }
                RequestPages.confirmation(
                    subject, runs, address, "Make \(count.of("picture"))", command: command)
            }
        } catch { return tag("p", .class("misread"), .role("alert")) { Problem(error).sentence.capitalized } }
    }
}
