import Hummingbird
import Recipe
import Reproduction
import Store

/// What runs, what waits, and what came of all that ran.
enum RunPages {
    private static let pageSize = 50

    static func add(to router: Router<GalleryContext>, _ pool: StorePool, _ feed: Feed, _ runs: RunQueue?) {
        router.get("runs") { request, _ in
            let before = request.parameter("before").flatMap { Int64($0) } ?? .max
            let revision = feed.revision
            let kept = try await pool.ask { try $0.certificates(before: before, limit: pageSize + 1) }
            return page(runs, kept, isNewest: before == .max, revision).response
        }
    }

    private static func page(
        _ runs: RunQueue?, _ kept: [CertificateListing], isNewest: Bool, _ revision: String
    ) -> Page {
        let all = runs?.runs ?? []
        return Page(title: "Runs", section: .runs) {
            tag(
                "div", .class("runs"), Attribute("data-runs", signature(all)), Attribute("data-revision", revision)
            ) {
                tag("h1") { "Runs" }
                if isNewest, let runs { queue(all, runs) }
                if isNewest, runs == nil {
                    tag("p", .class("note")) {
                        "Images are made again from their pages where the gallery was started with a ComfyUI and may change something: "
                        tag("code") { ShellCommand.reprofs("gallery --server http://127.0.0.1:8188") }
                    }
                }
                tag("section", Attribute("aria-labelledby", "kept")) {
                    tag("h2", .id("kept")) { "Kept in the store" }
                    if kept.isEmpty { tag("p", .class("note")) { "No image was made again yet." } }
                    tag("ol", .class("rows")) { for listing in kept.prefix(pageSize) { row(listing) } }
                    if !isNewest || kept.count > pageSize {
                        tag("nav", .class("pager"), .label("More")) {
                            if !isNewest { tag("a", .href(Address("/runs"))) { "Newest" } }
                            if kept.count > pageSize {
                                tag(
                                    "a", Attribute("rel", "next"),
                                    .href(Address("/runs", [], [("before", String(kept[pageSize - 1].id))]))
                                ) { "Older" }
                            }
                        }
                    }
                }
            }
        }
    }

    /// What a page shows of runs; `run.js` renews it when that has changed.
    static func signature(_ runs: [Run]) -> String {
        runs.map { "\($0.id).\($0.version)" }.joined(separator: " ")
    }

    private static func queue(_ all: [Run], _ runs: RunQueue) -> HTML {
        let (over, open) = (all.filter(\.isOver), all.filter { !$0.isOver })
        return HTML([
            tag("section", Attribute("aria-labelledby", "now")) {
                tag("h2", .id("now")) { "Now" }
                tag("p", .class("note")) {
                    open.isEmpty
                        ? "Nothing runs. What an image's page asks for runs on \(runs.comfy.place.name.onOneLine)."
                        : "On \(runs.comfy.place.name.onOneLine), one at a time."
                }
                if !open.isEmpty {
                    tag("ol", .class("rows")) { for run in open { row(run) } }
                }
            },
            over.isEmpty
                ? HTML([])
                : tag("section", Attribute("aria-labelledby", "since")) {
                    tag("h2", .id("since")) { "Since the gallery was started" }
                    tag("ol", .class("rows")) { for run in over.reversed() { row(run) } }
                },
        ])
    }

    private static func row(_ run: Run) -> HTML {
        tag("li", Attribute("data-verdict", verdict(run))) {
            thumbnail(run.image)
            tag("div") {
                tag("p", .class("name")) {
                    tag("a", .href(Address("/runs", [String(run.id)]))) { run.name.onOneLine }
                    tag("span", .class("version")) { run.words }
                }
                if run.isOver { tag("p", .class("outcome")) { run.outcome.onOneLine } } else { progress(run) }
            }
            if !run.isOver { stop(run) }
        }
    }

    private static func row(_ listing: CertificateListing) -> HTML {
        tag("li", Attribute("data-verdict", listing.attempt.verdict.rawValue)) {
            thumbnail(listing.image)
            tag("div") {
                tag("p", .class("name")) {
                    tag("a", .href(Address.proofs(listing.image))) { listing.name.onOneLine }
                }
                tag("p", .class("outcome")) { listing.attempt.outcome.onOneLine }
                tag("p", .class("note")) { listing.attempt.occasion.onOneLine }
            }
        }
    }

    static func thumbnail(_ image: Digest) -> HTML {
        void(
            "img", .class("small"), .src(.image(image, "thumbnail")), Attribute("alt"), Attribute("loading", "lazy"),
            Attribute("width", "56"), Attribute("height", "56"))
    }

    static func verdict(_ run: Run) -> String {
        switch run.state {
        case .ended(.verdict(let verdict, _)): verdict.rawValue
        case .ended(.failed): "failed"
        case .ended(.made): "made"
        default: ""
        }
    }

    static func progress(_ run: Run) -> HTML {
        tag("div", .class("progress"), Attribute("data-progress", String(run.id))) {
            tag(
                "progress", Attribute("max", "1"), Attribute("value", String(run.progress.share)),
                .label("How far it is")
            ) {}
            tag("p", .class("words note")) { run.outcome.onOneLine }
        }
    }

    static func stop(_ run: Run) -> HTML {
        tag(
            "form", .class("act"), Attribute("data-post", Address("/runs", [String(run.id), "stop"]).text),
            Attribute("hidden")
        ) {
            tag(
                "button", .type("submit"), Attribute("id", "stop-\(run.id)"),
                .label(run.isRunning ? "Stop \(run.name.onOneLine)" : "Take \(run.name.onOneLine) out of the queue")
            ) { run.isRunning ? "Stop" : "Take out" }
        }
    }
}

extension Address {
    /// Where the page of an image shows each try to make it again.
    static func proofs(_ image: Digest) -> Address { Address.image(image).at("proofs") }
}
