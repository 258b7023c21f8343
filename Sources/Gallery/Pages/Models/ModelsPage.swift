import Hummingbird
import Recipe
import Store

/// All models: what each holds, and when it was used last.
enum ModelsPage {
    static func add(to router: Router<GalleryContext>, _ pool: StorePool) {
        router.get("models") { request, _ in
            let parameters = request.parameters
            return page(try await pool.ask { try ModelList(parameters, in: $0) }).response
        }
        router.get("models/:model") { request, context in
            guard let text = context.parameters.get("model"), let id = Int64(text), text == "\(id)" else {
                throw Problem.nothingHere
            }
            let before = request.parameter("before").flatMap { Int($0) }
            guard let shown = try await pool.ask({ try ShownModel(id, before: before, in: $0) }) else {
                throw Problem(.notFound, "The store has no such model.")
            }
            return ModelPage.page(shown).response
        }
    }

    private static func page(_ list: ModelList) -> Page {
        Page(title: "Models", section: .models) {
            tag("div", .class("models")) {
                tag("h1", .class("aside")) { "Models" }
                bar(list)
                if list.entries.isEmpty { nothing(list) } else { table(list) }
                pager(list)
            }
        }
    }

    private static func bar(_ list: ModelList) -> HTML {
        let query = list.query
        var other = query
        other.unusedDays = query.unusedDays == nil ? ModelList.usualDays : nil
        let days = query.unusedDays ?? ModelList.usualDays
        return tag("div", .class("bar")) {
            tag("p", .class("truth")) {
                tag("strong") { list.all.of("model") }
                query.text.isEmpty ? ", " : " with “\(query.text.onOneLine)” in the name, "
                "\(list.unused.grouped) unused for \(days.of("day"))."
            }
            tag("form", .class("search"), .role("search"), .action(Address("/models")), Attribute("method", "get")) {
                tag("label", Attribute("for", "q"), .class("aside")) { "Search the models" }
                Icon.search
                void(
                    "input", .type("search"), .name("q"), .id("q"), Attribute("value", query.text),
                    Attribute("placeholder", "A part of a folder or a name"), Attribute("autocomplete", "off"),
                    Attribute("spellcheck", "false"))
                for (name, value) in query.parameters where name != "q" {
                    void("input", .type("hidden"), Attribute("name", name), Attribute("value", value))
                }
                tag("button", .type("submit")) { "Search" }
            }
            for problem in query.problems { tag("p", .class("misread"), .role("alert")) { problem.onOneLine } }
            tag("p", .class("orders")) {
                tag(
                    "a", [.href(other.address())] + (query.unusedDays == nil ? [] : [Attribute("aria-current", "true")])
                ) { "Unused for \(days.of("day"))" }
                if query.unusedDays != nil {
                    tag("span") {
                        "No name got their bytes, no process opened them through a mount, and no image was made with them since then."
                    }
                }
            }
        }
    }

    private static func table(_ list: ModelList) -> HTML {
        tag("table", .class("list")) {
            tag("caption", .class("aside")) { "The models, \(list.query.order.title.lowercased()) first" }
            tag("thead") { tag("tr") { for order in ModelOrder.allCases { heading(order, list.query) } } }
            tag("tbody") { for entry in list.entries { row(entry) } }
        }
    }

    private static func heading(_ order: ModelOrder, _ query: ModelQuery) -> HTML {
        var other = query
        let isOwn = query.order == order
        other.order = order
        other.isReversed = isOwn && !query.isReversed
        let isAscending = (order == .name) != query.isReversed
        return tag(
            "th",
            [Attribute("scope", "col"), Attribute("data-column", order.rawValue)]
                + (isOwn ? [Attribute("aria-sort", isAscending ? "ascending" : "descending")] : [])
        ) {
            tag("a", .href(other.address())) {
                order.title
                if isOwn { tag("span", Attribute("aria-hidden", "true")) { isAscending ? " ↑" : " ↓" } }
            }
        }
    }

    private static func row(_ entry: ModelEntry) -> HTML {
        tag("tr") {
            tag("th", Attribute("scope", "row")) {
                tag("a", .href(entry.address)) { entry.name.onOneLine }
                tag("span", .class("note")) {
                    entry.folder.onOneLine + (entry.live == nil ? ", the name holds nothing now" : "")
                }
            }
            tag("td", Attribute("data-column", "versions")) { entry.versions.grouped }
            tag("td") { entry.size.asSize }
            tag("td") { entry.images.grouped }
            tag("td") { entry.lastUsed.map { String($0.local.prefix(10)) } ?? "never" }
        }
    }

    private static func nothing(_ list: ModelList) -> HTML {
        tag("div", .class("nothing")) {
            if list.count > 0 {
                tag("h2") { "No model stands here" }
                tag("p") { tag("a", .href(list.query.address())) { "To the first of \(list.count.of("model"))" } }
            } else if list.query.parameters.contains(where: { ["q", "unused"].contains($0.name) }) {
                tag("h2") { "No model matches" }
                tag("p") { tag("a", .href(Address("/models"))) { "Show all of them" } }
            } else {
                tag("h2") { "No models yet" }
                tag("p") { "Put your models directory into the store; nothing in it is changed or moved:" }
                copyable(ShellCommand.reprofs("add ComfyUI/models"), what: "the command")
            }
        }
    }

    private static func pager(_ list: ModelList) -> HTML {
        guard let first = list.entries.first, let last = list.entries.last, list.count > list.entries.count else {
            return HTML([])
        }
        let end = list.index + list.entries.count
        return tag("nav", .class("pager"), .label("Pages of the models")) {
            if list.index > 0 {
                tag("a", Attribute("rel", "prev"), .href(list.query.address([("before", "\(first.id)")]))) {
                    "Earlier page"
                }
            }
            tag("span") { "\((list.index + 1).grouped) to \(end.grouped) of \(list.count.grouped)" }
            if end < list.count {
                tag("a", Attribute("rel", "next"), .href(list.query.address([("after", "\(last.id)")]))) { "Next page" }
            }
        }
    }
}
