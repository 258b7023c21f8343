import HTTPTypes
import Hummingbird
import Recipe
import Reproduction
import Store

/// Where a person asks for an image to be made again, or to be varied: they say what would happen, then there is a button.
enum RequestPages {
    static func add(to router: Router<GalleryContext>, _ pool: StorePool, _ runs: RunQueue?) {
        router.get("image/:id/reproduce") { _, context in
            let id = try context.image
            let subject = try await pool.ask { try RunSubject(id, in: $0) }
            return page(subject, runs).response
        }
        router.get("image/:id/vary") { request, context in
            let (id, parameters) = (try context.image, request.parameters)
            let subject = try await pool.ask { try RunSubject(id, in: $0) }
            return VaryPage.page(subject, parameters, runs).response
        }
        guard let runs else { return }
        router.post("image/:id/reproduce") { _, context in
            let id = try context.image
            let subject = try await pool.ask { try RunSubject(id, in: $0) }
            return try answer(runs.add(id, subject.base.get(), named: subject.name, .reproduction))
        }
        router.post("image/:id/vary") { request, context in
            let (id, parameters) = (try context.image, request.parameters)
            let subject = try await pool.ask { try RunSubject(id, in: $0) }
            let base = try subject.base.get()
            let wish = try VariationWish(parameters, of: base)
            // A model that is not there is found before anything runs.
            try await pool.ask { _ in for run in wish.plan.runs { _ = try VariationRuns.models(of: run, base) } }
            return try answer(runs.add(id, base, named: subject.name, .variations(wish.plan)))
        }
    }

    private static func answer(_ run: Run) -> Response {
        var response = Response(text: "It is asked for.\n")
        response.status = .created
        response.headers[.location] = Address("/runs", [String(run.id)]).text
        return response
    }

    private static func page(_ subject: RunSubject, _ runs: RunQueue?) -> Page {
        Page(title: "Make \(subject.name.onOneLine) again", section: .runs) {
            tag("article", .class("request")) {
                path(subject, "Make it again")
                tag("h1") { "Make it again" }
                tag("p", .class("lead")) {
                    "ComfyUI runs the graph of \(subject.name.onOneLine) once more on the very bytes that its snapshot keeps, and the pixels are compared. What came of it is kept with the snapshot."
                }
                confirmation(
                    subject, runs, Address.image(subject.image, "reproduce"), "Make it again",
                    command: RunPanel.command("reproduce", subject.snapshot, runs?.comfy.place.option))
            }
        }
    }

    static func path(_ subject: RunSubject, _ title: String) -> HTML {
        tag("nav", .class("path"), .label("Where this is")) {
            tag("a", .href(Address("/"))) { "Library" }
            tag("span", Attribute("aria-hidden", "true")) { "/" }
            tag("a", .id("back"), .href(Address.image(subject.image))) { subject.name.onOneLine }
            tag("span", Attribute("aria-hidden", "true")) { "/" }
            tag("span") { title }
        }
    }

    /// Where it would run, whose code that is, and the button; where there is none, the command alone.
    static func confirmation(
        _ subject: RunSubject, _ runs: RunQueue?, _ address: Address, _ label: String, command: String
    ) -> HTML {
        switch subject.base {
        case .failure(let problem):
            return tag("p", .class("misread")) { Problem(problem).sentence.capitalized }
        case .success:
            return HTML([
                tag("dl", .class("facts wide")) {
                    tag("div") {
                        tag("dt") { "Where" }
                        tag("dd") { runs?.comfy.place.name.onOneLine ?? "no ComfyUI was named to this gallery" }
                    }
                    tag("div") {
                        tag("dt") { "Whose code" }
                        tag("dd") { subject.code }
                    }
                },
                runs == nil
                    ? tag("p", .class("note")) {
                        "A button is here where the gallery was started with a ComfyUI: "
                        tag("code") { ShellCommand.reprofs("gallery --server http://127.0.0.1:8188") }
                    }
                    : tag("form", .class("act"), Attribute("data-post", address.text), Attribute("hidden")) {
                        tag("button", .type("submit"), .class("main")) { label }
                    },
                tag("p", .class("note")) { "The command that does the same:" },
                tag("p", .class("command")) { copyable(command, what: "the command") },
            ])
        }
    }
}
