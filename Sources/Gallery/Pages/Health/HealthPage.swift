import Hummingbird
import Recipe
import Store

/// Whether the store and its mounts are well: what `status` says, and what helps against what is wrong.
enum HealthPage {
    /// How many missing models are named.
    private static let awaitedModels = 12

    /// It counts everything, so it is asked in a pool in which no other page waits.
    static func add(to router: Router<GalleryContext>, _ slow: StorePool, _ mounts: StoreHealth.Mounts) {
        router.get("health") { _, _ in
            let (health, awaited) = try await slow.ask { store in
                let facets = try store.facets(LibraryQuery(), values: awaitedModels)
                return (try StoreHealth(store, asking: mounts), facets.values[.missing] ?? [])
            }
            return page(health, awaited).response
        }
    }

    private static func page(_ health: StoreHealth, _ awaited: [FacetCount]) -> Page {
        let problems = health.findings.count(where: \.isProblem)
        return Page(title: "Health", section: .health) {
            tag("div", .class("runs health")) {
                tag("h1") { "Health" }
                tag("p", .class("lead")) {
                    switch problems {
                    case 0: "Nothing is wrong."
                    case 1: "One thing needs somebody."
                    default: "\(problems.grouped) things need somebody."
                    }
                }
                tag("dl", .class("findings")) {
                    for group in groups(health.findings) {
                        tag("div") {
                            tag("dt") { group[0].label }
                            for finding in group { item(finding) }
                        }
                    }
                }
                if !awaited.isEmpty {
                    tag("section", Attribute("aria-labelledby", "waiting")) {
                        tag("h2", .id("waiting")) { "Images that wait for a model" }
                        tag("ul", .class("rows plain")) { for model in awaited { item(model) } }
                    }
                }
            }
        }
    }

    /// What is said of one thing, together.
    private static func groups(_ findings: [StoreHealth.Finding]) -> [[StoreHealth.Finding]] {
        findings.reduce(into: []) { groups, finding in
            if finding.isMore, !groups.isEmpty {
                groups[groups.count - 1].append(finding)
            } else {
                groups.append([finding])
            }
        }
    }

    private static func item(_ model: FacetCount) -> HTML {
        var query = LibraryQuery()
        query.filters = [LibraryFilter(.missing, model.value)]
        return tag("li") {
            tag("a", .href(Address.library(query))) { model.value.description.onOneLine }
            tag("span", .class("note")) { model.count.of("image") }
        }
    }

    private static func item(_ finding: StoreHealth.Finding) -> HTML {
        tag("dd", finding.isProblem ? [.class("misread")] : []) {
            tag("span") { finding.text.onOneLine + (finding.command == nil ? "" : ":") }
            if let command = finding.command {
                tag("span", .class("command")) { copyable(command, what: "the command") }
            }
        }
    }
}
