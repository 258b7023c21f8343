import Recipe
import Store

/// One model: what its name has held since when, and what hangs on each of these versions.
enum ModelPage {
    static func page(_ shown: ShownModel) -> Page {
        let entry = shown.entry
        return Page(title: entry.name.onOneLine, section: .models) {
            tag("nav", .class("path"), .label("Where this is")) {
                tag("a", .id("back"), .href(Address("/models"))) { "Models" }
                tag("span", Attribute("aria-hidden", "true")) { "/" }
                tag("span") { entry.folder.onOneLine }
            }
            tag("article", .class("model")) {
                tag("h1") { entry.name.onOneLine }
                tag("p", .class("truth")) {
                    tag("strong") { entry.versions.of("version") }
                    ", \(entry.size.asSize) in the store, \(entry.images.of("image")) made with "
                    entry.versions == 1 ? "it. " : "them. "
                    entry.lastUsed.map { "Used last on \($0.local.prefix(10))." } ?? "Never used."
                    if entry.live == nil { " The name holds nothing now." }
                }
                panel("Versions", "versions") {
                    tag("ol", .class("versions")) { for version in shown.versions { item(version) } }
                    older(shown)
                }
                if let lineage = shown.lineage {
                    panel("Lineage", "lineage") {
                        LineagePage.html(
                            lineage, command: ShellCommand.reprofs("lineage", shown.entry.fullName))
                    }
                }
                history(shown)
            }
        }
    }

    private static func older(_ shown: ShownModel) -> HTML? {
        guard shown.hasOlder, let last = shown.versions.last else { return nil }
        return tag("nav", .class("pager"), .label("Versions")) {
            tag(
                "a", Attribute("rel", "next"),
                .href(Address("/models", [String(shown.entry.id)], [("before", "\(last.listing.number)")]))
            ) { "Versions before v\(last.listing.number)" }
        }
    }

    private static func item(_ version: ShownModel.Version) -> HTML {
        let listing = version.listing
        return tag("li", Attribute("id", "v\(listing.number)"), Attribute("data-state", state(version).rawValue)) {
            tag("h3") {
                "v\(listing.number)"
                tag("span", .class("state")) { words(version) }
            }
            tag("p", .class("note")) { "\(listing.size.asSize), in the store since \(listing.recorded.local)" }
            tag("p") {
                if version.images > 0 {
                    tag("a", .href(.library(version.query))) { version.images.of("image") }
                    " made with it"
                } else {
                    "No image was made with it"
                }
            }
            tag("dl", .class("facts wide")) {
                fact("SHA-256", listing.sha256.hex, "the SHA-256 of v\(listing.number)")
                for (hash, name) in version.hashes where hash != .autoV2 {
                    fact(hash.title, name, "the \(hash.title) of v\(listing.number)")
                }
                for twin in version.twins.prefix(8) { fact("Also", twin.numberedName, "the other name") }
            }
            loss(version)
        }
    }

    private static func fact(_ label: String, _ value: String, _ what: String) -> HTML {
        tag("div") {
            tag("dt") { label }
            tag("dd") { copyable(value.onOneLine, what: what) }
        }
    }

    /// What would be lost with the bytes, and what brings them back or gives them up.
    @HTMLBuilder private static func loss(_ version: ShownModel.Version) -> HTML {
        let listing = version.listing
        if version.place == .here {
            if version.images > 0 {
                tag("p", .class("loss")) { "If v\(listing.number) goes: \(sentence(version))" }
            }
            if let hindrance = version.hindrance {
                tag("p", .class("note")) { "It does not go now: \(hindrance.onOneLine)." }
            } else {
                command(
                    ShellCommand.reprofs("forget --dry-run", listing.numberedName),
                    "the command that says what would be lost")
            }
            if !listing.isLive {
                command(
                    ShellCommand.reprofs("restore", listing.numberedName),
                    "the command that gives the name these bytes again")
            }
        }
    }

    /// "962 images lose their bytes, 3 of them pinned."
    private static func sentence(_ version: ShownModel.Version) -> String {
        guard version.images > 1 else {
            return "1 image loses its bytes" + (version.pinned > 0 ? "; it is pinned." : ".")
        }
        let pinned = version.pinned == 0 ? "none" : version.pinned.grouped
        return "\(version.images.of("image")) lose their bytes, \(pinned) of them pinned."
    }

    private static func command(_ line: String, _ what: String) -> HTML {
        tag("p", .class("command")) { copyable(line, what: what) }
    }

    private enum State: String { case live, kept, lost }

    private static func state(_ version: ShownModel.Version) -> State {
        version.place == .here ? version.listing.isLive ? .live : .kept : .lost
    }

    private static func words(_ version: ShownModel.Version) -> String {
        if let dropped = version.listing.dropped { return "its bytes were given up on \(dropped.local.prefix(10))" }
        if case .at(let remote) = version.place { return "at \(remote), from where a mount brings it" }
        return switch state(version) {
        case .live: "what the name holds now"
        case .kept: "kept"
        case .lost: "the store has lost its bytes"
        }
    }

    private static func history(_ shown: ShownModel) -> HTML {
        panel("History", "history") {
            tag("table", .class("list history")) {
                tag("thead") {
                    tag("tr") {
                        for title in ["When", "What", "From and to", "By"] {
                            tag("th", Attribute("scope", "col")) { title }
                        }
                    }
                }
                tag("tbody") { for event in shown.events { row(event) } }
            }
            if shown.hasMoreEvents {
                tag("p", .class("command")) {
                    "These are the newest. All of them: "
                    copyable(ShellCommand.reprofs("log", shown.entry.fullName), what: "the command")
                }
            }
        }
    }

    private static func row(_ event: EventListing) -> HTML {
        let number = { (version: Int?) in version.map { "v\($0)" } ?? "nothing" }
        let program = event.executable.flatMap { $0.slashed.last }
        return tag("tr") {
            tag("td") { event.time.local }
            tag("td") { event.cause }
            tag("td") { "\(number(event.previous)) → \(number(event.version))" }
            tag("td") { event.pid.map { "\((program ?? "a program").onOneLine), process \($0)" } ?? "" }
        }
    }
}
