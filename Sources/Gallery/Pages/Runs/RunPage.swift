import Comfy
import Hummingbird
import Recipe
import Reproduction
import Store

/// One run: how far it is, what it makes meanwhile, and what came of it.
enum RunPage {
    /// `slow`: where many files may be read.
    static func add(to router: Router<GalleryContext>, slow: StorePool, _ feed: Feed, _ runs: RunQueue) {
        router.get("runs/:run") { _, context in
            let revision = feed.revision
            guard let run = context.run.flatMap({ runs.run($0) }) else {
                throw Problem(.notFound, "There is no such run any more; what came of it is kept with its image.")
            }
            return page(run, runs, revision).response
        }
        router.get("runs/:run/preview") { _, context in
            guard let preview = context.run.flatMap({ runs.run($0) })?.preview?.picture.bytes,
                let picture = Picture(preview)
            else { throw Problem.nothingHere }
            var response = Response(bytes: preview, type: picture.rawValue)
            response.headers[.cacheControl] = "no-store"
            return response
        }
        router.get("runs/:run/sheet.png") { request, context in
            guard let run = context.run.flatMap({ runs.run($0) }), case .variations(let plan) = run.work else {
                throw Problem.nothingHere
            }
            guard let png = try await slow.ask(for: request, { try sheet(run, plan, in: $0, for: $1) }) else {
                throw Problem(.notFound, "None of these pictures can be put on a sheet.")
            }
            return Response(download: png, type: "image/png", named: "sheet-\(run.snapshot.short).png")
        }
        router.post("runs/:run/stop") { _, context in
            guard let run = context.run else { throw Problem.nothingHere }
            try runs.stop(run)
            return Response(text: "The run is being stopped.\n")
        }
    }

    /// What was made, on one sheet as `reprofs vary` makes it; nil if no picture can be put on it, or the browser has gone.
    private static func sheet(
        _ run: Run, _ plan: VariationPlan, in store: Store, for asker: StorePool.Asker
    ) throws -> [UInt8]? {
        var sheet = ContactSheet()
        for (number, cell) in run.cells.enumerated() {
            guard asker.isThere else { return nil }
            guard case .made(let image) = cell.state, let original = try store.original(ofImage: image) else {
                continue
            }
            plan.add(original.bytes, of: number, to: &sheet)
        }
        return sheet.png(axes: plan.axes)
    }

    private static func page(_ run: Run, _ runs: RunQueue, _ revision: String) -> Page {
        Page(title: "\(run.words): \(run.name.onOneLine)", section: .runs) {
            tag("nav", .class("path"), .label("Where this is")) {
                tag("a", .id("back"), .href(Address("/runs"))) { "Runs" }
                tag("span", Attribute("aria-hidden", "true")) { "/" }
                tag("span") { run.name.onOneLine }
            }
            tag(
                "article", .class("run"), Attribute("data-runs", RunPages.signature([run])),
                Attribute("data-run", String(run.id)), Attribute("data-revision", revision)
            ) {
                tag("header") {
                    RunPages.thumbnail(run.image)
                    tag("div") {
                        tag("h1") { run.words }
                        tag("p", .class("note")) {
                            "of "
                            tag("a", .href(Address.image(run.image))) { run.name.onOneLine }
                            " on \(runs.comfy.place.name.onOneLine)"
                        }
                    }
                }
                state(run)
                if !run.cells.isEmpty { SheetView.html(run) }
                if run.cells.contains(where: \.isMade) {
                    tag("p") {
                        tag("a", .class("button"), .href(Address("/runs", [String(run.id), "sheet.png"]))) {
                            "Download as one picture"
                        }
                    }
                }
            }
        }
    }

    private static func state(_ run: Run) -> HTML {
        guard case .ended(let end) = run.state else {
            return HTML([
                RunPages.progress(run), preview(run), RunPages.stop(run),
                tag("p", .class("note")) { "It goes on when this page is closed." },
            ])
        }
        return tag(
            "section", .class("grade"), Attribute("data-verdict", RunPages.verdict(run)), .label("What came of it")
        ) {
            switch end {
            case .verdict(_, let lines), .failed(let lines):
                tag("p", .class("outcome"), Attribute("data-said")) { (lines.first ?? "").capitalized }
                for line in lines.dropFirst() { tag("p", .class("note")) { line.onOneLine } }
            case .made: tag("p", .class("outcome"), Attribute("data-said")) { run.outcome.capitalized }
            case .stopped:
                tag("p", .class("outcome"), Attribute("data-said")) { "Stopped" }
                tag("p", .class("note")) { "Everything is as it was before." }
            }
            if case .verdict = end {
                tag("p") { tag("a", .href(Address.proofs(run.image))) { "The proof, with the image" } }
            }
        }
    }

    /// What ComfyUI shows meanwhile. Without `run.js` it is as it was when the page came.
    private static func preview(_ run: Run) -> HTML {
        tag("p", .class("preview"), Attribute("data-preview", String(run.id))) {
            if let preview = run.preview {
                void(
                    "img", .src(Address("/runs", [String(run.id), "preview"], [("n", String(preview.number))])),
                    Attribute("alt", "The picture so far"))
            }
        }
    }
}

extension GalleryContext {
    /// The number of a run that the path names.
    fileprivate var run: Int? { parameters.get("run").flatMap { Int($0) } }
}
