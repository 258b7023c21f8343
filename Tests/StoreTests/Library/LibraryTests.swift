import Foundation
import Recipe
import Store
import Support
import SystemPackage
import Testing

@Suite struct `A library` {
    let fixture: StoreFixture
    var store: Store { fixture.store }

    init() throws {
        fixture = try StoreFixture()
        try fixture.add("checkpoints/model.safetensors", seed: 1)
    }

    /// A snapshot of an image that was made in a second after 2026-10-01.
    @discardableResult
    private func image(
        _ name: String, second: Int, checkpoint: String = "model.safetensors", lora: String? = nil,
        prompt: String? = nil,
        seed: UInt64? = nil
    ) throws -> SnapshotResult {
        var graph = SmallImage.graph(checkpoint: checkpoint, lora: lora, seed: seed ?? UInt64(second))
        if let prompt { graph = graph.replacing("a red cube", with: prompt) }
        let beginning = try #require(Timestamp(rfc3339: "2026-10-01")).seconds
        let path = try fixture.image(name, graph, modified: beginning + second)
        return try store.snapshot(path, root: fixture.directory.appending("output"))
    }

    private func names(_ parameters: (name: String, value: String)...) throws -> [String] {
        try store.library(LibraryQuery(parameters: parameters), limit: 100).map(\.name.text)
    }

    @Test func `tells of each image what its snapshot tells, in the transaction that makes it`() throws {
        let made = try image("sub/a.png", second: 5, lora: "ink.safetensors")
        let entry = try #require(try store.library(LibraryQuery(), limit: 10).first)
        #expect(entry.snapshot == made.id && entry.grade == .partial && entry.reasons.contains(.modelMissing))
        #expect(entry.name == "a.png" && entry.folder.description == "output/sub")
        #expect(entry.kind == .image && entry.width == 1 && entry.height == 1 && entry.proof == .none)
        #expect(entry.time.description == "2026-10-01T00:00:05Z" && entry.words == "a red cube" && !entry.isPinned)
        #expect(try store.libraryEntry(ofImage: entry.image)?.snapshot == made.id)
        let summary = try store.librarySummary()
        #expect(summary.images == 1 && summary.partial == 1 && summary.pending == 0)
        #expect(summary.awaited == FacetCount(value: "ink.safetensors", count: 1))
    }

    @Test func `is in the order of time or of names, from page to page and back`() throws {
        for (name, second) in [("b.png", 1), ("d.png", 3), ("a.png", 2), ("c.png", 4)] {
            try image(name, second: second)
        }
        for (order, expected) in [("newest", "cdab"), ("oldest", "badc"), ("name", "abcd")] {
            let query = LibraryQuery(parameters: [(name: "order", value: order)])
            var seen: [LibraryEntry] = []
            while case let page = try store.library(
                query, at: seen.last.map { .after($0.cursor) } ?? .beginning, limit: 3), !page.isEmpty
            { seen += page }
            #expect(seen.map { String($0.name.text.prefix(1)) }.joined() == expected)
            let back = try store.library(query, at: .before(seen[3].cursor), limit: 2)
            #expect(back.map(\.image) == seen[1...2].map(\.image))
            for (index, entry) in seen.enumerated() {
                #expect(try store.cursor(query, at: index) == entry.cursor)
                #expect(try store.index(of: entry.cursor, query) == index)
                #expect(try store.cursor(ofImage: entry.image, query) == entry.cursor)
                #expect(try store.library(query, at: .from(entry.cursor), limit: 1).first?.image == entry.image)
            }
            #expect(try store.cursor(query, at: 4) == nil)
        }
    }

    @Test func `is filtered by what images have and have not`() throws {
        try fixture.add("loras/ink.safetensors", seed: 2)
        try image("plain.png", second: 1)
        try image("ink.png", second: 2, lora: "ink.safetensors")
        try image("wash.png", second: 3, lora: "wash.safetensors")
        try image("later.png", second: 40 * 86_400)
        #expect(try names(("lora", "ink.safetensors")) == ["ink.png"])
        #expect(try names(("lora", "ink.safetensors"), ("lora", "wash.safetensors")) == ["wash.png", "ink.png"])
        #expect(
            try names(("not-lora", "ink.safetensors"), ("order", "oldest")) == ["plain.png", "wash.png", "later.png"])
        #expect(try names(("missing", "wash.safetensors")) == ["wash.png"])
        #expect(try names(("version", "loras/ink.safetensors@v1")) == ["ink.png"])
        #expect(try names(("grade", "partial"), ("checkpoint", "model.safetensors")) == ["wash.png"])
        #expect(
            try names(("month", "2026-10"), ("not-reason", "model.missing"), ("order", "name")) == [
                "ink.png", "plain.png",
            ])
        #expect(try names(("not-month", "2026-10")) == ["later.png"])
        #expect(try names(("checkpoint", "nobody.safetensors")).isEmpty)
        let query = LibraryQuery(parameters: [
            (name: "month", value: "2026-10"), (name: "lora", value: "ink.safetensors"),
        ])
        #expect(try store.count(query) == 1)
        #expect(try store.months(query).map { "\($0.month) \($0.count)" } == ["2026-10 1"])
        #expect(try store.months(LibraryQuery()).map { "\($0.month) \($0.count)" } == ["2026-10 3", "2026-11 1"])
        let facets = try store.facets(query)
        #expect(!facets.isPartial)
        // The other LoRAs are counted as if none were chosen.
        #expect(
            facets.values[.lora] == [
                .init(value: "ink.safetensors", count: 1), .init(value: "wash.safetensors", count: 1),
            ])
        #expect(facets.values[.grade] == [.init(value: "approximate", count: 1)])
        // A chosen value has its count even if it is not among the most frequent ones.
        let rare = LibraryQuery(parameters: [
            (name: "month", value: "2026-10"), (name: "lora", value: "wash.safetensors"),
        ])
        #expect(
            try store.facets(rare, values: 1).values[.lora] == [
                .init(value: "ink.safetensors", count: 1), .init(value: "wash.safetensors", count: 1),
            ])
        #expect(try store.facets(LibraryQuery()).values[.mainModel] == [.init(value: "model.safetensors", count: 4)])
    }

    @Test func `is searched by words, models, seeds and times`() throws {
        try image("castle.png", second: 1, prompt: "an old Schloß on a hill", seed: 77)
        try image("cube.png", second: 2, prompt: "a red cube, blurry background", seed: 78)
        try image("both.png", second: 3, checkpoint: "dream_v8.safetensors", prompt: "a red castle", seed: 79)
        #expect(try names(("q", "red")) == ["both.png", "cube.png"])
        #expect(try names(("q", "RED -blurry")) == ["both.png"])
        #expect(try names(("q", "\"red cube\"")) == ["cube.png"])
        #expect(try names(("q", "cas*"), ("order", "name")) == ["both.png", "castle.png"])
        #expect(try names(("q", "seed:77")) == ["castle.png"])
        #expect(try names(("q", "model:dream*")) == ["both.png"])
        #expect(try names(("q", "-red")) == ["castle.png"])
        #expect(try names(("q", "red since:2026-10-01")) == ["both.png", "cube.png"])
        #expect(try names(("q", "until:2026-09")).isEmpty)
        // What a language of searching would take for its own is a word like any other.
        #expect(try names(("q", "red AND OR NOT")).isEmpty)
        #expect(try names(("q", "prompt:red\" OR \"x")).isEmpty == false)
        #expect(try store.count(LibraryQuery(parameters: [(name: "q", value: "red")])) == 2)
    }

    @Test func `folds as a whole, and shows by itself what is looked for`() throws {
        let short = try fixture.row(try image("a.png", second: 1, prompt: "a red cube").id).short.text
        try image("reprofs/\(short)/b.png", second: 2, prompt: "a red ball")
        #expect(try names() == ["a.png"])
        #expect(try names(("fold", "no")) == ["b.png", "a.png"])
        #expect(try names(("q", "ball")) == ["b.png"])
        #expect(try names(("q", "-cube")) == ["b.png"])
        #expect(try names(("grade", "approximate")) == ["b.png", "a.png"])
        #expect(try names(("grade", "approximate"), ("order", "name")) == ["a.png", "b.png"])
        #expect(try names(("month", "2026-10")) == ["b.png", "a.png"])
        // As many as there are when one is chosen.
        #expect(try store.facets(LibraryQuery()).values[.grade] == [.init(value: "approximate", count: 2)])
        #expect(try store.librarySummary().images == 2)
    }

    @Test(arguments: ["red\0", "\0", "re\0d cube", "red \"\u{301}cube", "\"red \"\u{301} cube\"", "red \u{301}\""])
    func `is searched by whatever stands in the box`(text: String) throws {
        try image("cube.png", second: 1)
        #expect(try store.count(LibraryQuery(parameters: [(name: "q", value: text)])) <= 1)
    }

    @Test func `hides what was superseded, and follows the grade`() throws {
        let made = try image("a.png", second: 1, lora: "ink.safetensors")
        try fixture.add("loras/ink.safetensors", seed: 2)
        try store.improve(progress: {}) { _ in }
        let entries = try store.library(LibraryQuery(), limit: 10)
        #expect(entries.count == 1)
        #expect(entries[0].snapshot != made.id && entries[0].grade == .approximate)
        #expect(try store.librarySummary().awaited == nil)
    }

    @Test func `follows pins and what is forgotten`() throws {
        let row = try fixture.row(try image("a.png", second: 1).id)
        _ = try store.pin(row, as: "cover")
        #expect(try names(("pinned", "yes")) == ["a.png"])
        _ = try store.unpin("cover")
        #expect(try names(("pinned", "yes")).isEmpty)
        _ = try store.forget([], [row], isDryRun: false)
        #expect(try names().isEmpty)
        #expect(try store.librarySummary() == LibrarySummary.empty)
    }

    @Test func `sees at its next look that bytes are lost`() throws {
        let row = try fixture.row(try image("a.png", second: 1).id)
        #expect(try names(("grade", "approximate")) == ["a.png"])
        // What a name holds is not given up.
        try fixture.add("checkpoints/model.safetensors", seed: 2)
        let version = try #require(try store.versionListings().first { $0.number == 1 })
        _ = try store.forget([WantedBytes(version)], [], isDryRun: false)
        #expect(try store.librarySummary().pending == 1)
        #expect(try store.updateLibrary())
        #expect(try names(("grade", "partial"), ("reason", "model.damaged")) == ["a.png"])
        #expect(try store.rendering(.json, of: row.id, named: "a.png").grade == .partial)
    }
}

extension Store {
    fileprivate func versionListings() throws -> [VersionListing] {
        var all: [VersionListing] = []
        try forEachVersion(of: nil) { all.append($0) }
        return all
    }
}

extension LibrarySummary {
    fileprivate static let empty = LibrarySummary(
        images: 0, reproduced: 0, full: 0, approximate: 0, partial: 0, awaited: nil, pending: 0)
}
