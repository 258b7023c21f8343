import Foundation
import Recipe
import Store
import Support
import SystemPackage
import Testing

/// A library computed in the simplest way: of what is served for each image, looked at one by one.
private struct NaiveLibrary {
    struct Image {
        let digest: Digest
        let name: String
        let time: Timestamp
        let isFolded: Bool
        let facets: Set<LibraryFilter>
    }
    var images: [Image] = []

    init(_ store: Store, pinned: Set<Digest>) throws {
        var listed: [ImageListing] = []
        try store.forEachImage { listed.append($0) }
        for image in listed {
            guard let prefix = DigestPrefix(hex: image.snapshot.hex), let row = try store.snapshot(prefix) else {
                continue
            }
            let recipe = try JSONParser.parse(try store.rendering(.json, of: row.id, named: row.imageName).bytes)
            let names = image.path.split(separator: "/").map { String($0) }
            var facets: Set<LibraryFilter> = [
                .init(.grade, FacetValue(recipe["grade"]?["grade"]?.string ?? "?")),
                .init(.folder, FacetValue(names.dropLast().joined(separator: "/"))),
                .init(.month, FacetValue(String(image.time.description.prefix(7)))),
            ]
            for reason in recipe["grade"]?["reasons"]?.array ?? [] {
                facets.insert(.init(.reason, FacetValue(reason["code"]?.string ?? "?")))
            }
            for model in recipe["models"]?.array ?? [] {
                let name = FacetValue(model["name"]?.string ?? model["reference"]?.string ?? "?")
                facets.insert(.init(model["folder"]?.string == "loras" ? .lora : .mainModel, name))
            }
            if pinned.contains(image.sha256) { facets.insert(.init(.pinned, "yes")) }
            images.append(
                Image(
                    digest: image.sha256, name: names.last ?? "", time: image.time,
                    isFolded: try Self.isFolded(names, store), facets: facets))
        }
    }

    /// A reproduction, as long as what it is of is there.
    private static func isFolded(_ names: [String], _ store: Store) throws -> Bool {
        guard names.dropLast(2).last == "reprofs", let short = names.dropLast().last else { return false }
        return try store.snapshot(named: EntryName(short)) != nil
    }

    func matches(_ query: LibraryQuery, without facet: LibraryFacet? = nil) -> [Image] {
        let filters = query.filters.filter { $0.facet != facet }
        let included = Dictionary(grouping: filters.filter { !$0.isExcluded }, by: \.facet)
        let excluded = filters.filter(\.isExcluded).map { LibraryFilter($0.facet, $0.value) }
        // Nothing that is looked for is folded.
        let folds = query.folds && query.filters.isEmpty
        let found = images.filter { image in
            (!folds || !image.isFolded) && excluded.allSatisfy { !image.facets.contains($0) }
                && included.values.allSatisfy { $0.contains { image.facets.contains($0) } }
        }
        return switch query.order {
        case .newest: found.sorted { $0.time > $1.time }
        case .oldest: found.sorted { $0.time < $1.time }
        case .name: found.sorted { $0.name < $1.name }
        }
    }
}

@Suite(.timeLimit(.minutes(20))) struct `Random changes of a store` {
    @Test(arguments: UInt64(0)..<6)
    func `give the library that looking at every image gives`(seed: UInt64) throws {
        let fixture = try StoreFixture()
        let store = fixture.store
        var random = SplitMix64(seed: seed)
        var snapshots: [SnapshotResult] = []
        var pinned: [String: Digest] = [:]
        let beginning = try #require(Timestamp(rfc3339: "2026-08-20")).seconds
        let models = ["checkpoints/a.safetensors", "checkpoints/b.safetensors", "loras/c.safetensors"]
        for step in 0..<60 {
            switch Int.random(in: 0..<10, using: &random) {
            case 0..<5:
                let graph = SmallImage.graph(
                    checkpoint: Bool.random(using: &random) ? "a.safetensors" : "b.safetensors",
                    lora: Bool.random(using: &random) ? "c.safetensors" : nil, seed: UInt64(step))
                let base = Int.random(in: 0..<4, using: &random) == 0 ? snapshots.randomElement(using: &random) : nil
                let directory =
                    try base.flatMap { try short($0, store) }.map { "reprofs/\($0)/" }
                    ?? (Bool.random(using: &random) ? "sub/" : "")
                let path = try fixture.image(
                    "\(directory)\(step * 7 % 60 + 10).png", graph, modified: beginning + step * 7919 * 23 % 5_000_000)
                snapshots.append(try store.snapshot(path, root: fixture.directory.appending("output")))
            case 5:
                try fixture.add(
                    models.randomElement(using: &random) ?? "", seed: UInt64.random(in: 1...3, using: &random))
                try store.improve(progress: {}) { _ in }
            case 6, 7:
                guard let row = try snapshots.randomElement(using: &random).flatMap({ try row($0, store) }) else {
                    continue
                }
                pinned["p\(step)"] = try JSONParser.parse(store.bytes(of: row.document))["image"]?["sha256"]?.string
                    .flatMap { Digest(hex: $0) }
                _ = try store.pin(row, as: "p\(step)")
            case 8:
                guard let name = pinned.keys.sorted().first else { continue }
                pinned[name] = nil
                _ = try store.unpin(name)
            default:
                guard let row = try snapshots.randomElement(using: &random).flatMap({ try row($0, store) }) else {
                    continue
                }
                // What a pin keeps is not given up.
                _ = try? store.forget([], [row], isDryRun: false)
            }
            if step % 6 == 5 { try compare(store, Set(pinned.values), "seed \(seed), step \(step)", &random) }
        }
    }

    private func row(_ made: SnapshotResult, _ store: Store) throws -> SnapshotRow? {
        try DigestPrefix(hex: made.id.hex).flatMap { try store.snapshot($0) }
    }
    private func short(_ made: SnapshotResult, _ store: Store) throws -> String? { try row(made, store)?.short.text }

    private func compare(_ store: Store, _ pinned: Set<Digest>, _ place: String, _ random: inout SplitMix64) throws {
        #expect(try store.updateLibrary())
        let naive = try NaiveLibrary(store, pinned: pinned)
        let known = Set(naive.images.flatMap(\.facets)).sorted { "\($0)" < "\($1)" }
        for _ in 0..<8 {
            var query = LibraryQuery()
            query.order = LibraryOrder.allCases.randomElement(using: &random) ?? .newest
            query.folds = Bool.random(using: &random)
            for _ in 0..<Int.random(in: 0...3, using: &random) {
                guard var filter = known.randomElement(using: &random) else { continue }
                filter.isExcluded = Int.random(in: 0..<3, using: &random) == 0
                query.filters.append(filter)
            }
            let expected = naive.matches(query).map(\.digest)
            let entries = try store.library(query, limit: 1000)
            #expect(entries.map(\.image) == expected, "\(place): \(query)")
            #expect(try store.count(query) == expected.count, "\(place): \(query)")
            for (index, entry) in entries.enumerated() where index % 5 == 2 {
                #expect(try store.cursor(query, at: index) == entry.cursor)
                #expect(try store.index(of: entry.cursor, query) == index)
                #expect(
                    try store.library(query, at: .before(entry.cursor), limit: 2).map(\.image)
                        == Array(expected[index - 2..<index]))
            }
            let facets = try store.facets(query)
            for facet in [LibraryFacet.grade, .reason, .mainModel, .lora, .folder, .pinned] {
                var unfolded = query
                unfolded.folds = false
                let images = naive.matches(unfolded, without: facet)
                let counts = Dictionary(
                    grouping: images.flatMap { image in image.facets.filter { $0.facet == facet } }, by: \.value
                ).mapValues(\.count)
                let told = (facets.values[facet] ?? []).filter { $0.count > 0 }
                #expect(
                    Dictionary(uniqueKeysWithValues: told.map { ($0.value, $0.count) }) == counts,
                    "\(place): \(facet), \(query)")
            }
            let months = Dictionary(
                grouping: naive.matches(query, without: .month), by: { String($0.time.description.prefix(7)) }
            ).mapValues(\.count)
            #expect(
                Dictionary(uniqueKeysWithValues: try store.months(query).map { ("\($0.month)", $0.count) }) == months,
                "\(place)")
        }
    }
}
