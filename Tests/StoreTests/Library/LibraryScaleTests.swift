import Foundation
import Recipe
import Store
import SystemPackage
import Testing

/// What the queries of a gallery take in a large store: `scripts/bench gallery` names one, and prints what is measured here. Nothing is
/// asserted of times; what the answers say is.
@Suite struct `A large library` {
    static let path = ProcessInfo.processInfo.environment["REPROFS_LIBRARY"]

    @Test(.enabled(if: path != nil, "skipped: REPROFS_LIBRARY names no store"))
    func `answers what a gallery asks`() throws {
        let store = try Store.open(FilePath(try #require(Self.path)))
        var random = SystemRandomNumberGenerator()
        func measure(_ what: String, rounds: Int = 200, _ body: () throws -> Void) throws {
            var times: [Double] = []
            for _ in 0..<rounds {
                let start = ContinuousClock.now
                try body()
                times.append((ContinuousClock.now - start) / .milliseconds(1))
            }
            times.sort()
            let text = [times[0], times[rounds / 2], times[rounds * 99 / 100], times[rounds - 1]].map {
                String(format: "%9.2f", $0)
            }
            print("bench", what.padding(toLength: 56, withPad: " ", startingAt: 0), text.joined(), "ms")
        }
        func query(_ parameters: (name: String, value: String)...) -> LibraryQuery {
            LibraryQuery(parameters: parameters)
        }
        let all = LibraryQuery()
        let count = try store.count(all)
        let full = query(("grade", "full")), likely = query(("grade", "approximate"))
        let both = query(("checkpoint", "checkpoint1.safetensors"), ("grade", "full"))
        let wide = query(("checkpoint", "checkpoint1.safetensors"), ("grade", "approximate"))
        let frequent = try store.library(all, limit: 1)[0].words.split(separator: " ")[0]
        print("bench", count, "images; least, median, 99th of a hundred, most")
        try measure("first screen: page, count, months, summary", rounds: 20) {
            let store = try Store.open(FilePath(Self.path ?? ""))
            #expect(try store.library(all, limit: 200).count == 200)
            #expect(try store.count(all) == count)
            #expect(try !store.months(all).isEmpty)
            #expect(try store.librarySummary().images >= count)
        }
        for (name, query) in [
            ("all", all), ("grade=full", full), ("grade=approximate", likely), ("checkpoint & grade", both),
            ("wide & wide", wide),
        ] {
            var last = try store.library(query, limit: 1).last?.cursor
            try measure("page of 200, \(name)") {
                let page = try store.library(query, at: last.map { .after($0) } ?? .beginning, limit: 200)
                last = page.last?.cursor
            }
            let (text, found) = (query.parameters.map(\.value).joined(), try store.count(query))
            try measure("count, \(name): \(found)", rounds: 20) { () throws in
                // Otherwise than before, so that nothing is known of it.
                var other = query
                other.text = "-\(UInt32.random(in: 0 ... .max, using: &random))x"
                #expect(try store.count(other) == found, "\(text)")
            }
            try measure("facets, \(name)", rounds: 20) { _ = try store.facets(query) }
            try measure("months, \(name)", rounds: 20) { _ = try store.months(query) }
            try measure("jump anywhere and page, \(name)", rounds: 100) {
                let index = Int.random(in: 0..<max(1, found), using: &random)
                guard let cursor = try store.cursor(query, at: index) else { return }
                #expect(try store.index(of: cursor, query) == index)
                _ = try store.library(query, at: .from(cursor), limit: 200)
            }
        }
        let names = query(("order", "name"))
        try measure("by name: jump anywhere and page", rounds: 20) {
            let cursor = try store.cursor(names, at: Int.random(in: 0..<count, using: &random))
            _ = try cursor.map { try store.library(names, at: .from($0), limit: 200) }
        }
        for text in [
            "\(frequent)", "\(frequent) seed:1", "\"\(frequent)\" -checkpoint1", "\(frequent.prefix(3))*",
            "model:checkpoint7*",
        ] {
            try measure("page of 200, \(text)", rounds: 20) { _ = try store.library(query(("q", text)), limit: 200) }
        }
        let word = query(("q", "\(frequent)"))
        try measure("facets, a word", rounds: 10) { _ = try store.facets(word) }
        let models = try store.modelEntries()
        try measure("all models with their last use: \(models.count)", rounds: 20) { _ = try store.modelEntries() }
        if let model = models.max(by: { $0.images < $1.images }) {
            try measure("the model with most images: \(model.images)", rounds: 20) {
                _ = try store.modelEntry(model.id)
                for version in try store.versions(ofModel: model.id) {
                    #expect(try store.images(using: version.sha256) <= count)
                }
                _ = try store.events(ofModel: model.id, limit: 100)
            }
        }
        print(
            "bench", "resident",
            ProcessFile.text("/proc/self/status")?
                .split(separator: "\n").first { $0.hasPrefix("VmRSS") } ?? "")
    }
}
